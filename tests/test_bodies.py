"""Bodies are decompressed, and never larger than they may be."""

from __future__ import annotations

import gzip
import itertools
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import _bodies
from kodexa_client._bodies import LARGEST_BODY_BYTES, BodyReader, UnreadableBodyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TEXT = b'{"id": "1"}' * 50
MEBIBYTE = 1024 * 1024


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


def read(coding: str | None, pieces: Iterable[bytes]) -> bytes:
    reader = BodyReader(coding)
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
@pytest.mark.parametrize("rest", [b"\x00", b"{}", gzip.compress(b"canary")])
@pytest.mark.parametrize("size", [1, 100_000])
def test_what_follows_compressed_content_is_refused(
    coding: str, encode: Callable[[bytes], bytes], rest: bytes, size: int
) -> None:
    with pytest.raises(UnreadableBodyError, match="something follows"):
        read(coding, in_pieces(encode(TEXT) + rest, size))


@pytest.mark.parametrize(("coding", "encode"), CODINGS.items())
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_of_the_largest_size_is_read_and_one_byte_more_is_not(
    coding: str | None,
    encode: Callable[[bytes], bytes],
    size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_bodies, "LARGEST_BODY_BYTES", 100)

    assert read(coding, in_pieces(encode(TEXT[:100]), size)) == TEXT[:100]
    with pytest.raises(UnreadableBodyError, match="it is larger than 100 bytes"):
        read(coding, in_pieces(encode(TEXT[:101]), size))


@pytest.mark.parametrize(("coding", "encode"), COMPRESSED.items())
def test_what_has_come_of_a_body_that_is_too_large_is_kept(
    coding: str, encode: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_bodies, "LARGEST_BODY_BYTES", 100)
    reader = BodyReader(coding)

    with pytest.raises(UnreadableBodyError):
        reader.feed(encode(TEXT))

    assert reader.content == TEXT[:101]


def bomb(wbits: int) -> list[bytes]:
    """Compress 1 GiB of zeros."""
    compressor = zlib.compressobj(9, wbits=wbits)
    zeros = bytes(16 * MEBIBYTE)
    head, block = [
        compressor.compress(zeros) + compressor.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    ]
    # After a full flush, a block refers to nothing before it.
    return [head, *[block] * 63]


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
