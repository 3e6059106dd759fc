"""What the models are compared with: vanilla output of the generator, and pydantic's models."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
import tempfile
from datetime import datetime  # noqa: TC003 - pydantic looks annotations up
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["PydanticAccessToken", "vanilla_access_token"]

PACKAGE = "vanilla_client"


@contextlib.contextmanager
def vanilla_access_token(document: Path) -> Generator[Any, None, None]:
    """Generate a package with the generator's own templates, and give its AccessToken."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config.from_sources(
            ConfigFile(post_hooks=[]),
            MetaType.NONE,
            document,
            "utf-8",
            overwrite=False,
            output_path=Path(folder) / PACKAGE,
        )
        with contextlib.redirect_stdout(io.StringIO()):
            complaints = generate(config=config)
        if complaints:
            raise RuntimeError(complaints)
        sys.path.insert(0, folder)
        try:
            yield importlib.import_module(f"{PACKAGE}.models").AccessToken
        finally:
            sys.path.remove(folder)


class _Open(BaseModel):
    # As ours: named in snake case, and what the document does not declare is kept.
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow")


class PydanticFavoriteLink(_Open):
    """As FavoriteLink."""

    link: str | None = None


class PydanticUserStorage(_Open):
    """As UserStorage."""

    favorite_links: list[PydanticFavoriteLink] | None = None


class PydanticUserRoles(_Open):
    """As UserRoles."""

    roles: list[str] | None = None


class PydanticUserPreferences(_Open):
    """As UserPreferences."""

    show_onboarding: bool | None = None
    show_scrollbars: bool | None = None
    show_welcome_message: bool | None = None


class PydanticUser(_Open):
    """As User."""

    active: bool | None = None
    bio: str | None = None
    business_group: str | None = None
    change_sequence: int | None = None
    created_on: datetime | None = None
    email: str | None = None
    first_name: str | None = None
    groups_json: str | None = None
    id: str | None = None
    image: str | None = None
    is_externally_managed: bool | None = None
    last_name: str | None = None
    preferences: PydanticUserPreferences | None = None
    roles: PydanticUserRoles | None = None
    roles_json: str | None = None
    search_text: str | None = None
    show_developer_tools: bool | None = None
    title: str | None = None
    updated_on: datetime | None = None
    user_storage: PydanticUserStorage | None = None
    user_type: str | None = None
    uuid: str | None = None


class PydanticAccessToken(_Open):
    """As AccessToken."""

    change_sequence: int | None = None
    created_on: datetime | None = None
    expires_at: datetime | None = None
    id: str | None = None
    name: str | None = None
    updated_on: datetime | None = None
    user: PydanticUser | None = None
    user_id: str | None = None
    uuid: str | None = None
