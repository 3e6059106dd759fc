"""`make surface` writes down what is public, and `make check` sees that a change is told."""

from __future__ import annotations

import importlib
import inspect
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.comparing.changelog import unreleased
from tools.comparing.surface_changes import surface_changes
from tools.comparing.surface_entry import Entry, read_entries, write_entries
from tools.comparing.surface_reading import SurfaceError, read_surface
from tools.surface import main

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(__file__).parents[1] / "kodexa_client"
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- The first.\n"


@pytest.fixture(autouse=True)
def _no_git_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def write_package(folder: Path, **modules: str) -> Path:
    """Write a package; `a__b` is the module b of its package a, and `a__` that package's own."""
    for name, text in {"__init__": "__all__ = []", **modules}.items():
        parts = [name] if name == "__init__" else [part or "__init__" for part in name.split("__")]
        path = folder.joinpath(*parts).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def surface(folder: Path, **modules: str) -> list[str]:
    """Return the lines of a package."""
    entries = read_surface(write_package(folder / "pets", **modules))
    return write_entries(entries, remarks="").splitlines()


def test_a_public_name_has_its_parameters_members_and_public_bases(tmp_path: Path) -> None:
    """Private bases, aliases and constants are taken for what they stand for."""
    lines = surface(
        tmp_path,
        __init__="""
            from typing import TYPE_CHECKING

            if TYPE_CHECKING:
                from ._dogs import Dog, Size, bark
                from .errors import PetError

            __all__ = ["Dog", "PetError", "bark"]

            def __getattr__(name): ...
            """,
        _dogs='''
            import abc
            from contextlib import contextmanager
            from typing import Generic, Literal, TypeVar

            from . import PetError, _gone
            from .errors import Code

            T = TypeVar("T")
            Size = Literal["small", "large"]
            MANY = 2 * 3
            MOST = MANY

            class _Animal(abc.ABC, Generic[T]):
                legs: int = 4

                @property
                def name(self) -> str: ...

                @property
                def age(self) -> int: ...

                @age.setter
                def age(self, value): ...

            class Dog(_Animal[int], list[str], _gone.Thing):
                class Inner: ...

                def __init__(self, name, /, size: Size = "small", *more, most=MOST, **rest: T):
                    self.name = name
                    self.tail = 1
                    self._hidden = 2

                def __len__(self) -> int: ...

                def __repr__(self) -> str: ...

                def _private(self): ...

                @classmethod
                def born(cls, code: Code) -> "Dog": ...

                @staticmethod
                async def sleep(seconds: abc.ABC): ...

                @contextmanager
                def walk(self):
                    """Walk.

                    .. deprecated:: 0.1.0
                    """

            async def bark(*, unknown: _gone.Thing = _gone.x, error: PetError | None = 0) -> T: ...
            ''',
        errors="""
            import enum
            from typing import Final, TypeAlias

            __all__ = ["CODES", "Code", "Named", "PetError", "Tree", "ZERO"]

            class PetError(Exception):
                code: int

            class Code(enum.Enum):
                A = "a"

                @property
                def word(self) -> str: ...

            CODES = list[Code] | "Code"
            Tree: TypeAlias = "list[Tree]"
            Named: TypeAlias = Code
            ZERO: Final = Code.A
            """,
        models__="""
            from .cat import Cat

            __all__ = ["Cat"]
            """,
        models__cat="class Cat: ...",
    )

    assert lines == [
        "pets: module",
        "pets.Dog: class: abc.ABC, list[str], _gone.Thing",
        "pets.Dog(more): variadic positional",
        "pets.Dog(most): keyword-only = 2 * 3",
        "pets.Dog(name): positional-only 1",
        "pets.Dog(rest): variadic keyword: T",
        "pets.Dog(size): positional or keyword 2: Literal['small', 'large'] = 'small'",
        "pets.Dog.__len__: method: int",
        "pets.Dog.age: writable property: int",
        "pets.Dog.born: class method: Dog",
        "pets.Dog.born(code): positional or keyword 1: Code",
        "pets.Dog.legs: attribute: int",
        "pets.Dog.name: property: str",
        "pets.Dog.sleep: async static method",
        "pets.Dog.sleep(seconds): positional or keyword 1: abc.ABC",
        "pets.Dog.tail: attribute",
        "pets.Dog.walk: deprecated contextmanager method",
        "pets.PetError: alias: pets.errors.PetError",
        "pets.bark: async function: T",
        "pets.bark(error): keyword-only: PetError | None = 0",
        "pets.bark(unknown): keyword-only: _gone.Thing = _gone.x",
        "pets.errors: module",
        "pets.errors.CODES: type: list[Code] | 'Code'",
        "pets.errors.Code: class: enum.Enum",
        "pets.errors.Code.A: member = 'a'",
        "pets.errors.Code.word: property: str",
        "pets.errors.Named: type: Code",
        "pets.errors.PetError: class: Exception",
        "pets.errors.PetError.code: attribute: int",
        "pets.errors.Tree: type: list[Tree]",
        "pets.errors.ZERO: value: Final = Code.A",
        "pets.models: module",
        "pets.models.Cat: class",
    ]


def test_the_parameters_of_a_class_made_by_attrs_are_its_fields(tmp_path: Path) -> None:
    lines = surface(
        tmp_path,
        __init__="""
            from typing import ClassVar

            from attrs import define, field, frozen as _frozen
            from functools import total_ordering

            __all__ = ["Cat", "Dog"]

            @define(kw_only=True)
            class _Animal:
                kind: ClassVar[str] = "animal"
                _extra: int | None = field(default=None, alias="further")
                _weight: int = 3

                def older(self): ...

            @define(kw_only=True)
            class Dog(_Animal):
                toys: list = field(factory=list, repr=False)
                name: str = field()
                tail = 3
                sleeps: bool = field(default=False, init=False)

            @total_ordering
            @_frozen
            class Cat:
                name: str
                lives: int = field(9, init=True)
            """,
    )

    assert [line for line in lines if "(" in line] == [
        "pets.Cat(lives): positional or keyword 2: int",
        "pets.Cat(name): positional or keyword 1: str",
        "pets.Dog(further): keyword-only: int | None = None",
        "pets.Dog(name): keyword-only: str",
        "pets.Dog(toys): keyword-only: list = list()",
        "pets.Dog(weight): keyword-only: int = 3",
    ]


def test_the_parameters_that_are_read_are_those_that_python_sees() -> None:
    entries = read_surface(PACKAGE)
    made = {entry.path for entry in entries if entry.kind == "class"}
    read = {
        path: {entry.parameter for entry in entries if entry.path == path and entry.parameter}
        for path in made
    }

    for path, parameters in read.items():
        module, _, name = path.rpartition(".")
        kind = getattr(importlib.import_module(module), name)
        if "__init__" in vars(kind):
            assert {"self", *parameters} == set(inspect.signature(kind.__init__).parameters), path


def test_a_name_in_two_places_is_written_down_once_and_one_of_others_not_at_all(
    tmp_path: Path,
) -> None:
    lines = surface(
        tmp_path,
        __init__="""
            from httpx import URL
            from ._cats import Cat

            __all__ = ["Cat", "URL", "api"]
            """,
        _cats="class Cat: ...",
        api="""
            from ._cats import Cat

            __all__ = ["Cat"]
            """.replace("._cats", "pets._cats"),
    )

    assert lines == [
        "pets: module",
        "pets.Cat: class",
        "pets.URL: alias: httpx.URL",
        "pets.api: module",
        "pets.api.Cat: alias: pets.Cat",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("import enum", "^pets is public, and has no __all__ "),
        ("__all__ = ['Cat']", "^pets lists 'Cat' in __all__, which is not there"),
        ("from ._cats import Cat\n__all__ = ['Cat']", "^pets lists 'Cat' "),
        ("from .a import Cat\n__all__ = ['Cat']", "^pets lists 'Cat' "),
    ],
)
def test_a_module_has_to_list_what_is_public_and_there(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(SurfaceError, match=complaint):
        surface(tmp_path, __init__=text, a="from . import Cat\n__all__ = []", _cats="")


_WORD = st.from_regex(r"[a-z_.]+", fullmatch=True)


@given(
    st.builds(
        Entry,
        path=_WORD,
        kind=st.sampled_from(["keyword-only", "positional or keyword 1", "async method"]),
        parameter=_WORD | st.just(""),
        type=st.sampled_from(["", "str | None", "Literal['a: b', '(c)']", "dict[str, int]"]),
        default=st.sampled_from(["", "None", "'x: y'", "{'a': 1}"]),
    )
)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert read_entries(write_entries([entry], remarks="A remark.\nAnother.")) == [entry]


@given(st.text(), st.text())
def test_no_text_is_too_strange_to_be_compared(old: str, new: str) -> None:
    """A snapshot may be edited by hand, or hold the marks of a merge."""
    surface_changes(read_entries(old), read_entries(new))
    surface_changes(read_entries(f"a: attribute: {old}"), read_entries(f"a: attribute: {new}"))


BREAKING = [
    ("f: function", "", "f: removed"),
    ("f: function", "f: async function", "f: function → async function"),
    ("f: function: int", "f: function: str", "f: type: int → str"),
    ("f: function: int", "f: function", "f: type: int → none"),
    ("f: function", "f: function\nf(a): keyword-only", "f(a=): added, required"),
    ("f(a): keyword-only = 1", "f(a): keyword-only", "f(a=): default: 1 → none"),
    ("f(a): keyword-only = 1", "f(a): keyword-only = 2", "f(a=): default: 1 → 2"),
    ("f(a): keyword-only", "f(a): keyword-only: int", "f(a=): type: none → int"),
    (
        "f(a): keyword-only: int | str",
        "f(a): keyword-only: int",
        "f(a=): type: int | str → int",
    ),
    (
        "f(a): positional or keyword 1",
        "f(a): positional or keyword 2",
        "f(a=): positional or keyword 1 → positional or keyword 2",
    ),
    (
        "f(a): positional or keyword 1",
        "f(a): keyword-only",
        "f(a=): positional or keyword 1 → keyword-only",
    ),
    ("c: class: A, B", "c: class: A", "c: type: A, B → A"),
    ("c.m: member = 1", "c.m: member = 2", "c.m: default: 1 → 2"),
    ("a: attribute: int", "a: attribute: not a type", "a: type: int → not a type"),
    ("t: type: Literal['a']", "t: type: Literal['a', 'b']", "t: type: Literal['a'] → "),
    ("a.C: class", "a.C: alias: httpx.URL", "a.C: class → alias"),
    ("a.C.m: method", "a.C: alias: b.C\nb.C: class", "a.C.m: removed"),
]
COMPATIBLE = [
    ("", "f: function\nf(a): keyword-only", "f: added"),
    ("f: function", "f: function\nf(a): keyword-only = 1", "f(a=): added"),
    ("f: function", "f: function\nf(a): variadic keyword", "f(a=): added"),
    ("f: function", "f: function: int", "f: type: none → int"),
    ("f: function", "f: deprecated function", "f: function → deprecated function"),
    ("f: function: int | str", "f: function: int", "f: type: int | str → int"),
    ("f(a): keyword-only", "f(a): keyword-only = 1", "f(a=): default: none → 1"),
    ("f(a): keyword-only: int", "f(a): keyword-only", "f(a=): type: int → none"),
    (
        "f(a): keyword-only: int",
        "f(a): keyword-only: int | str",
        "f(a=): type: int → int | str",
    ),
    (
        "f(a): keyword-only",
        "f(a): positional or keyword 1",
        "f(a=): keyword-only → positional or keyword 1",
    ),
    (
        "f(a): positional-only 1",
        "f(a): positional or keyword 1",
        "f(a=): positional-only 1 → positional or keyword 1",
    ),
    ("c.p: property", "c.p: writable property", "c.p: property → writable property"),
    ("c: class: A", "c: class: A, B", "c: type: A → A, B"),
]


@pytest.mark.parametrize(
    ("old", "new", "told", "is_breaking"),
    [(*row, True) for row in BREAKING] + [(*row, False) for row in COMPATIBLE],
)
def test_a_difference_breaks_callers_or_not(
    old: str, new: str, told: str, *, is_breaking: bool
) -> None:
    worst = surface_changes(read_entries(old), read_entries(new))[0]

    assert worst.text.startswith(told)
    assert worst.is_breaking is is_breaking


def test_what_is_listed_in_another_place_too_is_what_it_was() -> None:
    was = "a.C: class: A\na.C(x): keyword-only\na.C.m: method"
    now = "a.C: alias: b.C\nb.C: class: A\nb.C(x): keyword-only = 1\nb.C.m: method"
    before, after = read_entries(was), read_entries(now)

    assert [change.text for change in surface_changes(before, after)] == [
        "b.C: added",
        "b.C(x=): default: none → 1",
    ]
    assert [change.text for change in surface_changes(after, before) if change.is_breaking] == [
        "b.C: removed",
        "b.C(x=): removed",
        "b.C.m: removed",
    ]


def test_a_release_that_moves_the_lines_of_the_changelog_tells_nothing_new() -> None:
    released = CHANGELOG.replace("## [Unreleased]", "## [Unreleased]\n\n## [0.1.0]")
    later = released.replace("## [Unreleased]\n", "## [Unreleased]\n\n- The second.\n")

    assert unreleased(CHANGELOG) == ["### Added", "- The first."]
    assert unreleased(released, before=CHANGELOG) == unreleased(CHANGELOG, before=CHANGELOG)
    assert unreleased(later, before=released) == ["- The second."]
    assert unreleased(released, before=released) == []


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project whose surface is written down, without git."""
    write_package(tmp_path / "kodexa_client")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    assert main(["--write"], root=tmp_path) == 0
    return tmp_path


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    command = ["git", "-C", str(root), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", ".")
    git(root, "commit", "--allow-empty", "--message=x")


@pytest.fixture
def repository(root: Path) -> Path:
    """Return the project with two commits, none of which is a release."""
    git(root, "init", "--initial-branch=main")
    commit(root)
    commit(root)
    return root


def add_name(root: Path, name: str = "x") -> None:
    """Add a name to the surface, and write that down."""
    path = root / "kodexa_client" / f"{name}.py"
    path.write_text(f"__all__ = ['{name}']\ndef {name}(*, a): ...\n", encoding="utf-8")
    assert main(["--write"], root=root) == 0


def tell(root: Path, line: str = "- `x`.") -> None:
    path = root / "CHANGELOG.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("### Added\n", f"### Added\n\n{line}\n", 1), encoding="utf-8")


Captured = pytest.CaptureFixture[str]


def checked(root: Path, capsys: Captured) -> tuple[int, list[str]]:
    """Check a project, and return what that ends with and prints."""
    capsys.readouterr()
    code = main([], root=root)
    return code, capsys.readouterr().out.splitlines()


def test_code_that_differs_from_what_is_written_down_fails(root: Path, capsys: Captured) -> None:
    path = root / "kodexa_client" / "__init__.py"
    path.write_text("__all__ = ['f']\ndef f(*, a, b=1): ...\n", encoding="utf-8")
    assert main(["--write"], root=root) == 0
    assert capsys.readouterr().out == "f: added\nf(a=): added\nf(b=): added\n".replace(
        "f", "kodexa_client.f"
    )

    path.write_text("__all__ = ['f']\ndef f(*, b=1, c=2): ...\n", encoding="utf-8")

    assert checked(root, capsys) == (
        1,
        [
            "kodexa_client.f(a=): removed (breaks callers)",
            "kodexa_client.f(c=): added",
            (
                "docs/surface.txt is not what the code has. If the change is meant, run "
                "`make surface` and tell of it in CHANGELOG.md."
            ),
        ],
    )
    assert main(["--write"], root=root) == 0
    assert checked(root, capsys)[0] == 0


def test_a_package_that_cannot_be_read_fails(root: Path, capsys: Captured) -> None:
    (root / "kodexa_client" / "new.py").write_text("", encoding="utf-8")

    assert main([], root=root) == 2
    assert "kodexa_client.new is public, and has no __all__" in capsys.readouterr().err


UNTOLD = ["kodexa_client.x: added", "kodexa_client.x.x: added", "kodexa_client.x.x(a=): added"]


def told_since(base: str) -> str:
    return f"docs/surface.txt has changed since {base}: tell of it in CHANGELOG.md, [Unreleased]."


def test_a_change_has_to_be_told_before_it_is_committed(repository: Path, capsys: Captured) -> None:
    assert checked(repository, capsys) == (0, [])

    add_name(repository)
    assert checked(repository, capsys) == (1, [*UNTOLD, told_since("HEAD")])

    tell(repository)
    assert checked(repository, capsys) == (0, [])


def test_a_change_has_to_be_told_in_its_own_commit(repository: Path, capsys: Captured) -> None:
    add_name(repository)
    commit(repository)
    code, lines = checked(repository, capsys)
    assert (code, lines[:-1]) == (1, UNTOLD)
    assert lines[-1].startswith("docs/surface.txt has changed since ")

    tell(repository)
    assert checked(repository, capsys) == (0, [])
    commit(repository)
    assert checked(repository, capsys) == (0, [])


def test_after_a_release_a_change_has_to_be_told_until_the_next(
    repository: Path, capsys: Captured
) -> None:
    git(repository, "tag", "v0.1.0")
    add_name(repository)
    commit(repository)
    commit(repository)
    assert checked(repository, capsys) == (1, [*UNTOLD, told_since("v0.1.0")])

    tell(repository)
    commit(repository)
    assert checked(repository, capsys) == (0, [])

    path = repository / "CHANGELOG.md"
    heading = "## [Unreleased]\n\n## [0.2.0]"
    text = path.read_text(encoding="utf-8").replace("## [Unreleased]", heading)
    path.write_text(text, encoding="utf-8")
    commit(repository)
    assert checked(repository, capsys) == (0, [])
    git(repository, "tag", "v0.2.0")
    assert checked(repository, capsys) == (0, [])


@pytest.mark.parametrize("is_told", [False, True])
def test_of_a_merge_the_branch_that_is_merged_has_to_tell(
    repository: Path, capsys: Captured, *, is_told: bool
) -> None:
    git(repository, "checkout", "-b", "topic")
    add_name(repository)
    if is_told:
        tell(repository)
    commit(repository)
    commit(repository)
    git(repository, "checkout", "main")
    (repository / "other").write_text("", encoding="utf-8")
    commit(repository)
    git(repository, "merge", "--no-ff", "topic")

    assert checked(repository, capsys)[0] == (0 if is_told else 1)


def test_a_changelog_that_was_not_there_tells_with_its_first_lines(
    repository: Path, capsys: Captured
) -> None:
    path = repository / "CHANGELOG.md"
    path.unlink()
    commit(repository)
    add_name(repository)
    assert checked(repository, capsys)[0] == 1

    path.write_text(CHANGELOG, encoding="utf-8")
    assert checked(repository, capsys) == (0, [])


def without_git(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("shutil.which", lambda _: None)
    return root


def outside_a_repository(root: Path, _: pytest.MonkeyPatch) -> Path:
    return root


def without_a_commit(root: Path, _: pytest.MonkeyPatch) -> Path:
    git(root, "init")
    return root


def with_one_commit(root: Path, _: pytest.MonkeyPatch) -> Path:
    git(root, "init")
    commit(root)
    return root


def with_a_release_that_wrote_nothing_down(root: Path, _: pytest.MonkeyPatch) -> Path:
    git(root, "init")
    git(root, "commit", "--allow-empty", "--message=x")
    git(root, "tag", "v0.1.0")
    return root


def in_a_shallow_clone(root: Path, _: pytest.MonkeyPatch) -> Path:
    git(root, "init")
    commit(root)
    add_name(root)
    commit(root)
    clone = root / "clone"
    git(root, "clone", "--depth=1", root.as_uri(), str(clone))
    return clone


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (without_git, "git is not here"),
        (outside_a_repository, "fatal: not a git repository"),
        (without_a_commit, "fatal: "),
        (with_one_commit, "fatal: Needed a single revision"),
        (with_a_release_that_wrote_nothing_down, "fatal: path 'docs/surface.txt' "),
        (in_a_shallow_clone, "the clone is shallow, and has no release"),
    ],
)
def test_where_the_history_is_not_here_the_check_says_so_and_goes_on(
    root: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    place: Callable[[Path, pytest.MonkeyPatch], Path],
    reason: str,
) -> None:
    code, (line,) = checked(place(root, monkeypatch), capsys)

    assert code == 0
    start = f"Whether CHANGELOG.md tells of the surface's changes can't be said: {reason}"
    assert line.startswith(start)
