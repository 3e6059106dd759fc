"""Bodies are decompressed, and never larger than they may be."""

from __future__ import annotations

import gzip
import itertools
import os
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client._bodies import LARGEST_BODY_BYTES, BodyReader, UnreadableBodyError

from .servers import MEBIBYTE, bomb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TEXT = b'{"id": "1"}' * 50


def as_it_is(content: bytes) -> bytes:
    return content


CODINGS: dict[str | None, Callable[[bytes], bytes]] = {
    None: as_it_is,
    "": as_it_is,
    "identity": as_it_is,
    "Identity ": as_it_is,
    "gzip": gzip.compress,
    "GZIP": gzip.compress,
    " x-gzip": gzip.compress,
    "deflate": zlib.compress,
}
COMPRESSED = {coding: CODINGS[coding] for coding in ("gzip", "deflate")}


def read(coding: str | None, pieces: Iterable[bytes], max_bytes: int = LARGEST_BODY_BYTES) -> bytes:
    reader = BodyReader(coding, max_bytes)
    for piece in pieces:
        reader.feed(piece)
    reader.end()
    return reader.content


def in_pieces(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@pytest.mark.parametrize(("coding", "encode"), CODINGS.items())
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_is_read_in_any_pieces(
    coding: str | None, encode: Callable[[bytes], bytes], size: int
) -> None:
    assert read(coding, in_pieces(encode(TEXT), size)) == TEXT


@given(st.binary(max_size=2000), st.sampled_from([*CODINGS]), st.integers(1, 500))
def test_every_body_is_read_as_it_was_written(
    content: bytes, coding: str | None, size: int
) -> None:
    assert read(coding, in_pieces(CODINGS[coding](content), size)) == content


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_without_a_byte_is_empty_whatever_its_coding(coding: str | None) -> None:
    assert read(coding, []) == b""


@pytest.mark.parametrize("coding", CODINGS)
def test_a_piece_without_a_byte_says_nothing(coding: str | None) -> None:
    assert read(coding, [b""]) == b""


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip;q=1", "*", ","])
def test_a_coding_that_was_not_asked_for_is_refused_and_not_quoted(coding: str) -> None:
    reader = BodyReader(coding)
    reader.feed(TEXT)

    with pytest.raises(UnreadableBodyError) as caught:
        reader.end()

    assert str(caught.value) == "its Content-Encoding is not one that was asked for"
    assert reader.content == TEXT


@pytest.mark.parametrize(("coding", "encode"), COMPRESSED.items())
def test_a_body_that_is_cut_anywhere_is_refused(
    coding: str, encode: Callable[[bytes], bytes]
) -> None:
    encoded = encode(TEXT)

    for size in range(1, len(encoded)):
        with pytest.raises(UnreadableBodyError, match="was cut off"):
            read(coding, [encoded[:size]])


@pytest.mark.parametrize("coding", COMPRESSED)
@pytest.mark.parametrize("content", [TEXT, b"\x00" * 20, b"\xff" * 20])
def test_garbage_is_refused_without_a_trace_of_it(coding: str, content: bytes) -> None:
    with pytest.raises(UnreadableBodyError, match="can't be decompressed") as caught:
        read(coding, [content])

    assert caught.value.__context__ is None


def test_a_deflated_body_without_a_head_of_its_own_is_refused() -> None:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    raw = compressor.compress(TEXT) + compressor.flush()

    with pytest.raises(UnreadableBodyError, match="can't be decompressed"):
        read("deflate", [raw])


@pytest.mark.parametrize(("coding", "encode"), COMPRESSED.items())
@pytest.mark.parametrize("rest", [b"\x00", b"{}", gzip.compress(b"canary", mtime=0)])
@pytest.mark.parametrize("size", [1, 100_000])
def test_what_follows_compressed_content_is_refused(
    coding: str, encode: Callable[[bytes], bytes], rest: bytes, size: int
) -> None:
    with pytest.raises(UnreadableBodyError, match="something follows"):
        read(coding, in_pieces(encode(TEXT) + rest, size))


@pytest.mark.parametrize(("coding", "encode"), CODINGS.items())
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_of_the_largest_size_is_read_and_one_byte_more_is_not(
    coding: str | None, encode: Callable[[bytes], bytes], size: int
) -> None:
    assert read(coding, in_pieces(encode(TEXT[:100]), size), 100) == TEXT[:100]
    with pytest.raises(UnreadableBodyError, match="it is larger than 100 bytes"):
        read(coding, in_pieces(encode(TEXT[:101]), size), 100)


@pytest.mark.parametrize(("coding", "encode"), COMPRESSED.items())
def test_what_has_come_of_a_body_that_is_too_large_is_kept(
    coding: str, encode: Callable[[bytes], bytes]
) -> None:
    reader = BodyReader(coding, 100)

    with pytest.raises(UnreadableBodyError):
        reader.feed(encode(TEXT))

    assert reader.content == TEXT[:101]


def feed(reader: BodyReader, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        reader.feed(piece)


@pytest.mark.parametrize(
    ("coding", "wbits"), [("gzip", 16 + zlib.MAX_WBITS), ("deflate", zlib.MAX_WBITS)]
)
@pytest.mark.parametrize("whole", [False, True], ids=["in pieces", "whole"])
def test_a_bomb_stops_before_it_takes_memory(*, coding: str, wbits: int, whole: bool) -> None:
    pieces = bomb(wbits)
    pieces = [b"".join(pieces)] if whole else pieces
    reader = BodyReader(coding)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableBodyError, match=f"larger than {LARGEST_BODY_BYTES} bytes"):
            feed(reader, pieces)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(reader.content) == LARGEST_BODY_BYTES + 1
    # What may come, and once more while the decompressor's buffer grows.
    assert peak < 3 * LARGEST_BODY_BYTES


def test_an_endless_body_stops() -> None:
    pieces = itertools.repeat(bytes(MEBIBYTE))
    reader = BodyReader(None)

    with pytest.raises(UnreadableBodyError):
        feed(reader, pieces)

    assert len(reader.content) == LARGEST_BODY_BYTES + MEBIBYTE


@pytest.mark.parametrize("coding", [None, *COMPRESSED])
def test_a_body_in_the_smallest_pieces_takes_no_more_memory(coding: str | None) -> None:
    # Random, so that compressed there is as much of it.
    content = CODINGS[coding](os.urandom(MEBIBYTE // 8))
    reader = BodyReader(coding)
    tracemalloc.start()
    try:
        feed(reader, (content[start : start + 2] for start in range(0, len(content), 2)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # As it came and decompressed, each with room to grow.
    assert peak < 4 * len(content)
