"""What every generated model shares: further properties, and a repr without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from attrs import define, field

from ._mismatch import as_mapping
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Model", "OpenModel", "complete", "make", "model_dict", "without_declared"]

Value = TypeVar("Value")

# In place of a value, whatever its length and its type.
_MASK = "***"

# What is nested deeper is not shown: JSON may be nested until a repr of it fails.
_DEPTH_SHOWN = 8

# Makes a model whose attributes are set next: `cls.__new__` would be looked up each time.
make = object.__new__


def _none_if_empty(value: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what further properties compare as: none yet made equals none left."""
    return value or None


class Model:
    """A generated model.

    Attributes that are UNSET are left out of the ``repr``. Those that are declared with
    ``repr=False`` are secrets, and values of properties that the document does not declare
    may be: they are shown as ``'***'``.
    """

    __slots__ = ()

    __attrs_attrs__: ClassVar[tuple[Any, ...]] = ()

    def __repr__(self) -> str:
        """Show the declared properties that are set, and no value that may be a secret."""
        shown = [f"{name}={value!r}" for name, value in self._shown()]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        """Show the same to rich, which would go by the attributes of a class made by attrs."""
        return self._shown()

    def _shown(self) -> Iterator[tuple[str, Any]]:
        for attribute in self.__attrs_attrs__:
            # A traceback may show a model that is not yet read to its end.
            value = getattr(self, attribute.name, UNSET)
            if value is UNSET or attribute.name == "_additional_properties":
                continue
            if not attribute.repr and value is not None:
                value = _MASK
            yield attribute.name, _presentable(value)


def _presentable(value: object, depth: int = _DEPTH_SHOWN) -> object:
    """Return what is shown of a value: of an object that is no model, only the keys.

    The document does not declare what such an object holds.

    Args:
        value: The value of a declared property.
        depth: How deep it may be nested.
    """
    if isinstance(value, list | tuple):
        if not depth:
            return _MASK
        kind = list if isinstance(value, list) else tuple
        return kind(_presentable(item, depth - 1) for item in value)
    # The test for a mapping is slow, and most values are strings.
    if isinstance(value, str) or not isinstance(value, Mapping):
        return value
    return dict.fromkeys(value, _MASK)


def complete(
    source: Mapping[str, Any], name: str, declared: dict[str, Any], *required: str
) -> dict[str, Any]:
    """Return a JSON object with every declared property, UNSET where it is absent.

    A model first tries to do without: servers mostly send all that they have declared.

    Args:
        source: The object.
        name: The model's class, for the error.
        declared: UNSET for the JSON name of each of the model's properties.
        required: The JSON names of those that have to be there.

    Raises:
        MismatchError: It is not an object.
        KeyError: A required property is missing.
    """
    given = source if type(source) is dict else as_mapping(source, name)
    for key in required:
        if key not in given:
            raise KeyError(key)
    return declared | given


def without_declared(source: dict[str, Any], declared: Iterable[str]) -> dict[str, Any]:
    """Return the properties of a complete JSON object that a model does not declare."""
    further = source.copy()
    for key in declared:
        del further[key]
    return further


def model_dict(value: object, name: str) -> dict[str, Any]:
    """Return a model as JSON-ready data.

    Args:
        value: The model.
        name: What it is called where it was given, for the error.

    Raises:
        TypeError: It is not a model.
    """
    to_dict: Callable[[], dict[str, Any]] | None = getattr(value, "to_dict", None)
    if to_dict is None:
        raise TypeError(
            f"{name} has to be a model, not a {type(value).__name__}: from_dict() of its class "
            "makes one from a dictionary."
        )
    return to_dict()


@define(kw_only=True, repr=False)
class OpenModel(Model, Generic[Value]):
    """A generated model that keeps the properties which the document does not name.

    They are read and written like a dictionary's: ``model["newProperty"]``.
    """

    # Most models have none: the dictionary is made when it is needed.
    # attrs.evolve() passes it on, under the name that it is given by.
    _additional_properties: dict[str, Value] | None = field(
        default=None, alias="additional_properties", repr=False, eq=_none_if_empty
    )

    @property
    def additional_properties(self) -> dict[str, Value]:
        """The properties that the document does not name, by their JSON names."""
        if self._additional_properties is None:
            self._additional_properties = {}
        return self._additional_properties

    @additional_properties.setter
    def additional_properties(self, value: dict[str, Value]) -> None:
        self._additional_properties = value

    @property
    def additional_keys(self) -> list[str]:
        """The JSON names of the properties that the document does not declare."""
        return list(self._additional_properties or ())

    def __getitem__(self, key: str) -> Value:
        """Return a further property by its JSON name."""
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Value) -> None:
        """Set a further property by its JSON name."""
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        """Remove a further property by its JSON name."""
        del self.additional_properties[key]

    def __contains__(self, key: object) -> bool:
        """Tell whether a further property of that JSON name is there."""
        return key in (self._additional_properties or ())

    def _shown(self) -> Iterator[tuple[str, Any]]:
        yield from super()._shown()
        for key in getattr(self, "_additional_properties", None) or ():
            yield key if key.isidentifier() else repr(key), _MASK
