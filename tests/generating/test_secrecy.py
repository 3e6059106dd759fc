"""What the document marks as a secret is there on access, and in nothing that is printed."""

from __future__ import annotations

import importlib
import inspect
import io
import pprint
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.rendering import Rendering
from tools.secrecy import Secrets

from .documents import CONFIG, of_schemas

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .crafted import Crafted

TEXT: dict[str, Any] = {"type": "string"}
PASSWORD = TEXT | {"format": "password"}
SECRET = TEXT | {"x-secret": True}
NULL = {"type": "null"}


def reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def declarations(folder: Path, model: str = "It", **schemas: Any) -> dict[str, str]:
    """Return the lines that declare the properties of a model, by their Python names."""
    read = of_schemas(folder, **schemas)
    rendering = Rendering(read, CONFIG)
    secrets = Secrets(read, rendering.prepared)
    (found,) = [one for one in rendering.data.models if one.class_info.name == model]
    properties = [*(found.required_properties or []), *(found.optional_properties or [])]
    return {str(one.python_name): secrets.declaration(found, one) for one in properties}


def is_hidden(folder: Path, prop: Any, **schemas: Any) -> bool:
    """Tell whether a property of a schema is a secret, which its neighbour is not."""
    it = {"type": "object", "properties": {"value": prop, "other": TEXT}}
    found = declarations(folder, It=it, **schemas)
    assert found["other"] == "other: str | Unset = UNSET"
    return "repr=False" in found["value"]


@pytest.mark.parametrize(
    "prop",
    [
        PASSWORD,
        SECRET,
        {"type": "integer", "x-secret": True},
        {"x-secret": True},
        TEXT | {"enum": ["a"], "x-secret": True},
        {"type": ["string", "null"], "format": "password"},
        {"anyOf": [PASSWORD, NULL]},
        {"anyOf": [NULL, SECRET]},
        {"oneOf": [{"type": "integer"}, {"anyOf": [TEXT, PASSWORD]}]},
        {"type": "array", "items": PASSWORD},
        {"type": "array", "items": {"type": "array", "items": {"anyOf": [SECRET, NULL]}}},
        {"type": "array", "prefixItems": [TEXT, PASSWORD]},
        {"type": "array", "contains": PASSWORD},
        {"type": "array", "unevaluatedItems": PASSWORD},
        {"type": "object", "additionalProperties": SECRET},
        {"type": "object", "additionalProperties": {"type": "array", "items": PASSWORD}},
        {"type": "object", "unevaluatedProperties": PASSWORD},
        TEXT | {"then": PASSWORD},
        TEXT | {"else": SECRET},
        reference("Secret"),
        reference("SecretAgain"),
        reference("Marked"),
        reference("Text") | {"x-secret": True},
        {"allOf": [reference("SecretAgain")]},
        {"allOf": [reference("Text")], "x-secret": True},
        {"anyOf": [reference("SecretAgain"), NULL]},
        {"type": "array", "items": reference("Secret")},
        reference("Object"),
    ],
)
def test_a_mark_is_found_wherever_it_is(tmp_path: Path, prop: Any) -> None:
    assert is_hidden(
        tmp_path,
        prop,
        Text=TEXT,
        Secret=PASSWORD,
        SecretAgain=reference("Secret"),
        Marked=reference("Text") | {"x-secret": True},
        Object={"type": "object", "x-secret": True, "properties": {"pin": TEXT}},
    )


@pytest.mark.parametrize(
    "prop",
    [
        TEXT,
        {},
        TEXT | {"format": "byte"},
        TEXT | {"x-secret": False},
        TEXT | {"description": "format: password", "example": "x-secret"},
        {"type": "array", "items": {}},
        {"type": "object", "additionalProperties": True},
        {"type": "object", "properties": {"format": {"const": "password"}}},
        # It hides its own.
        reference("Holder"),
        {"type": "array", "items": reference("Holder")},
        {"type": "object", "properties": {"password": PASSWORD}},
        reference("Circle"),
    ],
)
def test_without_a_mark_nothing_is_hidden(tmp_path: Path, prop: Any) -> None:
    circle = {"type": "object", "additionalProperties": {"anyOf": [reference("Circle"), TEXT]}}

    assert not is_hidden(
        tmp_path,
        prop,
        Holder={"type": "object", "properties": {"password": PASSWORD}},
        Circle=circle,
    )


def test_the_declaration_says_the_same_but_for_the_repr(tmp_path: Path) -> None:
    it = {
        "type": "object",
        "required": ["needed", "given"],
        "properties": {
            "needed": PASSWORD,
            "given": PASSWORD | {"default": "a = b"},
            "optional": {"type": ["string", "null"], "format": "password"},
            "chosen": TEXT | {"format": "date", "default": "2024-02-29", "x-secret": True},
        },
    }

    assert declarations(tmp_path, It=it) == {
        "needed": "needed: str = _field(repr=False)",
        "given": "given: str = _field(default='a = b', repr=False)",
        "optional": "optional: None | str | Unset = _field(default=UNSET, repr=False)",
        "chosen": (
            "chosen: datetime.date | Unset = "
            "_field(default=datetime.date.fromisoformat('2024-02-29'), repr=False)"
        ),
    }


def test_every_property_of_an_object_that_is_a_secret_is_one(tmp_path: Path) -> None:
    marked = {"type": "object", "x-secret": True, "properties": {"pin": TEXT}}
    parts = [reference("Marked"), {"type": "object", "properties": {"more": TEXT}}]

    for model, names in (("Marked", {"pin"}), ("It", {"pin", "more"})):
        found = declarations(tmp_path, model, Marked=marked, It={"allOf": parts})
        assert {name for name, line in found.items() if "repr=False" in line} == names


def test_a_part_that_another_one_repeats_is_a_secret_if_one_says_so(tmp_path: Path) -> None:
    parts = [
        reference("Base"),
        {"type": "object", "required": ["a"], "properties": {"a": TEXT, "b": PASSWORD}},
    ]
    base = {"type": "object", "properties": {"a": SECRET, "b": TEXT, "c": TEXT}}

    found = declarations(tmp_path, Base=base, It={"allOf": parts})

    assert {name for name, line in found.items() if "repr=False" in line} == {"a", "b"}
    assert found["a"] == "a: str = _field(repr=False)"


def test_a_part_may_be_anything(tmp_path: Path) -> None:
    it = {"allOf": [True, {"type": "object", "properties": {"a": SECRET, "b": True}}]}

    found = declarations(tmp_path, It=it)

    assert found["a"].endswith("_field(default=UNSET, repr=False)")
    assert found["b"] == "b: Any | Unset = UNSET"


SECRETS = {
    "inherited": "canary 1",
    "needed": "canary 2",
    "standard": "canary 3",
    "chosen": "canary 4",
    "marked": "canary 5",
    "until": "2024-02-29T10:00:00Z",
    "referred": "canary 6",
    "wrapped": "canary 7",
    "nullable": "canary 8",
    "orNull": "canary 9",
    "orNumber": 2024,
    "many": ["canary 10"],
    "byName": {"canary 11": "canary 12"},
    "whole": {"pin": "canary 13"},
    "pass-word": "canary 14",
    "pass.word": "canary 15",
}


def by_rich(value: Any) -> str:
    text: str = importlib.import_module("rich.pretty").pretty_repr(value, max_width=200)
    return text


def by_a_console(value: Any) -> str:
    file = io.StringIO()
    importlib.import_module("rich.console").Console(file=file, width=60).print([value])
    return file.getvalue()


def by_ipython(value: Any) -> str:
    try:
        text: str = importlib.import_module("IPython.lib.pretty").pretty(value)
    except ImportError:
        # It asks the first class of these that says how its objects are printed.
        kind = next(
            kind
            for kind in type(value).__mro__
            if kind.__dict__.keys() & {"_repr_pretty_", "__repr__"}
        )
        text = kind.__dict__["__repr__"](value)
    return text


PRINTERS = [repr, str, "{}".format, pprint.pformat, by_rich, by_a_console, by_ipython]


@pytest.mark.parametrize("show", PRINTERS)
def test_nothing_that_prints_a_model_shows_a_secret(
    everything: Crafted, show: Callable[[Any], str]
) -> None:
    vault = everything.read("Vault", {"plain": "here", **SECRETS})

    for value in (
        vault,
        [vault],
        {"key": vault},
        everything.models.Vault.from_dict(vault.to_dict()),
    ):
        shown = show(value)
        assert "plain='here'" in shown
        assert shown.count("'***'") == len(SECRETS)
        assert not [text for text in ("canary", "2024", "CAT", "Hidden", "None") if text in shown]


def test_what_is_hidden_is_there_and_is_written(everything: Crafted) -> None:
    source = {"plain": "here", **SECRETS}

    vault = everything.read("Vault", source)

    assert (vault.needed, vault.many, vault.whole.pin) == ("canary 2", ["canary 10"], "canary 13")
    assert vault.to_dict() == source
    assert attrs.evolve(vault) == vault
    assert repr(vault.whole) == "Hidden(pin='***')"


def test_a_secret_without_a_value_shows_none_and_one_that_is_absent_nothing(
    everything: Crafted,
) -> None:
    vault = everything.models.Vault(needed="canary", plain="here", nullable=None)

    assert vault.chosen is everything.models.Kind.CAT
    assert vault.standard == 'de"fault'
    assert repr(vault) == (
        "Vault(needed='***', plain='here', standard='***', chosen='***', nullable=None)"
    )


def test_a_secret_has_to_be_given_as_before(everything: Crafted) -> None:
    parameters = inspect.signature(everything.models.Vault).parameters

    assert parameters["needed"].default is inspect.Parameter.empty
    assert parameters["marked"].default is everything.module("types").UNSET
    with pytest.raises(TypeError, match="needed"):
        everything.models.Vault(plain="here")


def test_a_module_without_secrets_does_not_import_what_declares_them(everything: Crafted) -> None:
    pet, vault = (everything.folder / "models" / f"{name}.py" for name in ("pet", "vault"))

    assert "_field" not in pet.read_text(encoding="utf-8")
    assert "from attrs import field as _field\n" in vault.read_text(encoding="utf-8")


def changed(value: Any, text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return a strategy for what is like a value, with other strings."""
    if isinstance(value, dict):
        return st.dictionaries(text, text)
    if isinstance(value, list):
        return st.lists(text)
    return text if isinstance(value, str) else st.integers()


@given(st.data())
def test_what_is_printed_tells_nothing_of_the_secrets(everything: Crafted, data: Any) -> None:
    """Neither how long they are, nor how they begin, nor how many there are."""
    moments = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
    other = {
        key: data.draw(
            moments
            if key == "until"
            else st.fixed_dictionaries({"pin": st.text()})
            if key == "whole"
            else changed(value, st.text())
        )
        for key, value in SECRETS.items()
    }
    first, second = (
        everything.read("Vault", {"plain": "here", **source}) for source in (SECRETS, other)
    )

    assert second.to_dict()["many"] == other["many"]
    for show in (repr, by_rich):
        assert show(first) == show(second)


def test_what_has_no_declared_shape_shows_its_keys(everything: Crafted) -> None:
    vault = everything.read(
        "Vault",
        {
            "needed": "canary",
            "plain": {"token": "canary"},
            "standard": "x",
            "anything": [{"a": {"b": "canary"}}, [{"c": 1}], "text", 2],
            "texts": ["one", "two"],
        },
    )

    expected = (
        "Vault(needed='***', plain={'token': '***'}, standard='***', texts=['one', 'two'], "
        "anything=[{'a': '***'}, [{'c': '***'}], 'text', 2])"
    )
    assert repr(vault) == expected
    assert by_rich(vault) == expected
