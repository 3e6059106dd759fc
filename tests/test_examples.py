"""The examples run, as the reader of the documentation would run them, against the fake."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.responses import Response

import kodexa_client
from examples.fastapi_app import create_app
from kodexa_client import AsyncKodexaClient, RetryPolicy
from kodexa_client.testing import FakePlatform
from kodexa_client.testing._server import running

EXAMPLES = Path(__file__).parents[1] / "examples"
KEY = "canary-key"


def run(script: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    # The same SDK as is tested here, and none of the settings of who runs this test.
    package = Path(kodexa_client.__file__).parents[1]
    inherited = {name: value for name, value in os.environ.items() if "KODEXA" not in name}
    return subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / script, *map(str, arguments)],
        env=inherited | {"PYTHONPATH": str(package)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_demo_prints_the_created_token_and_not_its_secret() -> None:
    ended = run("demo.py")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "name     ci" in ended.stdout
    assert "expires  " in ended.stdout
    assert "secret   received as 'token', and not printed" in ended.stdout
    assert "fake-secret" not in ended.stdout


# create_token.py


@pytest.fixture
def fake() -> FakePlatform:
    return FakePlatform(api_keys=[KEY])


@pytest.fixture
def base_url(fake: FakePlatform) -> Iterator[str]:
    with fake.serve() as base_url:
        yield base_url


def test_script_writes_the_answer_to_a_private_file(
    fake: FakePlatform, base_url: str, tmp_path: Path
) -> None:
    output = tmp_path / "token.json"

    ended = run(
        "create_token.py",
        *("ci", "--days", 30, "--output", output),
        KODEXA_URL=base_url,
        KODEXA_API_KEY=KEY,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        f"Created the access token 'ci'. The answer with its secret is in {output}.\n"
    )
    assert json.loads(output.read_bytes())["token"] == fake.created_tokens[0]["token"]
    if os.name == "posix":
        assert stat.S_IMODE(output.stat().st_mode) == 0o600


def test_script_prints_the_answer_on_request(fake: FakePlatform, base_url: str) -> None:
    ended = run("create_token.py", "ci", "--output=-", KODEXA_URL=base_url, KODEXA_API_KEY=KEY)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["token"] == fake.created_tokens[0]["token"]


@pytest.mark.parametrize("target", ["token.json", "-"])
def test_script_explains_a_refused_key_and_leaves_no_file(
    base_url: str, tmp_path: Path, target: str
) -> None:
    output = target if target == "-" else tmp_path / target

    ended = run(
        "create_token.py",
        *("ci", "--output", output),
        KODEXA_URL=base_url,
        KODEXA_API_KEY="canary-wrong",
    )

    assert ended.returncode == 1
    assert "answered 401" in ended.stderr
    assert "Check the API key" in ended.stderr
    assert "canary" not in ended.stdout + ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_script_explains_a_missing_key(tmp_path: Path) -> None:
    ended = run("create_token.py", "ci", "--output", tmp_path / "token.json")

    assert ended.returncode == 1
    assert "KODEXA_API_KEY" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("days", [0, -1, 10**7])
def test_script_refuses_an_expiry_that_is_none(tmp_path: Path, days: int) -> None:
    ended = run("create_token.py", "ci", f"--days={days}", "--output", tmp_path / "token.json")

    assert ended.returncode == 2
    assert "error: --days: " in ended.stderr


def test_script_keeps_an_existing_file_and_creates_nothing(
    fake: FakePlatform, base_url: str, tmp_path: Path
) -> None:
    output = tmp_path / "token.json"
    output.write_text("precious")

    ended = run(
        "create_token.py", "ci", "--output", output, KODEXA_URL=base_url, KODEXA_API_KEY=KEY
    )

    assert ended.returncode == 2
    assert "error: --output: " in ended.stderr
    assert output.read_text() == "precious"
    assert fake.requests == []


def test_script_keeps_an_answer_that_it_can_not_read(tmp_path: Path) -> None:
    output = tmp_path / "answer"

    with running(Response(b"[the secret?]", status_code=201)) as base_url:
        ended = run(
            "create_token.py", "ci", "--output", output, KODEXA_URL=base_url, KODEXA_API_KEY=KEY
        )

    assert ended.returncode == 0
    assert output.read_bytes() == b"[the secret?]"
    assert "secret?" not in ended.stderr


# fastapi_app.py


@asynccontextmanager
async def web_service(
    transport: httpx.AsyncBaseTransport, folder: Path
) -> AsyncGenerator[httpx.AsyncClient]:
    def make_client() -> AsyncKodexaClient:
        return AsyncKodexaClient(
            api_key=KEY,
            base_url="https://kodexa.example.com",
            # Nothing waits for a second attempt.
            retry_policy=RetryPolicy(max_retries=0),
            http_client=httpx.AsyncClient(transport=transport),
        )

    app = create_app(make_client, folder)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://service"
        ) as http,
    ):
        yield http


def kept_in(folder: Path) -> list[tuple[int, bytes]]:
    return [(stat.S_IMODE(file.stat().st_mode), file.read_bytes()) for file in folder.iterdir()]


async def test_web_service_creates_a_token_and_keeps_the_secret(
    fake: FakePlatform, tmp_path: Path
) -> None:
    async with web_service(httpx.ASGITransport(app=fake), tmp_path / "answers") as http:
        response = await http.post("/tokens", json={"name": "ci", "days": 30})

    created = fake.created_tokens[0]
    assert response.status_code == 201
    assert response.json() == {
        "id": created["id"],
        "name": "ci",
        "expires_at": created["expiresAt"],
    }
    ((mode, answer),) = kept_in(tmp_path / "answers")
    assert json.loads(answer) == created
    assert mode == 0o600


async def test_web_service_keeps_an_answer_that_it_can_not_read(tmp_path: Path) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, content=b"[the secret?]")

    async with web_service(httpx.MockTransport(answer), tmp_path) as http:
        response = await http.post("/tokens", json={"name": "ci"})

    assert response.status_code == 504
    assert kept_in(tmp_path) == [(0o600, b"[the secret?]")]


@pytest.mark.parametrize("wanted", [{}, {"name": "ci", "days": 0}, {"name": 7}])
async def test_web_service_refuses_what_it_can_judge_itself(
    fake: FakePlatform, wanted: object, tmp_path: Path
) -> None:
    async with web_service(httpx.ASGITransport(app=fake), tmp_path) as http:
        response = await http.post("/tokens", json=wanted)

    assert response.status_code == 422
    assert fake.requests == []


def answers(status: int, **problem: object) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(status, json=problem)


def raises(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def fail(_request: httpx.Request) -> httpx.Response:
        raise error

    return fail


@pytest.mark.parametrize(
    ("platform", "status", "answer"),
    [
        (
            answers(400, errors={"name": "is taken"}),
            400,
            {"detail": "Kodexa refused it.", "fields": {"name": "is taken"}},
        ),
        (answers(401), 502, {"detail": "This service has no access to Kodexa."}),
        (answers(403), 502, {"detail": "This service has no access to Kodexa."}),
        (answers(429), 503, {"detail": "Too many requests, try again later."}),
        (answers(404), 502, {"detail": "Kodexa refused it, nothing was created."}),
        (answers(500), 504, {"detail": "Kodexa did not answer, a token may exist."}),
        (
            answers(201, name="another"),
            504,
            {"detail": "Kodexa did not answer, a token may exist."},
        ),
        (
            raises(httpx.PoolTimeout("no connection is free")),
            503,
            {"detail": "Kodexa can't be reached, nothing was created."},
        ),
        (
            raises(httpx.ReadTimeout("slow")),
            504,
            {"detail": "Kodexa did not answer, a token may exist."},
        ),
        (
            raises(httpx.ReadError("cut")),
            504,
            {"detail": "Kodexa did not answer, a token may exist."},
        ),
    ],
)
async def test_web_service_tells_its_caller_what_failed(
    platform: Callable[[httpx.Request], httpx.Response],
    status: int,
    answer: object,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    async with web_service(httpx.MockTransport(platform), tmp_path) as http:
        response = await http.post("/tokens", json={"name": "ci"})

    assert (response.status_code, response.json()) == (status, answer)
    assert "canary" not in response.text + caplog.text
    # Whoever has to look for the token finds its name in the log.
    assert ("The token 'ci' may exist (X-Request-ID " in caplog.text) is (status == 504)
