"""One line of the public surface: a name or a parameter, and what callers may rely on of it."""

from __future__ import annotations

from attrs import frozen

__all__ = ["Entry", "read_entries", "write_entries"]


@frozen
class Entry:
    """A public name, or a parameter of one.

    Attributes:
        path: The name, with the package that it is in.
        kind: What it is: ``class``, ``async method``, ``keyword-only``.
        parameter: The parameter, if it is one of the name's.
        type: What it is annotated with, what it returns, or the bases of a class.
        default: The value that it has unless another is given, or the one it always has.
    """

    path: str
    kind: str
    parameter: str = ""
    type: str = ""
    default: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other entries."""
        return f"{self.path}({self.parameter})" if self.parameter else self.path

    @property
    def text(self) -> str:
        """The line."""
        annotation = f": {self.type}" if self.type else ""
        value = f" = {self.default}" if self.default else ""
        return f"{self.key}: {self.kind}{annotation}{value}"

    @classmethod
    def parse(cls, line: str) -> Entry:
        """Read a line. One that is none of a surface's is taken for a name of no kind."""
        key, _, rest = line.partition(": ")
        rest, _, default = rest.partition(" = ")
        kind, _, annotation = rest.partition(": ")
        path, _, parameter = key.partition("(")
        return cls(path, kind, parameter.removesuffix(")"), annotation, default)


def read_entries(text: str) -> list[Entry]:
    """Return the entries of a surface that was written down; lines with a ``#`` are remarks."""
    lines = text.splitlines()
    return [Entry.parse(line) for line in lines if line.strip() and not line.startswith("#")]


def write_entries(entries: list[Entry], *, remarks: str) -> str:
    """Write a surface down, in the order of the names.

    Args:
        entries: The names and parameters.
        remarks: What stands above them.
    """
    lines = [f"# {line}" for line in remarks.splitlines()]
    lines += [entry.text for entry in sorted(entries, key=lambda entry: entry.key)]
    return "\n".join(lines) + "\n"
