"""What a call asks of the event loop that its connections belong to: asyncio's, or trio's."""

from __future__ import annotations

import anyio
from anyio.lowlevel import current_token

__all__ = ["OnEventLoop"]


class OnEventLoop:
    """A transport of an event loop. It is loaded with the first call, and so is anyio."""

    # Looked up by name at each call, either would have to be imported there.
    current_loop = staticmethod(current_token)
    no_longer_than = staticmethod(anyio.move_on_after)
