"""Bodies of answers: decompressed, and no larger than they may be."""

from __future__ import annotations

import zlib

__all__ = ["LARGEST_BODY_BYTES", "BodyReader", "UnreadableBodyError"]

LARGEST_BODY_BYTES = 10 * 1024 * 1024

# zlib's way to say: with gzip's head, or with its own.
_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS


class UnreadableBodyError(Exception):
    """A body, or the head before it, is too large, or can't be decompressed."""


class BodyReader:
    """Takes a body in pieces, and stops as soon as it is too large.

    It is counted after decompression, of which one piece may hold a thousandfold.
    """

    def __init__(self, content_encoding: str | None, max_bytes: int = LARGEST_BODY_BYTES) -> None:
        """Start with an empty body.

        Args:
            content_encoding: The header field of that name (RFC 9110 8.4), or None.
            max_bytes: How large it may be, before and after decompression.
        """
        self._max_bytes = max_bytes
        self._problem: str | None = None
        self._decompressor = None
        coding = (content_encoding or "identity").strip().lower()
        if coding in {"gzip", "x-gzip", "deflate"}:
            self._decompressor = zlib.decompressobj(_ZLIB if coding == "deflate" else _GZIP)
        elif coding != "identity":
            self._problem = "its Content-Encoding is not one that was asked for"
        # A list of pieces could take twenty times as much: a server may send two bytes each time.
        self._raw = bytearray()
        self._decoded = bytearray()

    @property
    def content(self) -> bytes:
        """What has come so far; compressed as it came, if that can't be undone."""
        return bytes(self._raw if self._decompressor is None else self._decoded)

    def feed(self, data: bytes) -> None:
        """Add a piece.

        Raises:
            UnreadableBodyError: The body is too large.
        """
        self._raw += data
        if self._decompressor is not None and self._problem is None:
            try:
                # One byte more than may come tells that it is too large.
                self._decoded += self._decompressor.decompress(
                    data, self._max_bytes - len(self._decoded) + 1
                )
            except zlib.error:
                self._problem = "it can't be decompressed"
                self._decompressor = None
            else:
                if self._decompressor.unused_data:
                    self._problem = "something follows its compressed content"
        if max(len(self._raw), len(self._decoded)) > self._max_bytes:
            raise UnreadableBodyError(f"it is larger than {self._max_bytes} bytes")

    def end(self) -> None:
        """Take note that nothing more comes.

        Raises:
            UnreadableBodyError: The body could not be decompressed, or was cut off.
        """
        if self._problem is not None:
            raise UnreadableBodyError(self._problem)
        # An empty one has nothing to decompress.
        if self._decompressor is not None and self._raw and not self._decompressor.eof:
            raise UnreadableBodyError("its compressed content was cut off")
