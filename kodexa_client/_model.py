"""What every generated model shares: further properties, and a repr without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from attrs import define, field

from ._mismatch import as_mapping
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Model", "OpenModel", "complete", "make", "model_dict", "without_declared"]

Value = TypeVar("Value")

# Makes a model whose attributes are set next: `cls.__new__` would be looked up each time.
make = object.__new__


def _none_if_empty(value: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what further properties compare as: none yet made equals none left."""
    return value or None


class Model:
    """A generated model.

    Attributes that are UNSET are left out of the ``repr``. Values of properties that
    the document does not declare may be secrets, so they are shown as ``'***'``.
    """

    __slots__ = ()

    __attrs_attrs__: ClassVar[tuple[Any, ...]] = ()

    def __repr__(self) -> str:
        """Show the declared properties that are set, and no undeclared value."""
        declared = [
            f"{attribute.name}={value!r}"
            for attribute in self.__attrs_attrs__
            if attribute.repr and (value := getattr(self, attribute.name)) is not UNSET
        ]
        return f"{type(self).__name__}({', '.join([*declared, *self._undeclared()])})"

    def _undeclared(self) -> list[str]:
        return []


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

    def _undeclared(self) -> list[str]:
        return [f"{key if key.isidentifier() else repr(key)}='***'" for key in self.additional_keys]
