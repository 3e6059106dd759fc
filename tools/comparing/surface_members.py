"""Reads what callers may rely on of a class or a function: parameters, members and bases."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias, cast

import griffe
from attrs import frozen

from .loading import is_deprecated
from .surface_entry import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Members", "Thing"]

Thing: TypeAlias = griffe.Object | griffe.Alias

# They are called by what is no caller's business: construction, whose parameters are the
# class's own, pickling, and what prints.
_UNLISTED = {
    "__attrs_attrs__",
    "__attrs_post_init__",
    "__del__",
    "__init__",
    "__post_init__",
    "__reduce__",
    "__reduce_ex__",
    "__repr__",
    "__rich_repr__",
    "__slots__",
    "__str__",
}
_POSITIONAL = {griffe.ParameterKind.positional_only, griffe.ParameterKind.positional_or_keyword}
_VARIADIC = {griffe.ParameterKind.var_positional, griffe.ParameterKind.var_keyword}
_BOUND = {"classmethod": "class ", "staticmethod": "static "}


@frozen
class Members:
    """Reads members, and writes annotations without the package's private names.

    Attributes:
        package: The package's name.
        homes: The public path of each public thing, by the path of where it is defined.
    """

    package: str
    homes: dict[str, str]

    def of_class(self, path: str, thing: griffe.Class) -> Iterator[Entry]:
        """Yield a class, the parameters that make one, and its members.

        Those of a private base class count as its own, since callers can't find them there.
        """
        bases = list(dict.fromkeys(self._bases(thing)))
        yield Entry(path, "class", type=", ".join(bases))
        own = [thing, *self._private_bases(thing)]
        yield from self._parameters(path, self._construction(own))
        found: dict[str, Thing] = {}
        for each in reversed(own):
            for name, member in each.members.items():
                # What a method assigns to is still the base's property.
                if member.labels != {"instance-attribute"} or name not in found:
                    found[name] = member
        is_enum = any(base.startswith("enum.") for base in bases)
        for name, member in found.items():
            is_special = name.startswith("__") and name.endswith("__")
            if name in _UNLISTED or (name.startswith("_") and not is_special):
                continue
            if isinstance(member, griffe.Function):
                yield from self.of_function(f"{path}.{name}", member)
            elif isinstance(member, griffe.Attribute):
                yield self._attribute(f"{path}.{name}", member, is_enum=is_enum)

    def of_function(self, path: str, thing: griffe.Function) -> Iterator[Entry]:
        """Yield a function or method, and its parameters."""
        is_method = isinstance(thing.parent, griffe.Class)
        decorators = [one.callable_path.rpartition(".") for one in thing.decorators]
        words = [
            "deprecated " if is_deprecated(thing) else "",
            "async " if "async" in thing.labels else "",
            *(f"{name} " for module, _, name in decorators if module and self._is_foreign(module)),
            *(_BOUND[label] for label in sorted(thing.labels & _BOUND.keys())),
            "method" if is_method else "function",
        ]
        yield Entry(path, "".join(words), type=self.text(thing.returns))
        parameters = list(thing.parameters)
        if is_method and "staticmethod" not in thing.labels:
            del parameters[0]
        yield from self._parameters(path, parameters)

    def text(self, expression: griffe.Expr | str | None) -> str:
        """Return an annotation or a value, with what the package's private names stand for."""
        if not isinstance(expression, griffe.Expr):
            return expression or ""
        return "".join(
            self._name(part) if isinstance(part, griffe.ExprName) else str(part)
            for part in expression.iterate(flat=True)
        )

    def _name(self, name: griffe.ExprName) -> str:
        thing = None
        # After a dot, the name is its module's to explain.
        if isinstance(name.parent, griffe.Object):
            thing = self._own(name.canonical_path, name.parent)
        is_public = thing is not None and thing.path in self.homes
        # A type variable is its name.
        if (
            is_public
            or not isinstance(thing, griffe.Attribute)
            or isinstance(thing.value, griffe.ExprCall)
        ):
            return name.name
        return self.text(thing.value) or name.name

    def _own(self, path: str, near: griffe.Object) -> griffe.Object | None:
        """Return what the package has at a path, or None."""
        if self._is_foreign(path):
            return None
        try:
            thing = near.modules_collection[path]
            return thing.final_target if isinstance(thing, griffe.Alias) else thing
        except (KeyError, griffe.AliasResolutionError, griffe.CyclicAliasError):
            return None

    def _is_foreign(self, path: str) -> bool:
        return path.partition(".")[0] != self.package

    def _bases(self, thing: griffe.Class) -> Iterator[str]:
        """Yield the bases that callers know: public ones, and those from other packages."""
        for base in thing.bases:
            own = self._own(_path(base), thing)
            if isinstance(own, griffe.Class) and own.path not in self.homes:
                yield from (one for one in self._bases(own) if not one.startswith("Generic["))
            else:
                yield self.text(base)

    def _private_bases(self, thing: griffe.Class) -> Iterator[griffe.Class]:
        """Yield the private classes whose members a class has, nearest first."""
        for base in thing.bases:
            own = self._own(_path(base), thing)
            if isinstance(own, griffe.Class) and own.path not in self.homes:
                yield own
                yield from self._private_bases(own)

    def _construction(self, own: list[griffe.Class]) -> list[griffe.Parameter]:
        """Return the parameters that make an instance, as far as no public base has them."""
        for thing in own:
            method = thing.members.get("__init__")
            if isinstance(method, griffe.Function):
                return list(method.parameters)[1:]
        found: dict[str, griffe.Parameter] = {}
        for thing in reversed(own):
            decorators = [one for one in thing.decorators if one.callable_path.startswith("attrs.")]
            for decorator in decorators:
                is_by_name = "kw_only=True" in str(decorator.value)
                fields = (_field(each, is_by_name=is_by_name) for each in thing.attributes.values())
                found.update({each.name: each for each in fields if each is not None})
        return list(found.values())

    def _parameters(self, path: str, parameters: Iterable[griffe.Parameter]) -> Iterator[Entry]:
        position = 0
        for parameter in parameters:
            kind, default = cast("griffe.ParameterKind", parameter.kind), parameter.default
            position += kind in _POSITIONAL
            yield Entry(
                path,
                f"{kind.value} {position}" if kind in _POSITIONAL else kind.value,
                parameter=parameter.name,
                type=self.text(parameter.annotation),
                default="" if kind in _VARIADIC else self.text(default),
            )

    def _attribute(self, path: str, thing: griffe.Attribute, *, is_enum: bool) -> Entry:
        if "property" in thing.labels:
            kind = "writable property" if "writable" in thing.labels else "property"
            return Entry(path, kind, type=self.text(thing.annotation))
        if is_enum and thing.annotation is None and "class-attribute" in thing.labels:
            return Entry(path, "member", default=self.text(thing.value))
        return Entry(path, "attribute", type=self.text(thing.annotation))


def _path(base: griffe.Expr | str) -> str:
    return base if isinstance(base, str) else base.canonical_path


def _field(attribute: griffe.Attribute, *, is_by_name: bool) -> griffe.Parameter | None:
    """Return the parameter that attrs makes of a class's attribute, if it makes one."""
    annotation = attribute.annotation
    # Neither a property nor a ClassVar is one of the instance's.
    if annotation is None or "instance-attribute" not in attribute.labels:
        return None
    name, default = attribute.name.lstrip("_"), attribute.value
    if isinstance(default, griffe.ExprCall) and default.function.canonical_path == "attrs.field":
        call = cast("ast.Call", ast.parse(str(default), mode="eval").body)
        options = {one.arg: one.value for one in call.keywords}
        if ast.unparse(options.get("init", ast.Constant(True))) == "False":  # noqa: FBT003 - a node
            return None
        if "alias" in options:
            name = str(ast.literal_eval(options["alias"]))
        given = options.get("default")
        default = ast.unparse(given) if given else None
        if "factory" in options:
            default = f"{ast.unparse(options['factory'])}()"
    kinds = griffe.ParameterKind
    kind = kinds.keyword_only if is_by_name else kinds.positional_or_keyword
    return griffe.Parameter(name, annotation=annotation, kind=kind, default=default)
