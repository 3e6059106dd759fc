"""What a comparison of two documents says: in Markdown, as JSON, and in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from .api_changes import Change, Verdict
from .semver import Bump, is_enough, next_version

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Report"]


@frozen(kw_only=True)
class Report:
    """A comparison of two documents, and the version that follows from it.

    Attributes:
        base: What was compared with: a revision of git.
        base_version: The package's version there.
        version: The package's version now.
        changes: What has changed.
        words: The places where words for people have changed.
        warning: Why the packages could not be compared, if they could not.
    """

    base: str
    base_version: str
    version: str
    changes: Sequence[Change]
    words: Sequence[str]
    warning: str = ""

    @property
    def wire(self) -> Verdict:
        """What the changes mean for programs that speak the API's protocol."""
        return max((change.wire for change in self.changes), default=Verdict.NONE)

    @property
    def python(self) -> Verdict:
        """What they mean for callers of the package."""
        return max((change.python for change in self.changes), default=Verdict.NONE)

    @property
    def bump(self) -> Bump:
        """The part of the version that has to go up.

        What breaks callers of either kind asks for a major version, what they may now use
        for a minor one. Any other change that a program could notice is a patch, and words
        alone ask for nothing.
        """
        worst = max(self.wire, self.python)
        if worst is Verdict.BREAKING:
            bump = Bump.MAJOR
        elif self.python is Verdict.COMPATIBLE or any(
            change.action == "added" and change.wire for change in self.changes
        ):
            bump = Bump.MINOR
        else:
            bump = Bump.PATCH if worst else Bump.NONE
        return bump.before_one(self.base_version)

    @property
    def needed(self) -> str:
        """The lowest version that the package may have."""
        return next_version(self.base_version, self.bump)

    @property
    def is_enough(self) -> bool:
        """Whether the package's version is high enough."""
        return is_enough(self.version, self.needed)

    def data(self) -> dict[str, Any]:
        """Return the report as JSON-ready data."""
        return {
            "base": self.base,
            "base_version": self.base_version,
            "version": self.version,
            "wire": self.wire.word,
            "python": self.python.word,
            "bump": self.bump.word,
            "needed_version": self.needed,
            "version_is_enough": self.is_enough,
            "warning": self.warning or None,
            "changes": [
                {
                    "what": change.what,
                    "action": change.action,
                    "place": change.place,
                    "detail": change.detail,
                    "wire": change.wire.word,
                    "wire_reason": change.reason,
                    "python": change.python.word,
                    "python_effects": list(change.effects),
                    "operations": sorted(change.operations),
                }
                for change in self.changes
            ],
            "words": list(self.words),
        }

    def markdown(self) -> str:
        """Return the report as a page of Markdown."""
        lines = [f"# openapi.yaml against {self.base}", "", *self._summary(), ""]
        if self.changes:
            lines += ["| change | wire | Python |", "| --- | --- | --- |"]
            lines += [
                f"| {_cell(_sentence(change))} | {_cell(_wire(change))} | {change.python.word} |"
                for change in self.changes
            ]
            lines.append("")
        for title, verdict in (
            ("Breaks Python callers", Verdict.BREAKING),
            ("Changes for Python callers that break none", Verdict.COMPATIBLE),
        ):
            effects = dict.fromkeys(
                effect
                for change in self.changes
                if change.python is verdict
                for effect in change.effects
            )
            if effects:
                lines += [f"## {title}", "", *(f"- `{effect}`" for effect in effects), ""]
        if self.words:
            lines += ["## Words for people only", "", *(f"- `{place}`" for place in self.words), ""]
        return "\n".join(lines).rstrip() + "\n"

    def short(self) -> str:
        """Return the summary, and the changes that break something."""
        breaking = [
            f"  {_sentence(change)} (wire: {change.wire.word}, Python: {change.python.word})"
            for change in self.changes
            if Verdict.BREAKING in (change.wire, change.python)
        ]
        return "\n".join([f"openapi.yaml against {self.base}:", *self._summary(), *breaking])

    def _summary(self) -> list[str]:
        counts = ", ".join(
            f"{count} {action}"
            for action in ("added", "removed", "changed")
            if (count := sum(change.action == action for change in self.changes))
        )
        counted = counts or "Nothing that a program could notice"
        lines = [f"{counted}. Wire: {self.wire.word}. Python: {self.python.word}."]
        if self.warning:
            lines.append(f"Python was not compared: {self.warning}")
        follows = f"Version bump: {self.bump.word}"
        if self.bump is Bump.MINOR and Verdict.BREAKING in (self.wire, self.python):
            follows += " (before 1.0.0, what breaks takes a minor one)"
        if self.bump is not Bump.NONE:
            follows += f", from {self.base_version} to {self.needed} or higher"
        verdict = "is enough" if self.is_enough else "is too low"
        return [*lines, f"{follows}; {self.version} in pyproject.toml {verdict}."]


def _sentence(change: Change) -> str:
    detail = f": {change.detail}" if change.detail else ""
    return f"{change.what} {change.place} {change.action}{detail}"


def _wire(change: Change) -> str:
    return f"{change.wire.word}: {change.reason}" if change.reason else change.wire.word


def _cell(text: str) -> str:
    # The document's words stand in a table: they may not end a cell, nor become HTML.
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
