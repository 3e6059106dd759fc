"""Bodies of answers: decompressed, and no larger than they may be."""

from __future__ import annotations

import zlib

__all__ = ["LARGEST_BODY_BYTES", "BodyReader", "UnreadableBodyError"]

LARGEST_BODY_BYTES = 10 * 1024 * 1024

# zlib's way to say: with gzip's head, or with its own.
_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS


class UnreadableBodyError(Exception):
    """A body is too large, or compressed in a way that can't be undone."""


class BodyReader:
    """Takes a body in pieces, and stops as soon as it is too large.

    It is counted after decompression, of which one piece may hold a thousandfold.
    """

    def __init__(self, content_encoding: str | None) -> None:
        """Start with an empty body.

        Args:
            content_encoding: The header field of that name (RFC 9110 8.4), or None.

        Raises:
            UnreadableBodyError: The encoding is none of gzip, deflate and identity.
        """
        coding = (content_encoding or "identity").strip().lower()
        if coding not in {"identity", "gzip", "x-gzip", "deflate"}:
            raise UnreadableBodyError("its Content-Encoding is not one that was asked for")
        self._decompressor = None
        if coding != "identity":
            self._decompressor = zlib.decompressobj(_ZLIB if coding == "deflate" else _GZIP)
        self._pieces: list[bytes] = []
        self._size = 0
        self._is_empty = True

    @property
    def content(self) -> bytes:
        """What has come so far."""
        return b"".join(self._pieces)

    def feed(self, data: bytes) -> None:
        """Add a piece.

        Raises:
            UnreadableBodyError: The body is too large, or is not what it says it is.
        """
        if self._decompressor is None:
            self._add(data)
            return
        self._is_empty = self._is_empty and not data
        try:
            # One byte more than may come tells that it is too large.
            piece = self._decompressor.decompress(data, LARGEST_BODY_BYTES - self._size + 1)
        except zlib.error:
            piece = None
        if piece is None:
            raise UnreadableBodyError("it can't be decompressed")
        self._add(piece)
        if self._decompressor.unused_data:
            raise UnreadableBodyError("something follows its compressed content")

    def end(self) -> None:
        """Take note that nothing more comes.

        Raises:
            UnreadableBodyError: Its compressed content was cut off.
        """
        if self._decompressor is None or self._is_empty:
            return
        if not self._decompressor.eof:
            raise UnreadableBodyError("its compressed content was cut off")

    def _add(self, piece: bytes) -> None:
        self._size += len(piece)
        self._pieces.append(piece)
        if self._size > LARGEST_BODY_BYTES:
            raise UnreadableBodyError(f"it is larger than {LARGEST_BODY_BYTES} bytes")
