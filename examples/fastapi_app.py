"""A web service that creates access tokens, with one Kodexa client for as long as it runs.

    uvicorn --app-dir examples --factory fastapi_app:create_app

KODEXA_URL and KODEXA_API_KEY are read from the environment.
"""

import datetime
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, cast

from fastapi import APIRouter, Depends, FastAPI, Request
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
    expires_in,
)

logger = logging.getLogger(__name__)
router = APIRouter()


class WantedToken(BaseModel):
    """The body of a request."""

    name: str
    days: int = Field(default=90, ge=1, le=3650)


class CreatedToken(BaseModel):
    """The body of an answer. The secret is not in it: keep that where secrets are kept."""

    id: str | None
    name: str | None
    expires_at: datetime.datetime | None


def kodexa_client(request: Request) -> AsyncKodexaClient:
    """Hand the application's client to an endpoint."""
    return cast("AsyncKodexaClient", request.app.state.kodexa)


@router.post("/tokens", status_code=201)
async def create_token(
    wanted: WantedToken, kodexa: Annotated[AsyncKodexaClient, Depends(kodexa_client)]
) -> CreatedToken:
    """Create an access token."""
    token = await kodexa.access_tokens.create(
        name=wanted.name, expires_at=expires_in(days=wanted.days)
    )
    # What the platform did not send is UNSET, which is false.
    return CreatedToken(
        id=token.id or None, name=token.name or None, expires_at=token.expires_at or None
    )


async def answer_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer for a call to the platform that failed."""
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


def create_app(make_client: Callable[[], AsyncKodexaClient] = AsyncKodexaClient) -> FastAPI:
    """Build the application.

    Args:
        make_client: Makes the client when the application starts. By default the URL
            and the key come from the environment.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with make_client() as client:
            app.state.kodexa = client
            yield

    app = FastAPI(title="Access tokens", lifespan=lifespan)
    app.include_router(router)
    app.add_exception_handler(KodexaError, answer_error)
    return app
