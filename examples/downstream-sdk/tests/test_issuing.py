"""What becomes of a credential, whatever the platform, the network or the vault does."""

from __future__ import annotations

import asyncio
import json
import pickle
from typing import TYPE_CHECKING

import httpx
import pytest
from acme_documents import (
    AcmeError,
    AsyncDocuments,
    CredentialMayExistError,
    Documents,
    NotReachableError,
    RefusedError,
    SettingsError,
    TryLaterError,
    VaultError,
)

from kodexa_client.testing import FakePlatform, no_sleep

if TYPE_CHECKING:
    from collections.abc import Callable

    from acme_documents import AsyncVault, Vault

    from kodexa_client.testing import Script

BASE_URL = "https://kodexa.test"
TOKENS = "/api/access-tokens"


class DictVault(dict[str, bytes]):
    def keep(self, name: str, answer: bytes) -> None:
        self[name] = answer


class AsyncDictVault(dict[str, bytes]):
    async def keep(self, name: str, answer: bytes) -> None:
        self[name] = answer


class FullVault:
    def keep(self, name: str, answer: bytes) -> None:
        del name, answer
        raise OSError("full")


class SlowVault:
    def __init__(self) -> None:
        self.is_asked = asyncio.Event()

    async def keep(self, name: str, answer: bytes) -> None:
        del name, answer
        self.is_asked.set()
        await asyncio.Event().wait()


def documents_of(fake_kodexa: FakePlatform, vault: Vault) -> Documents:
    """Return a client of a fake platform, over an HTTP client that it is given."""
    http_client = httpx.Client(transport=fake_kodexa.transport)
    return Documents(vault, api_key="test-key", base_url=BASE_URL, http_client=http_client)


def async_documents_of(fake_kodexa: FakePlatform, vault: AsyncVault) -> AsyncDocuments:
    http_client = httpx.AsyncClient(transport=fake_kodexa.transport)
    return AsyncDocuments(vault, api_key="test-key", base_url=BASE_URL, http_client=http_client)


def test_a_secret_ends_in_the_vault(fake_kodexa: FakePlatform) -> None:
    vault = DictVault()

    credential = documents_of(fake_kodexa, vault).issue_ci_credential("ci", days=90)

    (created,) = fake_kodexa.created_tokens
    assert created["id"] == credential
    assert json.loads(vault["ci"])["token"] == created["token"]


def test_it_does_on_asyncio_too(fake_kodexa: FakePlatform) -> None:
    vault = AsyncDictVault()

    credential = asyncio.run(
        async_documents_of(fake_kodexa, vault).issue_ci_credential("ci", days=90)
    )

    assert [one["id"] for one in fake_kodexa.created_tokens] == [credential]
    assert json.loads(vault["ci"])["id"] == credential


def test_it_does_over_a_socket_with_a_client_of_its_own(
    kodexa_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KODEXA_URL", kodexa_server)
    monkeypatch.setenv("KODEXA_API_KEY", "test-key")
    vault, async_vault = DictVault(), AsyncDictVault()

    async def issue() -> None:
        async with AsyncDocuments(async_vault) as documents:
            await documents.issue_ci_credential("ci", days=90)

    with Documents(vault) as documents:
        documents.issue_ci_credential("ci", days=90)
    asyncio.run(issue())

    assert (len(vault), len(async_vault)) == (1, 1)


def test_a_platform_that_is_busy_is_asked_again(fake_kodexa: FakePlatform) -> None:
    fake_kodexa.on("POST", TOKENS).respond(status=429, headers={"retry-after": "2"})

    with no_sleep() as delays:
        documents_of(fake_kodexa, DictVault()).issue_ci_credential("ci", days=90)

    assert delays == [2.0]
    assert len(fake_kodexa.created_tokens) == 1


def test_a_platform_that_stays_busy_says_when_to_try_again(fake_kodexa: FakePlatform) -> None:
    fake_kodexa.on("POST", TOKENS).respond(status=429, headers={"retry-after": "7"}, times=None)

    with no_sleep(), pytest.raises(TryLaterError) as caught:
        documents_of(fake_kodexa, DictVault()).issue_ci_credential("ci", days=90)

    assert caught.value.seconds == 7
    assert fake_kodexa.created_tokens == []


FAULTS: dict[str, Callable[[Script], Script]] = {
    "dropped before": lambda on: on.drop_before_processing(),
    "dropped after": lambda on: on.drop_after_processing(),
    "late": lambda on: on.stall(1000),
    "cut": lambda on: on.truncate_body(),
    "no JSON": lambda on: on.invalid_json(),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_credential_that_nobody_has_is_told_of(fake_kodexa: FakePlatform, name: str) -> None:
    FAULTS[name](fake_kodexa.on("POST", TOKENS))
    vault = DictVault()

    with no_sleep(), pytest.raises(CredentialMayExistError) as caught:
        documents_of(fake_kodexa, vault).issue_ci_credential("ci", days=90)

    assert caught.value.name == "ci"
    assert caught.value.request_id == fake_kodexa.requests[0].headers["x-request-id"]
    assert bool(caught.value.answer) is (name in {"cut", "no JSON"})
    assert "fake-secret" not in str(caught.value)
    assert len(fake_kodexa.requests) == 1
    assert vault == {}


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_told_as_one(fake_kodexa: FakePlatform, status: int) -> None:
    fake_kodexa.on("POST", TOKENS).respond(status=status)

    with pytest.raises(RefusedError, match=str(status)):
        documents_of(fake_kodexa, DictVault()).issue_ci_credential("ci", days=90)


def test_neither_key_nor_request_follow_a_redirect_elsewhere(fake_kodexa: FakePlatform) -> None:
    fake_kodexa.on("POST", TOKENS).redirect("https://elsewhere.test/")

    with pytest.raises(AcmeError, match="another origin"):
        documents_of(fake_kodexa, DictVault()).issue_ci_credential("ci", days=90)


def test_a_platform_that_is_not_there_is_told_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FakePlatform().serve() as url:
        pass
    monkeypatch.setenv("KODEXA_URL", url)
    monkeypatch.setenv("KODEXA_API_KEY", "test-key")

    with no_sleep(), Documents(DictVault()) as documents, pytest.raises(NotReachableError):
        documents.issue_ci_credential("ci", days=90)


def test_what_the_vault_did_not_take_is_in_the_error_and_not_in_its_text(
    fake_kodexa: FakePlatform,
) -> None:
    with pytest.raises(VaultError) as caught:
        documents_of(fake_kodexa, FullVault()).issue_ci_credential("ci", days=90)

    assert b"fake-secret" in caught.value.answer
    assert "fake-secret" not in repr(caught.value)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_credential_is_not_lost_when_a_cancellation_comes_in_between(
    fake_kodexa: FakePlatform,
) -> None:
    async def cancel() -> BaseException | None:
        vault = SlowVault()
        documents = async_documents_of(fake_kodexa, vault)
        task = asyncio.create_task(documents.issue_ci_credential("ci", days=90))
        await vault.is_asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return caught.value.__cause__

    error = asyncio.run(cancel())

    assert isinstance(error, VaultError)
    assert b"fake-secret" in error.answer


def test_settings_that_are_refused_are_told_of() -> None:
    with pytest.raises(SettingsError, match="base_url"):
        Documents(DictVault(), api_key="test-key", base_url="kodexa.test")


@pytest.mark.parametrize(
    "error",
    [
        TryLaterError("busy", 7),
        CredentialMayExistError("lost", name="ci", request_id="1", answer=b"{"),
        VaultError("full", answer=b"{}"),
    ],
)
def test_errors_come_back_from_another_process(error: AcmeError) -> None:
    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_an_http_client_that_is_given_stays_open(fake_kodexa: FakePlatform) -> None:
    with httpx.Client(transport=fake_kodexa.transport) as http_client:
        Documents(
            DictVault(), api_key="test-key", base_url=BASE_URL, http_client=http_client
        ).close()

        assert not http_client.is_closed
