"""A web service that creates access tokens, with one Kodexa client for as long as it runs.

    uvicorn --app-dir examples --factory fastapi_app:create_app

KODEXA_URL and KODEXA_API_KEY are read from the environment, and ANSWERS_FOLDER: the platform
shows a secret once, in its answer to the creation, so the answers are kept there. Put your
vault in its place.
"""

import datetime
import logging
import os
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, cast

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from kodexa_client import (
    APIConnectionError,
    AsyncKodexaClient,
    AuthenticationError,
    BadRequestError,
    KodexaError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ResponseValidationError,
    expires_in,
)

logger = logging.getLogger(__name__)
router = APIRouter()


class WantedToken(BaseModel):
    """The body of a request."""

    name: str
    days: int = Field(default=90, ge=1, le=3650)


class CreatedToken(BaseModel):
    """The body of an answer. The secret is not in it: that is kept where secrets are kept."""

    id: str | None
    name: str | None
    expires_at: datetime.datetime | None


def kodexa_client(request: Request) -> AsyncKodexaClient:
    """Hand the application's client to an endpoint."""
    return cast("AsyncKodexaClient", request.app.state.kodexa)


def keep_answer(folder: Path, answer: bytes) -> None:
    """Keep an answer with a secret in it, for this service's user alone."""
    path = folder / f"{uuid.uuid4()}.json"
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(answer)


@router.post("/tokens", status_code=201)
async def create_token(
    wanted: WantedToken,
    request: Request,
    kodexa: Annotated[AsyncKodexaClient, Depends(kodexa_client)],
) -> CreatedToken:
    """Create an access token."""
    created = await kodexa.access_tokens.create_detailed(
        name=wanted.name, expires_at=expires_in(days=wanted.days)
    )
    await run_in_threadpool(keep_answer, request.app.state.folder, created.content)
    token = created.parsed
    # What the platform did not send is UNSET, which is false.
    return CreatedToken(
        id=token.id or None, name=token.name or None, expires_at=token.expires_at or None
    )


async def answer_error(request: Request, error: Exception) -> JSONResponse:
    """Answer for a call to the platform that failed."""
    if isinstance(error, ResponseValidationError):
        # The token was created, and this may be the only copy of its secret.
        await run_in_threadpool(keep_answer, request.app.state.folder, error.body)
    # The text is for the operator: it holds the platform's URL, and never the key.
    logger.error("%s", error)
    match error:
        case BadRequestError(problem=problem):
            fields = dict(problem.errors) if problem else {}
            return JSONResponse({"detail": "Kodexa refused it.", "fields": fields}, 400)
        case RateLimitError():
            return JSONResponse({"detail": "Too many requests, try again later."}, 503)
        case OutcomeUnknownError(name=name, client_request_id=request_id):
            # An operator has to look for it before anybody creates it again.
            logger.warning("The token %r may exist (X-Request-ID %s).", name, request_id)
            return JSONResponse({"detail": "Kodexa did not answer, a token may exist."}, 504)
        case APIConnectionError():
            return JSONResponse({"detail": "Kodexa can't be reached, nothing was created."}, 503)
        case AuthenticationError() | PermissionDeniedError():
            # A fault of this service and its key, not of its caller.
            return JSONResponse({"detail": "This service has no access to Kodexa."}, 502)
        case _:
            return JSONResponse({"detail": "Kodexa refused it, nothing was created."}, 502)


def create_app(
    make_client: Callable[[], AsyncKodexaClient] = AsyncKodexaClient, folder: Path | None = None
) -> FastAPI:
    """Build the application.

    Args:
        make_client: Makes the client when the application starts. By default the URL
            and the key come from the environment.
        folder: Where answers are kept. By default the one that ANSWERS_FOLDER names.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with make_client() as client:
            app.state.kodexa = client
            # Before a token is created: a secret with no place to go would be lost.
            app.state.folder = folder or Path(os.environ["ANSWERS_FOLDER"])
            app.state.folder.mkdir(mode=0o700, exist_ok=True)
            yield

    app = FastAPI(title="Access tokens", lifespan=lifespan)
    app.include_router(router)
    app.add_exception_handler(KodexaError, answer_error)
    return app
