"""Runs the generator into an empty folder; anything that it can't do is an error."""

from __future__ import annotations

import contextlib
import io
import re
from typing import TYPE_CHECKING

from openapi_python_client import Project
from openapi_python_client.config import ClassOverride, Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema import ParameterLocation

from .document import Document, DocumentError
from .naming import RESERVED_CLASSES, rename_reserved
from .preparing import prepare
from .restoring import restore
from .template_functions import add_template_functions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["GENERATED_FOLDERS", "Rendering"]

GENERATED_FOLDERS = ("api", "models")


class Rendering:
    """A document as the generator understands it, and what becomes of it."""

    def __init__(self, document: Document, config: Path) -> None:
        """Read the document.

        Args:
            document: The document, which is prepared for the generator.
            config: The generator's settings.

        Raises:
            DocumentError: The generator can't read the document.
        """
        self.document = document
        settings = ConfigFile.load_from_path(config)
        settings.class_overrides = {
            name: ClassOverride.model_validate({"class_name": f"{name}Model"})
            for name in RESERVED_CLASSES
        } | (settings.class_overrides or {})
        self._config = Config.from_sources(
            settings, MetaType.NONE, document.path, "utf-8", overwrite=False, output_path=None
        )
        self.prepared = prepared = prepare(document)
        self._config.content_type_overrides = {
            **prepared.content_types,
            **self._config.content_type_overrides,
        }
        _allow_headers_of_every_type()
        data = GeneratorData.from_dict(document.content, config=self._config)
        if isinstance(data, GeneratorError):
            raise DocumentError(self._explain([data]))
        complaints = [
            *data.errors,
            *(
                error
                for collection in data.endpoint_collections_by_tag.values()
                for error in collection.parse_errors
            ),
        ]
        if complaints:
            raise DocumentError(self._explain(complaints))
        restore(data, prepared)
        rename_reserved(data, self._config)
        self.data = data

    def write(self, templates: Path, output: Path) -> None:
        """Render the templates.

        Args:
            templates: Our templates.
            output: A folder that does not exist yet. The generator's own client, errors
                and types are written there too, beside ``api/`` and ``models/``.

        Raises:
            DocumentError: The generator complains.
        """
        self._config.output_path = output
        project = Project(openapi=self.data, config=self._config, custom_template_path=templates)
        add_template_functions(project, self.document, self.prepared)
        with contextlib.redirect_stdout(io.StringIO()):
            complaints = project.build()
        if complaints:
            raise DocumentError(self._explain(complaints))

    def _explain(self, complaints: Iterable[GeneratorError]) -> str:
        """Say where in the document each of the generator's complaints arises."""
        lines = []
        for complaint in complaints:
            text = " ".join(part for part in (complaint.header, complaint.detail) if part)
            # The generator prints some of the document's words as Python objects.
            text = re.sub(r"<openapi_python_client[^>]*> ?", "", text)
            lines.append(f"{self._place(text)}: {' '.join(text.split())}")
        lines.append(
            "Nothing was written: a package without these would be incomplete. Change the "
            "document there, or say in the templates how to generate it."
        )
        return "\n".join(dict.fromkeys(lines))

    def _place(self, text: str) -> str:
        """Find what a complaint is about by the names in it: the generator tells no place."""
        document = self.document
        for place, _ in document.operations():
            _, path, method = place
            if f"{str(method).upper()} {path} " in text:
                return document.locate(place)
        components = document.content.get("components") or {}
        for kind in ("schemas", "parameters", "requestBodies", "responses"):
            names: list[str] = sorted(components.get(kind) or {}, key=len, reverse=True)
            for name in names:
                if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                    return document.locate(("components", kind, name))
        return document.locate(())


def _allow_headers_of_every_type() -> None:
    """Make the generator take dates, arrays and objects in headers: our templates write them."""
    locations = PropertyProtocol._allowed_locations  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - there is no setting
    locations.add(ParameterLocation.HEADER)
