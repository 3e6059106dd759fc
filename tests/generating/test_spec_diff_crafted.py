"""Crafted changes are classed right, for the wire and for Python, each and all together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from tools import building
from tools.building import Recipe, build
from tools.comparing.api_changes import Verdict
from tools.comparing.change_links import link
from tools.comparing.python_changes import PythonChange, python_changes
from tools.comparing.wire_changes import wire_changes, words_changed
from tools.document import Document, load_document

from .conftest import Project
from .test_spec_diff import report
from .test_spec_diff_wire import NUMBER, TEXT, edited, of, setting, things, without

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.comparing.report import Report

    from .test_spec_diff_wire import Content

    Edit = Callable[[Content], object]


class Workshop:
    """Compares documents whose packages are made by today's templates."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self.count = 0
        self.things = self.make(things())

    def make(self, content: Content) -> tuple[Document, Path]:
        # Below the root, where ruff takes the generated folders for what they are.
        folder = self.project.root / f".generated-{self.count}"
        self.count += 1
        folder.mkdir()
        path = folder / "openapi.yaml"
        path.write_text(json.dumps(content), encoding="utf-8")
        package = folder / "kodexa_client"
        with pytest.MonkeyPatch.context() as patch:
            # What it costs most time to prove, and what is compared does not need.
            patch.setattr(building, "finish", lambda *_, **__: None)
            patch.setattr(building, "prove_importable", lambda *_: None)
            build(evolve(Recipe.of(self.project.root), document=path), package)
        return load_document(path), package

    def compare(self, new: Content, old: Content | None = None) -> Report:
        before, old_package = self.things if old is None else self.make(old)
        after, new_package = self.make(new)
        effects = python_changes(old_package, new_package)
        return report(
            link(wire_changes(before, after), effects, (before, after)),
            words=words_changed(before, after),
        )


def rows(report: Report) -> set[tuple[str, str, str]]:
    """Return each change with what it means for the wire and for Python."""
    return {
        (f"{change.what} {change.place} {change.action}", change.wire.word, change.python.word)
        for change in report.changes
    }


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


def require(name: str, *properties: str) -> Edit:
    return setting(*of(name, "required"), to=list(properties))


BOTH = ("breaking", "breaking", "minor")
NEITHER = ("compatible", "compatible", "minor")
WORDS = ("none", "none", "none")
PARAMETER = ("paths", "/things", "get", "parameters")


@pytest.mark.parametrize(
    ("edit", "wire", "python", "bump"),
    [
        # Breaking.
        pytest.param(without("paths", "/things", "get"), *BOTH, id="operation removed"),
        pytest.param(
            without(*of("Got", "properties", "note")), *BOTH, id="property of a response removed"
        ),
        pytest.param(
            setting(*of("Got", "properties", "note"), to=NUMBER),
            *BOTH,
            id="property of a response: string to integer",
        ),
        pytest.param(require("Sent", "name", "size"), *BOTH, id="property of a request required"),
        pytest.param(
            setting(*PARAMETER, 0, "name", to="number"), *BOTH, id="query parameter renamed"
        ),
        pytest.param(
            setting(*of("Sent", "properties", "color", "enum"), to=["red"]),
            *BOTH,
            id="enum value of a request removed",
        ),
        pytest.param(
            setting(*of("Got", "properties", "at"), to=TEXT), *BOTH, id="date-time to string"
        ),
        pytest.param(require("Got"), *BOTH, id="property of a response optional"),
        pytest.param(
            setting(*of("Sent", "properties", "at", "type"), to="string"), *BOTH, id="null refused"
        ),
        # Breaking for one of the two.
        pytest.param(
            setting(*of("Color", "enum"), to=["red"]),
            "compatible",
            "breaking",
            "minor",
            id="enum value of a response removed",
        ),
        pytest.param(
            setting(*of("Color", "enum"), to=["red", "blue", "green"]),
            "breaking",
            "compatible",
            "minor",
            id="enum value of a response added",
        ),
        pytest.param(
            setting("paths", "/things", "get", "operationId", to="findThings"),
            "none",
            "breaking",
            "minor",
            id="operationId changed",
        ),
        pytest.param(
            lambda content: content["paths"].update(
                {
                    "/things/{key}": content["paths"].pop("/things/{id}")
                    | {
                        "parameters": [
                            {"name": "key", "in": "path", "required": True, "schema": TEXT}
                        ]
                    }
                }
            ),
            "none",
            "breaking",
            "minor",
            id="path parameter renamed",
        ),
        pytest.param(
            setting("servers", 0, "url", to="https://b.example"),
            "breaking",
            "none",
            "minor",
            id="server changed",
        ),
        # Not breaking.
        pytest.param(
            setting(
                "paths",
                "/things/{id}",
                "delete",
                to={
                    "operationId": "deleteThing",
                    "tags": ["things"],
                    "responses": {"204": {"description": ""}},
                },
            ),
            *NEITHER,
            id="operation added",
        ),
        pytest.param(
            setting(*of("Sent", "properties", "more"), to=TEXT),
            *NEITHER,
            id="optional property of a request added",
        ),
        pytest.param(
            setting(*of("Got", "properties", "more"), to=TEXT),
            *NEITHER,
            id="property of a response added",
        ),
        pytest.param(
            setting(*PARAMETER, 2, to={"name": "q", "in": "query", "schema": TEXT}),
            *NEITHER,
            id="optional parameter added",
        ),
        pytest.param(
            setting(*of("Sent", "properties", "name", "description"), to="Another."),
            *WORDS,
            id="description changed",
        ),
        pytest.param(
            setting(*of("Sent", "properties", "color", "enum"), to=["red", "blue", "green"]),
            *NEITHER,
            id="enum value of a request added",
        ),
        pytest.param(
            setting(*of("Sent", "example"), to={"name": "x"}), *WORDS, id="example changed"
        ),
        pytest.param(require("Sent"), *NEITHER, id="property of a request optional"),
        pytest.param(require("Got", "id", "note"), *NEITHER, id="property of a response required"),
        pytest.param(
            setting("paths", "/things", "get", "deprecated", to=True),
            *NEITHER,
            id="operation deprecated",
        ),
        pytest.param(
            setting(*of("Sent", "properties", "name", "maxLength"), to=99),
            "compatible",
            "none",
            "patch",
            id="limit of a request loosened",
        ),
    ],
)
def test_a_crafted_change_is_classed_right(
    workshop: Workshop, edit: Edit, wire: str, python: str, bump: str
) -> None:
    report = workshop.compare(edited(edit))

    assert (report.wire.word, report.python.word, report.bump.word) == (wire, python, bump)
    # Each is told in one row, but for what is renamed: that is one removed, one added.
    assert not report.changes or report.changes[0].wire.word == wire
    assert all(change.what != "package" for change in report.changes)


def test_each_of_many_changes_keeps_its_own_verdicts(workshop: Workshop) -> None:
    """Names tie them: a break of one property is not put down to the other."""
    got, both = of("Got", "properties"), of("Both", "allOf", 1, "properties")
    place = {"type": "object", "properties": {"lat": {"type": "number"}}}
    mode = {"type": "string", "enum": ["on", "off"]}
    old = edited(
        setting(*got, "place", to=place),
        setting(*got, "mode", to=mode),
        setting(*of("Code"), to=TEXT),
        setting(*both, "code", to={"$ref": "#/components/schemas/Code"}),
        setting(*of("Model"), to={"type": "object", "properties": {"kept": TEXT}}),
    )
    new = edited(
        setting(*got, "place", to={"type": "object", "properties": {"lat": TEXT}}),
        setting(*got, "mode", to=mode | {"enum": ["on"]}),
        setting(*got, "extra", to={"type": "object", "properties": {"a": TEXT}}),
        setting(*of("Code"), to=NUMBER),
        setting(*both, "code", to={"$ref": "#/components/schemas/Code"}),
        without(*of("Base", "properties", "label")),
        without(*of("Idle")),
        setting(*of("Color", "enum"), to=["red", "blue", "dark-red"]),
        setting(
            "paths",
            "/things",
            "get",
            "responses",
            "200",
            "content",
            "application/json",
            "schema",
            to={"type": "object", "properties": {"items": TEXT}},
        ),
        setting(
            "paths",
            "/others",
            to={
                "get": {
                    "operationId": "listOthers",
                    "tags": ["others"],
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"application/json": {"schema": TEXT}},
                        }
                    },
                }
            },
        ),
        setting(*of("Model"), to={"type": "object", "properties": {"kept": NUMBER}}),
    )

    assert rows(workshop.compare(new, old)) == {
        # One that is written where it is used has a class called after that place.
        ("property Got.place.lat changed", "breaking", "breaking"),
        ("enum value Got.mode removed", "compatible", "breaking"),
        ("property Got.extra added", "compatible", "compatible"),
        # One that has no class of its own shows where it is used.
        ("schema Code changed", "breaking", "breaking"),
        ("enum value Color added", "breaking", "compatible"),
        ("property Both.label removed", "breaking", "breaking"),
        ("property Base.label removed", "none", "breaking"),
        ("schema Idle removed", "none", "breaking"),
        ("property Model.kept changed", "none", "breaking"),
        ("response GET /things response 200 application/json changed", "breaking", "breaking"),
        (
            "property GET /things response 200 application/json.items added",
            "compatible",
            "none",
        ),
        ("operation GET /others added", "compatible", "compatible"),
    }


def test_an_effect_that_no_name_explains_is_told_all_the_same() -> None:
    effect = PythonChange("api.things.Things.strange", "removed", is_breaking=True)

    (change,) = link([], [effect], [])

    assert (change.what, change.place, change.python) == ("package", effect.path, Verdict.BREAKING)
    assert change.effects == ("api.things.Things.strange: removed",)
