"""Follows the answers on a connection, to know whether bytes are left over after one.

h11 would take them for the next answer: somebody else's credential.
"""

from __future__ import annotations

import re

__all__ = ["AnswerFraming", "FollowedFraming"]

# h11's own limit for a head, and for the line of a chunk.
_LONGEST_HEAD = 100 * 1024
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)")
_CONTENT_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\ntransfer-encoding:[ \t]*chunked[ \t]*\r?\n", re.IGNORECASE)
_TRANSFER_ENCODING = re.compile(rb"\ntransfer-encoding:", re.IGNORECASE)
_SWITCHING_PROTOCOLS = 101
_FIRST_FINAL = 200
_WITHOUT_BODY = frozenset({204, 304})
# RFC 9112 7.1. int() takes signs and underscores too: of a negative one there is no end.
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;|\Z)")


class AnswerFraming:
    """Where in an HTTP/1.1 answer a connection is (RFC 9112 6.3)."""

    def __init__(self) -> None:
        """Start with a new connection."""
        self._buffer = bytearray()
        self._length: int | None = None
        self._is_chunked = False
        self._in_trailers = False
        self._is_complete = True
        self._is_in_doubt = False
        self._without_body = False
        self._trailer_size = 0

    @property
    def is_clean(self) -> bool:
        """Whether the last answer ended where its bytes did, as far as can be known."""
        return self._is_complete and not self._is_in_doubt

    def give_up(self) -> None:
        """Trust nothing that comes: the request was not written whole."""
        self._is_in_doubt = True

    def sent(self, data: bytes) -> None:
        """Take note of bytes of a request."""
        if self._is_complete:
            self._is_complete = False
            self._length = None
            self._is_chunked = self._in_trailers = False
            self._trailer_size = 0
            # RFC 9112 6.3: the head of the answer tells of a body that does not come.
            self._without_body = data.startswith(b"HEAD ")

    def received(self, data: bytes) -> None:
        """Take note of bytes of an answer."""
        if self._is_in_doubt or not data:
            return
        if self._is_complete:
            self._is_in_doubt = True
        elif self._is_chunked:
            self._buffer += data
            self._read_chunks()
        elif self._length is not None:
            self._read_body(len(data))
        else:
            # What was looked at before may have the beginning of an end.
            seen = max(0, len(self._buffer) - 3)
            self._buffer += data
            self._read_head(seen)

    def _read_head(self, seen: int) -> None:
        while end := _END_OF_HEAD.search(self._buffer, seen):
            head, seen = bytes(self._buffer[: end.end()]), 0
            status = _STATUS.match(head)
            if status is None:
                break
            del self._buffer[: end.end()]
            code = int(status[1])
            if code >= _FIRST_FINAL:
                self._read_final_head(head, code)
                return
            if code == _SWITCHING_PROTOCOLS:
                break
            # An interim answer, which another one follows (RFC 9110 15.2).
        else:
            self._is_in_doubt = len(self._buffer) > _LONGEST_HEAD
            return
        self._is_in_doubt = True

    def _read_final_head(self, head: bytes, status: int) -> None:
        length = _CONTENT_LENGTH.search(head)
        if self._without_body or status in _WITHOUT_BODY:
            self._length = 0
        elif _CHUNKED.search(head):
            self._is_chunked = True
            self._read_chunks()
            return
        elif length is None or _TRANSFER_ENCODING.search(head):
            # The connection's end is the answer's: nothing comes after it.
            self._is_in_doubt = True
            return
        else:
            self._length = int(length[1])
        rest = len(self._buffer)
        self._buffer.clear()
        self._read_body(rest)

    def _read_body(self, size: int) -> None:
        self._length = (self._length or 0) - size
        self._is_complete = self._length <= 0
        self._is_in_doubt = self._length < 0

    def _read_chunks(self) -> None:
        """Read the chunks that have come (RFC 9112 7.1), with their trailers."""
        # Cutting off each line would copy the rest once for every chunk.
        buffer, position = self._buffer, 0
        while True:
            if self._length:
                skipped = min(self._length, len(buffer) - position)
                position += skipped
                self._length -= skipped
                if self._length:
                    break
            end = buffer.find(b"\n", position)
            if end < 0:
                self._is_in_doubt = len(buffer) - position > _LONGEST_HEAD
                break
            start, position = position, end + 1
            line = buffer[start:end].strip()
            if self._in_trailers:
                if line:
                    self._trailer_size += position - start
                    continue
                self._is_complete = True
                self._is_in_doubt = position < len(buffer)
                break
            digits = _CHUNK_SIZE.match(line)
            if digits is None:
                self._is_in_doubt = True
                break
            size = int(digits[1], 16)
            self._in_trailers = size == 0
            # A line break ends the chunk.
            self._length = size + 2 if size else 0
        del buffer[:position]


class FollowedFraming(AnswerFraming):
    """Tells also where an answer's parts end, for whoever passes the bytes on."""

    def __init__(self) -> None:
        """Start with a new connection."""
        super().__init__()
        self._is_in_head = False
        self._behind_head = 0

    @property
    def has_ended(self) -> bool:
        """Whether the answer has come whole, whatever is behind it."""
        return self._is_complete

    @property
    def is_in_head(self) -> bool:
        """Whether the head of an answer, but for interim ones, is still to come."""
        return self._is_in_head

    @property
    def surplus(self) -> int:
        """How many of the bytes that came last are behind the answer."""
        if not (self._is_complete and self._is_in_doubt):
            return 0
        return len(self._buffer) if self._is_chunked else -(self._length or 0)

    @property
    def is_in_order(self) -> bool:
        """Whether all that came is an answer's, as far as it has come."""
        return not self._is_in_doubt and self._trailer_size <= _LONGEST_HEAD

    @property
    def is_endless(self) -> bool:
        """Whether a head or the trailers are longer than a server's have reason to be."""
        if self._is_complete:
            return False
        in_line = self._is_in_head or (self._is_chunked and b"\n" not in self._buffer)
        return self._trailer_size > _LONGEST_HEAD or (in_line and len(self._buffer) > _LONGEST_HEAD)

    def sent(self, data: bytes) -> None:
        """Take note of bytes of a request."""
        self._is_in_head = self._is_in_head or self._is_complete
        super().sent(data)

    def received_with_head(self, data: bytes) -> int:
        """Take note of bytes of an answer.

        Returns:
            How many of them belong to a head, if it ends in them and more is behind it that
            is not in order.
        """
        was_in_head = self._is_in_head
        self.received(data)
        if not was_in_head or self._is_in_head or self.is_in_order:
            return 0
        return len(data) - self._behind_head

    def _read_final_head(self, head: bytes, status: int) -> None:
        self._is_in_head = False
        self._behind_head = len(self._buffer)
        super()._read_final_head(head, status)
