"""Each change of the package has a verdict for those who call it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from tools.comparing.python_changes import python_changes
from tools.comparing.type_changes import accepts

if TYPE_CHECKING:
    from pathlib import Path

# What the templates write, less all that no caller sees.
FILES = {
    "__init__.py": "",
    "api/__init__.py": """
        from functools import cached_property
        from .things import Things
        __all__ = ["Resources"]
        class Resources:
            @cached_property
            def things(self) -> Things: ...
        """,
    "api/things/__init__.py": """
        from ...models.got import Got
        from ...models.sent import Sent
        from . import create_thing as _create_thing
        __all__ = ["Things"]
        class Things:
            def __init__(self, client: Client) -> None: ...
            def create(self, *, note: str | Unset = UNSET, body: Sent | Unset = UNSET) -> Got: ...
            def _hidden(self) -> None: ...
        """,
    "api/things/create_thing.py": """
        from ...models.got import Got
        __all__ = ["sync"]
        def _get_kwargs(*, body: Sent) -> dict[str, Any]: ...
        def sync(*, client: Client, body: Sent) -> Response[Got]:
            '''Create a thing.'''
        """,
    "models/__init__.py": """
        from .color import Color
        from .got import Got
        from .sent import Sent
        __all__ = ["Color", "Got", "Sent"]
        """,
    "models/color.py": """
        __all__ = ["Color"]
        class Color(OpenStrEnum):
            RED = "red"
            BLUE = "blue"
        """,
    "models/sent.py": """
        __all__ = ["Sent"]
        @define
        class Sent(OpenModel[Any]):
            name: str
            note: str | Unset = UNSET
            inner: Inner | Unset = UNSET
        """,
    "models/inner.py": """
        __all__ = ["Inner"]
        @define
        class Inner:
            size: int = 1
            outer: Sent | Unset = UNSET
        """,
    "models/got.py": """
        __all__ = ["Got"]
        @define
        class Got:
            id: str
            note: str | Unset = UNSET
        """,
    "models/idle.py": """
        __all__ = ["Idle"]
        @define
        class Idle:
            any: str | Unset = UNSET
        """,
}


def write(folder: Path, file: str = "", old: str = "", new: str = "") -> Path:
    """Write the package, with some text of a file replaced, and return its folder."""
    package = folder / "shop"
    for name, text in FILES.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == file:
            assert old in text
            text = text.replace(old, new)  # noqa: PLW2901 - with the text replaced
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return package


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        # griffe's.
        (
            ("api/things/__init__.py", "def create(", "def make("),
            ["breaking: api.things.Things.create: removed", "ok: api.things.Things.make: added"],
        ),
        (
            ("api/things/__init__.py", "note: str", "remark: str"),
            [
                "breaking: api.things.Things.create(note=): argument removed",
                "ok: api.things.Things.create(remark=): argument added, optional",
            ],
        ),
        (
            (
                "api/things/create_thing.py",
                "body: Sent) -> Response",
                "body: Sent, id: str) -> Response",
            ),
            ["breaking: api.things.create_thing.sync(id=): argument added, required"],
        ),
        (
            ("api/things/__init__.py", "note: str | Unset = UNSET", "note: str | Unset"),
            ["breaking: api.things.Things.create(note=): argument optional → required"],
        ),
        (
            ("api/things/__init__.py", "note: str | Unset = UNSET", "note: str | Unset = 'a'"),
            ["breaking: api.things.Things.create(note=): argument's default changed"],
        ),
        (("models/color.py", 'BLUE = "blue"', ""), ["breaking: models.color.Color.BLUE: removed"]),
        (
            ("models/sent.py", "(OpenModel[Any])", ""),
            ["breaking: models.sent.Sent: Base class was removed"],
        ),
        (
            ("models/sent.py", "class Sent(OpenModel[Any]):", "def Sent(): #"),
            ["breaking: models.sent.Sent: Public object points to a different kind of object"],
        ),
        # Ours: types.
        (
            ("api/things/__init__.py", "note: str |", "note: str | None |"),
            ["ok: api.things.Things.create(note=): type: str | Unset → str | None | Unset"],
        ),
        (
            ("api/things/__init__.py", "note: str |", "note: int |"),
            ["breaking: api.things.Things.create(note=): type: str | Unset → int | Unset"],
        ),
        (
            ("api/things/create_thing.py", "Response[Got]", "Response[Any]"),
            ["breaking: api.things.create_thing.sync: returns: Response[Got] → Response[Any]"],
        ),
        (
            ("api/__init__.py", "-> Things", "-> Other"),
            ["breaking: api.Resources.things: type: Things → Other"],
        ),
        (
            ("models/sent.py", "note: str |", "note: str | None |"),
            ["ok: models.sent.Sent.note: type: str | Unset → str | None | Unset"],
        ),
        (
            ("models/got.py", "note: str |", "note: str | None |"),
            ["breaking: models.got.Got.note: type: str | Unset → str | None | Unset"],
        ),
        (
            ("models/idle.py", "any: str |", "any: str | None |"),
            ["breaking: models.idle.Idle.any: type: str | Unset → str | None | Unset"],
        ),
        (
            ("models/inner.py", "size: int", "size: float"),
            ["ok: models.inner.Inner.size: type: int → float"],
        ),
        (
            ("models/inner.py", "size: int", "size: bool"),
            ["breaking: models.inner.Inner.size: type: int → bool"],
        ),
        (
            ("models/sent.py", "OpenModel[Any]", "OpenModel[int]"),
            ["breaking: models.sent.Sent: base: OpenModel[Any] → OpenModel[int]"],
        ),
        # Ours: what is needed to make a model.
        (
            ("models/sent.py", "note: str | Unset = UNSET", "note: str"),
            [
                "breaking: models.sent.Sent.note: optional → required to make one",
                "breaking: models.sent.Sent.note: type: str | Unset → str",
            ],
        ),
        (
            ("models/got.py", "note: str | Unset = UNSET", "note: str"),
            [
                "ok: models.got.Got.note: optional → required to make one",
                "ok: models.got.Got.note: type: str | Unset → str",
            ],
        ),
        (
            ("models/sent.py", "name: str", "name: str | Unset = UNSET"),
            [
                "ok: models.sent.Sent.name: required → optional to make one",
                "ok: models.sent.Sent.name: type: str → str | Unset",
            ],
        ),
        (
            ("models/sent.py", "name: str", "name: str\n            more: str"),
            ["breaking: models.sent.Sent.more: added, required to make one"],
        ),
        (
            ("models/sent.py", "name: str", "name: str\n            more: str = ''"),
            ["ok: models.sent.Sent.more: added"],
        ),
        (
            ("models/got.py", "id: str", "id: str\n            more: str"),
            ["ok: models.got.Got.more: added"],
        ),
        (
            ("models/inner.py", "int = 1", "int = 2"),
            ["breaking: models.inner.Inner.size: default: 1 → 2"],
        ),
        # Ours: the rest.
        (
            ("models/color.py", '"blue"', '"navy"'),
            ["breaking: models.color.Color.BLUE: value: 'blue' → 'navy'"],
        ),
        (
            ("models/color.py", 'BLUE = "blue"', 'BLUE = "blue"\n            GREEN = "green"'),
            ["ok: models.color.Color.GREEN: added"],
        ),
        (
            ("api/things/__init__.py", "note: str | Unset = UNSET, body", "body"),
            ["breaking: api.things.Things.create(note=): argument removed"],
        ),
        (
            (
                "api/things/create_thing.py",
                "body: Sent) -> Response",
                "body: Sent | Unset = UNSET) -> Response",
            ),
            [
                "ok: api.things.create_thing.sync(body=): argument required → optional",
                "ok: api.things.create_thing.sync(body=): type: Sent → Sent | Unset",
            ],
        ),
        (
            (
                "api/things/create_thing.py",
                "thing.'''",
                "thing.\n\n            .. deprecated:: 1.0\n            '''",
            ),
            ["ok: api.things.create_thing.sync: deprecated"],
        ),
        (
            ("models/inner.py", "int = 1", "int = _field(default=2, repr=False)"),
            ["breaking: models.inner.Inner.size: default: 1 → 2"],
        ),
        (
            (
                "models/sent.py",
                "name: str",
                "name: str\n            more: str = _field(repr=False)",
            ),
            ["breaking: models.sent.Sent.more: added, required to make one"],
        ),
        # No caller's business.
        (("models/sent.py", "name: str", "name: str = _field(repr=False)"), []),
        (("models/sent.py", "= UNSET", "= _field(default=UNSET, repr=False)"), []),
        (("api/things/create_thing.py", "Create a thing.", "Make one."), []),
        (("api/things/create_thing.py", "dict[str, Any]", "int"), []),
        (("api/things/__init__.py", "_hidden", "_other"), []),
        (
            (
                "models/inner.py",
                '__all__ = ["Inner"]',
                '__all__ = ["Inner"]\n        __shape__ = 1',
            ),
            [],
        ),
    ],
)
def test_what_breaks_a_caller(
    tmp_path: Path, edit: tuple[str, str, str], expected: list[str]
) -> None:
    old, new = write(tmp_path / "old"), write(tmp_path / "new", *edit)

    found = python_changes(old, new)

    assert [
        f"{'breaking' if each.is_breaking else 'ok'}: {each.text}" for each in found
    ] == expected


def test_the_folder_where_it_is_started_is_none_of_the_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = write(tmp_path / "old")
    new = write(tmp_path / "new", "models/color.py", '"blue"', '"navy"')
    monkeypatch.chdir(new.parent)

    assert [change.value for change in python_changes(old, new)] == ["navy"]


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("str | None", "str", True),
        ("str", "str | None", False),
        ("float", "int", True),
        ("int", "float", False),
        ("int", "bool", False),
        ("Any", "str", True),
        ("str", "Any", False),
        ("Literal['a', 'b']", "Literal['b']", True),
        ("Literal['a']", "Literal['a', 'b']", False),
        ("Response[A | B]", "Response[A]", True),
        ("list[A | B]", "list[A]", False),
        ("list[A]", "list[A]", True),
        ("datetime.datetime | Unset", "datetime.datetime", True),
    ],
)
def test_whether_a_type_takes_all_values_of_another(
    wide: str, narrow: str, *, expected: bool
) -> None:
    assert accepts(wide, narrow) is expected
