"""The one call that every client makes."""

from __future__ import annotations

import datetime
from pathlib import Path

__all__ = ["API_KEY", "BODY", "DOCUMENT", "EXPIRES_AT", "KEY_FIELD", "NAME", "PATH"]

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
PATH = "/api/access-tokens"
KEY_FIELD = "x-api-key"
# It opens nothing.
API_KEY = "benchmark-key"

# The example's, because our client refuses an answer that has another name than was asked for.
NAME = "<string>"
EXPIRES_AT = datetime.datetime(2023, 11, 7, 5, 31, 56, tzinfo=datetime.UTC)
BODY = {"name": NAME, "expiresAt": "2023-11-07T05:31:56Z"}
