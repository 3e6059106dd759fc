"""What tools/check_wheel.py lets pass, and what it finds, in wheels made on the spot."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tools import check_wheel
from tools.pins import Pin
from tools.sbom import describe, path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

GOOD = {
    "kodexa_client/__init__.py": "from kodexa_client import errors\n",
    "kodexa_client/errors.py": "import attrs\n",
    "kodexa_client/openapi.yaml": "",
    "kodexa_client/py.typed": "",
    "kodexa_client/testing/__init__.py": "import not_installed\n",
    "kodexa_client/testing/fake.py": "import not_installed\n",
}


def make_wheel(
    folder: Path,
    name: str,
    files: Mapping[str, str],
    requires: Iterable[str] = (),
) -> Path:
    information = f"{name}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n"
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    members = {
        **files,
        f"{information}/METADATA": metadata,
        f"{information}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{information}/licenses/LICENSE": "",
    }
    record = "".join(f"{member},,\n" for member in [*members, f"{information}/RECORD"])
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in {**members, f"{information}/RECORD": record}.items():
            archive.writestr(member, text)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in GOOD.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    # It is in the project's root, and only the build puts it into the package.
    (root / "kodexa_client/openapi.yaml").rename(root / "openapi.yaml")
    (root / "dist").mkdir()
    return root


@pytest.fixture
def links(tmp_path: Path) -> Path:
    folder = tmp_path / "links"
    folder.mkdir()
    make_wheel(folder, "anyio", {"anyio.py": ""})
    make_wheel(folder, "attrs", {"attrs/__init__.py": ""})
    make_wheel(folder, "httpcore", {"httpcore.py": ""}, ["h11"])
    make_wheel(folder, "httpx", {"httpx.py": ""}, ["httpcore", "nowhere; extra == 'http2'"])
    make_wheel(folder, "h11", {"h11.py": ""})
    make_wheel(folder, "python_dateutil", {"dateutil.py": ""})
    make_wheel(folder, "fourth", {"fourth.py": ""})
    return folder


def bill(wheel: Path, *names: str) -> None:
    needed_by = frozenset({check_wheel.DISTRIBUTION})
    pins = [Pin(name, "1.0", ("ab" * 32,), None, needed_by) for name in names]
    path_of(wheel).write_text(describe(wheel, pins), encoding="utf-8")


def run(project: Path, links: Path) -> int:
    offline = ["--no-index", f"--find-links={links}"]
    options = [f"--pip-option={option}" for option in offline]
    return check_wheel.main([str(project / "dist"), f"--root={project}", *options])


def test_right_content_has_no_problem(tmp_path: Path, project: Path) -> None:
    wheel = make_wheel(tmp_path, "kodexa_client", GOOD)

    assert check_wheel.content_problems(wheel, check_wheel.expected_files(project)) == []


def test_entry_points_are_metadata(tmp_path: Path, project: Path) -> None:
    entry_points = {"kodexa_client-1.0.dist-info/entry_points.txt": ""}
    wheel = make_wheel(tmp_path, "kodexa_client", GOOD | entry_points)

    assert check_wheel.content_problems(wheel, check_wheel.expected_files(project)) == []


@pytest.mark.parametrize("name", sorted(GOOD))
def test_missing_file_is_named(tmp_path: Path, project: Path, name: str) -> None:
    files = {path: text for path, text in GOOD.items() if path != name}
    wheel = make_wheel(tmp_path, "kodexa_client", files)

    problems = check_wheel.content_problems(wheel, check_wheel.expected_files(project))

    assert problems == [f"{wheel.name} lacks {name}"]


@pytest.mark.parametrize(
    "name",
    [
        "benchmarks/load.py",
        "examples/demo.py",
        "kodexa_client/__pycache__/errors.cpython-311.pyc",
        "kodexa_client/model.py.jinja",
        "kodexa_client/not_in_the_project.py",
        "kodexa_client-1.0.dist-info/direct_url.json",
        "templates/model.py.jinja",
        "tests/test_client.py",
        "tools/generate.py",
    ],
)
def test_foreign_file_is_named(tmp_path: Path, project: Path, name: str) -> None:
    wheel = make_wheel(tmp_path, "kodexa_client", GOOD | {name: ""})

    problems = check_wheel.content_problems(wheel, check_wheel.expected_files(project))

    assert problems == [f"{wheel.name} must not hold {name}"]


def test_closure_follows_markers_and_extras() -> None:
    requires = {
        "A": ["b[fast]", "never; python_version < '3'"],
        "b": ["c", "d; extra == 'fast'", "e; extra == 'slow'"],
        "c": ["A"],
        "d": ["b[fast]"],
        "e": [],
    }

    assert check_wheel.closure(frozenset({"a"}), requires) == {"a", "b", "c", "d"}


def test_missing_and_additional_distributions_are_named() -> None:
    requires = {
        "kodexa_client": ["attrs", "anyio", "httpx", "fourth", "more; extra == 'some'"],
        "anyio": [],
        "attrs": [],
        "httpx": ["httpcore"],
        "httpcore": [],
        "fourth": [],
    }

    assert check_wheel.distribution_problems(requires) == [
        # It is there all the same, through httpx.
        "httpcore is not declared",
        "python-dateutil is not declared",
        "fourth must not be declared",
        "python-dateutil was not installed",
        "fourth must not be installed",
    ]


def test_right_wheel_passes(project: Path, links: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = make_wheel(project / "dist", "kodexa_client", GOOD, sorted(check_wheel.DEPENDENCIES))
    bill(wheel, *check_wheel.DEPENDENCIES, "h11")

    assert run(project, links) == 0
    assert "are right" in capsys.readouterr().out


def test_every_problem_of_a_wheel_is_printed(
    project: Path, links: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Installed, and imported by a module: only the list of dependencies forbids it.
    files = GOOD | {"kodexa_client/more.py": "import fourth, h11, absent\n"}
    requires = [*sorted(check_wheel.DEPENDENCIES), "fourth"]
    wheel = make_wheel(project / "dist", "kodexa_client", files, requires)

    assert run(project, links) == 1
    printed = capsys.readouterr().out
    assert f"{wheel.name} must not hold kodexa_client/more.py" in printed
    assert "fourth must not be installed" in printed
    assert "kodexa_client-1.0.cdx.json is missing" in printed
    assert "No module named 'absent'" in printed


def test_differences_of_the_bill_are_named(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "kodexa_client", GOOD)
    bill(wheel, "anyio", "six")

    assert check_wheel.bill_problems(wheel, frozenset({"anyio", "h11"})) == [
        "kodexa_client-1.0.cdx.json lacks h11",
        "kodexa_client-1.0.cdx.json must not name six",
    ]


def test_bill_of_another_wheel_is_named(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "kodexa_client", GOOD)
    (tmp_path / "other").mkdir()
    other = make_wheel(tmp_path / "other", "other", GOOD)
    bill(other)
    path_of(other).rename(path_of(wheel))

    assert check_wheel.bill_problems(wheel, frozenset()) == [
        "kodexa_client-1.0.cdx.json is of other 1.0",
        "kodexa_client-1.0.cdx.json is of a wheel with other bytes",
    ]


def test_subpackage_that_needs_an_extra_is_named(
    project: Path, links: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = GOOD | {"kodexa_client/api/__init__.py": "import absent\n"}
    make_wheel(project / "dist", "kodexa_client", files, sorted(check_wheel.DEPENDENCIES))

    assert run(project, links) == 1
    assert "No module named 'absent'" in capsys.readouterr().out


@pytest.mark.parametrize("names", [[], ["first", "second"]])
def test_other_than_one_wheel_is_refused(
    project: Path, links: Path, names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in names:
        make_wheel(project / "dist", name, {})

    assert run(project, links) == 1
    assert f"holds {len(names)} wheels" in capsys.readouterr().out
