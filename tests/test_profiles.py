"""The vendor's profile file: read as it is written, or refused without quoting its values."""

from __future__ import annotations

import inspect
import os
import pwd
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kodexa_client import ConfigurationError, _profiles
from kodexa_client._profiles import Profile, load_profile, read_profile

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-key-5f2c"
FILE = f"""\
currentProfile: main
profiles:
  main: {{url: https://main.test, apiKey: {CANARY}}}
  other:
    url: https://other.test
    apiKey: '{CANARY}'
"""


def read(text: str | bytes, name: str = "main") -> tuple[str | None, str | None]:
    """Return a profile's URL and key."""
    return shown(read_profile(text if isinstance(text, bytes) else text.encode(), name))


def shown(profile: Profile) -> tuple[str | None, str | None]:
    return profile.url, None if profile.api_key is None else profile.api_key.reveal()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a home directory, which only its owner can read."""
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / ".kodexa" / "config.yaml"
    path.parent.mkdir()
    path.touch(0o600)
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["main", "other"])
def test_a_profile_is_found_by_its_name(file: Path, name: str) -> None:
    assert file.exists()
    assert shown(load_profile(name)) == (f"https://{name}.test", CANARY)


def test_a_profile_does_not_show_its_key() -> None:
    profile = read_profile(FILE.encode(), "main")

    assert CANARY not in f"{profile!r}{profile.api_key}"


@pytest.mark.parametrize(
    "value",
    ["0123", "1e3", "0x1F", "1_000", "12.50", "yes", "true", ".inf", "2030-01-01", "="],
)
def test_a_key_stays_as_it_is_written(value: str) -> None:
    assert read(f"profiles:\n  main:\n    apiKey: {value}") == (None, value)


def test_a_name_of_digits_is_a_name() -> None:
    assert read("profiles: {1: {apiKey: one}, 01: {apiKey: two}}", "01") == (None, "two")


@pytest.mark.parametrize("value", ["null", "~", "", "Null", "NULL", "''", "!!null ''"])
@pytest.mark.parametrize("member", ["url", "apiKey"])
def test_null_and_nothing_are_no_value(member: str, value: str) -> None:
    assert read(f"profiles:\n  main:\n    {member}: {value}\n") == (None, None)


@pytest.mark.parametrize("value", ["null", "~", "", "{}", "{note: hello}"])
def test_a_profile_may_have_nothing_in_it(value: str) -> None:
    assert read(f"profiles:\n  main: {value}") == (None, None)


@pytest.mark.parametrize(
    "text", ["", "# nothing", "---", "null", "profiles:", "profiles: ~", "{}", "other: 1"]
)
def test_a_file_may_have_no_profile_in_it(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"no profile 'main'\. Its profiles: none\."):
        read(text)


def test_the_names_of_the_profiles_are_told_as_far_as_they_can_be_read() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read('profiles: {b: , "c\\r\\e[1m": {apiKey: canary}}', "a")
    assert str(caught.value) == (
        "~/.kodexa/config.yaml has no profile 'a'. Its profiles: 'b', 'c\\r\\x1b[1m'."
    )

    many = "".join(f"  name{number}:\n" for number in range(1000))
    with pytest.raises(ConfigurationError, match=r"'name0', 'name1', .*\.\.\.\.$") as caught:
        read(f"profiles:\n{many}", "a")
    assert len(str(caught.value)) < 400


def test_a_byte_order_mark_is_no_part_of_it() -> None:
    assert read(FILE.encode("utf-8-sig")) == ("https://main.test", CANARY)


def test_lines_may_end_as_windows_ends_them() -> None:
    assert read(FILE.replace("\n", "\r\n"), "other") == ("https://other.test", CANARY)


@pytest.mark.parametrize(
    "content",
    [
        FILE.encode("utf-16"),
        b"profiles: {main: {apiKey: canary\xff}}",
        b"profiles: {main: {apiKey: canary\x00}}",
        b"profiles: {main: {apiKey: canary",
        b"\tprofiles: canary",
        b"profiles: *canary",
        b"--- canary\n--- canary",
        b"%YAML 2.0\n--- canary",
        b"profiles: {main: {apiKey: canary, apiKey: canary}}",
        b"profiles: {main: {apiKey: canary}, main: {apiKey: canary}}",
        b"profiles: {main: }\nprofiles: {main: {apiKey: canary}}",
        b"profiles: {? {main: canary} : canary}",
        b"profiles: {? [[main], canary] : canary}",
    ],
    ids=str,
)
def test_what_is_not_yaml_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"config\.yaml is not YAML in UTF-8\.") as caught:
        read(content)

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "text",
    [
        "canary",
        "[canary]",
        "profiles: canary",
        "profiles: [main, canary]",
        "profiles: &a [*a]",
        "profiles: {main: canary}",
        "profiles: {main: [canary]}",
    ],
)
def test_what_has_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not what it should be") as caught:
        read(text)

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("member", ["url", "apiKey"])
@pytest.mark.parametrize("value", ["[canary]", "{canary: 1}", "&a [*a]", "!!python/tuple [canary]"])
def test_a_value_that_is_no_string_is_refused(member: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"The {member} of the profile 'main'") as caught:
        read(f"profiles: {{main: {{{member}: {value}}}}}")

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("written", ["URL", "Url", "baseUrl", "base-url", "host"])
def test_a_key_whose_url_may_be_called_something_else_is_refused(written: str) -> None:
    with pytest.raises(ConfigurationError, match=f"has no url, but '{written}'") as caught:
        read(f"profiles: {{main: {{{written}: https://a.test, apiKey: {CANARY}}}}}")

    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("url: https://a.test, apiKey: k, color: red", ("https://a.test", "k")),
        ("url: https://a.test, color: red", ("https://a.test", None)),
        ("apiKey: k", (None, "k")),
    ],
)
def test_other_properties_of_a_profile_are_the_tools_own(members: str, expected: Any) -> None:
    assert read(f"profiles: {{main: {{{members}}}}}") == expected


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)

    with pytest.raises(ConfigurationError, match="it is no file"):
        load_profile("main")


@pytest.mark.parametrize(
    "text",
    [
        "profiles: {main: {<<: {url: https://a.test}, apiKey: canary}}",
        "b: &b {main: {apiKey: canary}}\nprofiles: {<<: *b}",
        "b: &b {profiles: {main: {apiKey: canary}}}\n<<: *b",
    ],
)
def test_a_key_whose_url_is_merged_in_is_not_taken_for_one_without_a_url(text: str) -> None:
    with pytest.raises(ConfigurationError, match="uses <<, which is not read here") as caught:
        read(text)

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!!int 012", "012"),
        ("!!binary Y2FuYXJ5", "Y2FuYXJ5"),
        ("!vault key", "key"),
        ("!!python/name:os.system key", "key"),
        ("!<tag:yaml.org,2002:python/module:os> key", "key"),
    ],
)
def test_a_tag_changes_nothing_and_runs_nothing(value: str, expected: str) -> None:
    assert read(f"profiles: {{main: {{apiKey: {value}}}}}") == (None, expected)


def test_a_tag_that_would_call_something_does_not() -> None:
    with pytest.raises(ConfigurationError, match="is not a string"):
        read("profiles: {main: {apiKey: !!python/object/apply:os.abort []}}")


def test_a_value_may_stand_elsewhere() -> None:
    text = "key: &key one\nbase: &base {apiKey: *key, url: https://a.test}\nprofiles: {main: *base}"

    assert read(text) == ("https://a.test", "one")


def test_an_anchor_may_be_used_again_and_no_warning_quotes_the_file() -> None:
    text = "a: &key canary-1\nb: &key canary-2\nprofiles: {main: {apiKey: *key}}"

    assert read(text) == (None, "canary-2")


def test_a_file_of_a_billion_laughs_is_no_longer_than_it_is() -> None:
    laughs = "".join(
        f"l{level + 1}: &l{level + 1} [{', '.join([f'*l{level}'] * 10)}]\n" for level in range(30)
    )

    with pytest.raises(ConfigurationError, match="is not a string"):
        read(f"l0: &l0 [lol]\n{laughs}profiles: {{main: {{apiKey: *l30}}}}")


@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? ", "{? "])
def test_what_is_nested_too_deeply_is_refused(piece: str) -> None:
    with pytest.raises(ConfigurationError, match="is nested too deeply") as caught:
        read(piece * 600)

    assert caught.value.__context__ is None


def test_a_file_that_is_too_large_is_not_read(file: Path) -> None:
    os.truncate(file, 1024**4)

    with pytest.raises(ConfigurationError, match="is larger than 65536 bytes"):
        load_profile("main")


def test_a_file_may_be_as_large_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_profiles, "_LARGEST_FILE_BYTES", len(FILE))

    assert read(FILE) == ("https://main.test", CANARY)
    with pytest.raises(ConfigurationError, match="is larger"):
        read(f"{FILE}\n")


def test_a_file_that_is_missing_is_named(file: Path) -> None:
    file.unlink()

    with pytest.raises(ConfigurationError) as caught:
        load_profile("main")

    assert str(caught.value) == (
        "The profile 'main' is asked for, but ~/.kodexa/config.yaml: No such file or directory."
    )
    assert caught.value.__context__ is None


def test_a_folder_in_the_place_of_the_file_is_refused(file: Path) -> None:
    file.unlink()
    file.mkdir()

    with pytest.raises(ConfigurationError, match="Is a directory"):
        load_profile("main")


def test_a_file_that_the_user_may_not_read_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, _flags: int) -> NoReturn:
        assert path == str(file)
        raise PermissionError(13, "Permission denied")

    # An administrator may read any file.
    monkeypatch.setattr(os, "open", refuse)

    with pytest.raises(ConfigurationError, match=r"config\.yaml: Permission denied\."):
        load_profile("main")


def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nobody(_number: int) -> NoReturn:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", find_nobody)

    with pytest.raises(ConfigurationError, match="there is no home directory"):
        load_profile("main")


def test_the_library_that_is_missing_is_named(
    client_class: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert file.exists()
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)

    with pytest.raises(
        ConfigurationError,
        match=r"needs ruamel.yaml to be read: install that, or this package's extra 'profiles'",
    ) as caught:
        client_class(profile="main")

    assert caught.value.__context__ is None


OTHERS_CAN_USE = [0o644, 0o640, 0o604, 0o660, 0o620, 0o602, 0o777]


@pytest.mark.parametrize("mode", OTHERS_CAN_USE, ids=oct)
def test_a_file_that_others_can_use_is_warned_of(file: Path, mode: int) -> None:
    file.chmod(mode)

    with pytest.warns(UserWarning, match="API keys") as caught:
        profile = load_profile("main")

    assert shown(profile) == ("https://main.test", CANARY)
    (warning,) = caught
    assert str(warning.message) == (
        f"~/.kodexa/config.yaml holds API keys, and its mode {mode:04o} lets other users at it: "
        "chmod 600 ~/.kodexa/config.yaml"
    )


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700], ids=oct)
def test_a_file_that_only_its_owner_can_use_is_not_warned_of(file: Path, mode: int) -> None:
    file.chmod(mode)

    assert shown(load_profile("main")) == ("https://main.test", CANARY)


def test_modes_of_windows_mean_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "name", "nt")

    _profiles._warn_of_readers(0o100666)


def line_here() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_the_warning_is_of_the_line_that_makes_the_client(client_class: Any, file: Path) -> None:
    file.chmod(0o644)

    with pytest.warns(UserWarning, match="mode 0644") as caught:
        line, client = line_here(), client_class(profile="main")
    client._closed, client._made_at = True, None

    assert [(one.filename, one.lineno) for one in caught] == [(__file__, line)]


def test_the_warning_is_of_the_line_that_loads_a_profile(file: Path) -> None:
    file.chmod(0o644)

    with pytest.warns(UserWarning, match="mode 0644") as caught:
        line, _ = line_here(), load_profile("main")

    assert [(one.filename, one.lineno) for one in caught] == [(__file__, line)]


def test_the_library_is_imported_for_a_named_profile_alone(file: Path) -> None:
    program = (
        "import sys\n"
        "import kodexa_client\n"
        "is_there = lambda: any(name.partition('.')[0] == 'ruamel' for name in sys.modules)\n"
        "print(is_there())\n"
        "kodexa_client.KodexaClient(api_key='a').close()\n"
        "import os\n"
        "os.environ['KODEXA_PROFILE'] = 'main'\n"
        "kodexa_client.KodexaClient(api_key='a', base_url='https://a.test').close()\n"
        "print(is_there())\n"
        "kodexa_client.KodexaClient().close()\n"
        "print(is_there())\n"
    )

    result = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HOME": str(file.parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.split() == ["False", "False", "True"]


PIECES = [
    "profiles", "main", "url", "apiKey", CANARY, ":", ": ", "\n", "\n  ", "\n    ", "- ", "? ", "[",
    "]", "{", "}", ", ", "<<: ", "&a ", "*a", "!x ", "!!str ", "!!null ", "!!set ", "!!omap ",
    "!<a> ", "%YAML 1.1\n", "%YAML", "%TAG ! x\n", "---", "...", "|\n", "|2-\n", ">+\n", "|9", "'",
    '"', "\\x", "\\u12", "#a\n", "\t", " ", "~", "null", "\ufeff", "\x85", "\u2028", "é", "@", "`",
    "=", "!", "&", "*", "\\\n", "\0",
]  # fmt: skip
soups = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)


def refusal_of(content: bytes) -> ConfigurationError | None:
    """Read a file; whatever else it raises or warns of is raised here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            read_profile(content, "main")
        except ConfigurationError as error:
            return error
    return None


def check(content: bytes) -> None:
    error = refusal_of(content)
    if error is not None:
        # The names of profiles are told, and a soup may have any word for one.
        assert CANARY not in str(error) or "Its profiles: " in str(error)
        assert error.__context__ is None


@given(st.binary())
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    check(content)


@given(soups)
@example("? &a ---=|2-\n: &a !x ")
def test_any_soup_of_yaml_is_read_or_refused(soup: str) -> None:
    for text in (soup, f"profiles:\n  main:\n    {soup}", f"profiles: {{main: {{{soup}}}}}"):
        check(text.encode())


@given(st.integers(0, len(FILE)), st.integers(0, 4), soups)
def test_a_damaged_file_is_read_or_refused(at: int, lost: int, soup: str) -> None:
    check(f"{FILE[:at]}{soup}{FILE[at + lost :]}".encode())


# YAML 1.2, 7.4: a name in one line may have 1024 characters.
@given(st.text(max_size=80), st.text())
def test_what_is_written_in_quotes_is_read_back(name: str, key: str) -> None:
    def quoted(text: str) -> str:
        return '"' + "".join(f"\\U{ord(one):08x}" for one in text) + '"'

    text = f"profiles: {{{quoted(name)}: {{apiKey: {quoted(key)}}}}}"
    if name == "<<":
        return
    expected = None if key in {"", "~", "null", "Null", "NULL"} else key
    assert read(text, name) == (None, expected)
