"""`make spec-diff` tells what has changed, whom that breaks, and the version that follows."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from tools.building import Recipe, build
from tools.comparing.api_changes import Change, Verdict
from tools.comparing.report import Report
from tools.comparing.revisions import RevisionError
from tools.spec_diff import compare, default_base, main, short_report

from .test_spec_diff_wire import TEXT, of, setting, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Project
    from .test_spec_diff_wire import Content

    Edit = Callable[[Content], object]


def report(changes: list[Change], **parts: Any) -> Report:
    given: dict[str, Any] = {"base_version": "0.1.0", "version": "0.1.0", "words": []}
    return Report(base="v0.1.0", changes=changes, **(given | parts))


def change(
    wire: Verdict = Verdict.NONE, python: Verdict = Verdict.NONE, action: str = "changed"
) -> Change:
    return Change(what="thing", action=action, place="a|b<c>", wire=wire, python=python)


NONE, COMPATIBLE, BREAKING = Verdict.NONE, Verdict.COMPATIBLE, Verdict.BREAKING


@pytest.mark.parametrize(
    ("base", "changes", "bump", "needed"),
    [
        ("1.2.3", [], "none", "1.2.3"),
        ("1.2.3", [change()], "none", "1.2.3"),
        ("1.2.3", [change(COMPATIBLE)], "patch", "1.2.4"),
        ("1.2.3", [change(COMPATIBLE, action="added")], "minor", "1.3.0"),
        ("1.2.3", [change(NONE, COMPATIBLE)], "minor", "1.3.0"),
        ("1.2.3", [change(BREAKING), change(NONE, COMPATIBLE)], "major", "2.0.0"),
        ("1.2.3", [change(NONE, BREAKING)], "major", "2.0.0"),
        ("0.2.3", [change(BREAKING)], "minor", "0.3.0"),
        ("0.2.3", [change(COMPATIBLE)], "patch", "0.2.4"),
    ],
)
def test_the_version_follows_from_the_worst_change(
    base: str, changes: list[Change], bump: str, needed: str
) -> None:
    found = report(changes, base_version=base, version=base)

    assert (found.bump.word, found.needed) == (bump, needed)
    assert found.is_enough is (bump == "none")
    assert report(changes, base_version=base, version=f"{needed}rc1").is_enough
    assert report(changes, base_version=base, version="99.0").is_enough


def test_the_report_is_a_page_that_the_documents_words_cannot_break() -> None:
    broken = evolve(change(BREAKING, BREAKING), reason="a | b", effects=("x: removed",))
    page = report([broken, change()], words=["info"], warning="it can't be generated").markdown()

    assert page.splitlines()[:4] == [
        "# openapi.yaml against v0.1.0",
        "",
        "2 changed. Wire: breaking. Python: breaking.",
        "Python was not compared: it can't be generated",
    ]
    assert "(before 1.0.0, what breaks takes a minor one), from 0.1.0 to 0.2.0 or higher" in page
    assert "| thing a\\|b&lt;c> changed | breaking: a \\| b | breaking |" in page
    assert "## Breaks Python callers\n\n- `x: removed`\n" in page
    assert page.endswith("## Words for people only\n\n- `info`\n")


def git(project: Project, *arguments: str) -> None:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    command = ["git", "-C", str(project.root), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def commit(project: Project) -> None:
    git(project, "add", "openapi.yaml", "pyproject.toml")
    git(project, "commit", "--allow-empty", "--message=x")


@pytest.fixture
def released(project: Project) -> Project:
    """Return a project whose first commit is a release, and whose second is not."""
    git(project, "init", "--initial-branch=main")
    commit(project)
    git(project, "tag", "v0.1.0")
    commit(project)
    return project


def set_version(project: Project, version: str) -> None:
    path = project.root / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('version = "0.1.0"', f'version = "{version}"'), encoding="utf-8")


def edit(project: Project, *edits: Edit) -> None:
    content = project.read()
    for each in edits:
        each(content)
    project.write(content)


def test_it_fails_until_the_version_is_high_enough(
    released: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(released, setting(*of("AccessToken", "properties", "scope"), to=TEXT))

    assert main([], root=released.root) == 1
    page = capsys.readouterr().out
    assert page.startswith("# openapi.yaml against v0.1.0\n")
    assert "| property AccessToken.scope added: optional | compatible | compatible |" in page

    set_version(released, "0.2.0")
    assert main(["--base=HEAD", "--json"], root=released.root) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["base"], data["bump"], data["needed_version"]) == ("HEAD", "minor", "0.2.0")
    (change,) = data["changes"]
    assert change["operations"] == ["POST /api/access-tokens"]
    assert "models.access_token.AccessToken.scope: added" in change["python_effects"]
    assert not list(released.root.glob(".generated-*"))


def test_the_base_is_the_last_release_or_else_the_commit_before(released: Project) -> None:
    assert default_base(released.root) == "v0.1.0"

    git(released, "tag", "--delete", "v0.1.0")
    first = default_base(released.root)
    assert main([f"--base={first}"], root=released.root) == 0
    git(released, "checkout", "--detach")
    git(released, "branch", "--delete", "main")
    assert default_base(released.root) == first

    git(released, "checkout", "--orphan", "new")
    commit(released)
    with pytest.raises(RevisionError, match="give BASE="):
        default_base(released.root)


def test_a_base_that_cannot_be_generated_leaves_the_wire(released: Project) -> None:
    """Today's templates may refuse what was generated once."""
    edit(released, without("paths", "/api/access-tokens", "post", "tags"))
    commit(released)
    edit(released, setting("paths", "/api/access-tokens", "post", "tags", to=["access-tokens"]))

    found = compare(released.root, "HEAD")

    assert "has no tags" in found.warning
    assert found.python is Verdict.NONE
    assert [change.detail for change in found.changes] == ["tag:  → access-tokens"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["--base=nowhere"], "nowhere"), (["--base=HEAD"], "has no tags")],
)
def test_what_cannot_be_compared_is_told(
    released: Project,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    complaint: str,
) -> None:
    edit(released, without("paths", "/api/access-tokens", "post", "tags"))

    assert main(arguments, root=released.root) == 2
    assert complaint in capsys.readouterr().err


def test_the_short_form_tells_what_breaks_and_takes_a_package_that_is_there(
    released: Project,
) -> None:
    assert short_report(released.root).splitlines() == [
        "openapi.yaml against v0.1.0:",
        "Nothing that a program could notice. Wire: none. Python: none.",
        "Version bump: none; 0.1.0 in pyproject.toml is enough.",
    ]

    edit(released, without(*of("AccessToken", "properties", "uuid")))
    after = released.root / "fresh" / "kodexa_client"
    after.parent.mkdir()
    build(Recipe.of(released.root), after)

    assert short_report(released.root, after=after).splitlines() == [
        "openapi.yaml against v0.1.0:",
        "1 removed. Wire: breaking. Python: breaking.",
        (
            "Version bump: minor (before 1.0.0, what breaks takes a minor one), from 0.1.0 to "
            "0.2.0 or higher; 0.1.0 in pyproject.toml is too low."
        ),
        "  property AccessToken.uuid removed (wire: breaking, Python: breaking)",
    ]


def test_the_short_form_fails_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git, in an unpacked archive, in a shallow clone."""
    nothing = "Not compared with an earlier document: Neither a release"
    assert short_report(project.root).startswith(nothing)
    assert short_report(project.root, base="v9").startswith("Not compared with v9: fatal: ")

    git(project, "init")
    assert short_report(project.root).startswith(nothing)

    monkeypatch.setattr("shutil.which", lambda _: None)
    assert short_report(project.root, base="HEAD") == ("Not compared with HEAD: git is not here")
