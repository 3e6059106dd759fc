"""What is left over after an answer is found, by comparison with h11, which reads the answers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import h11
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client._framing import AnswerFraming, FollowedFraming

if TYPE_CHECKING:
    from collections.abc import Iterable

REQUEST = b"POST / HTTP/1.1\r\nHost: a\r\n\r\n"
ANSWER = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@frozen
class Answer:
    """An answer as bytes, to a request of a method."""

    method: str
    content: bytes


def in_any_case(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from([text, text.upper(), text.title(), text.swapcase().title().swapcase()])


@st.composite
def chunked_bodies(draw: st.DrawFn, end_of_line: str) -> bytes:
    parts = [b""]
    for chunk in draw(st.lists(st.binary(min_size=1, max_size=40), max_size=4)):
        size = draw(st.sampled_from(["{:x}", "{:X}", "{:04x}"])).format(len(chunk))
        extension = draw(st.sampled_from(["", ";a", ";a=b", '; a="x;y"', "  "]))
        parts.append(f"{size}{extension}\r\n".encode() + chunk + b"\r\n")
    parts.append(draw(st.sampled_from([b"0\r\n", b"000\r\n", b"0;last\r\n"])))
    trailers = draw(st.lists(st.sampled_from(["x-sum: 1", "Expires: 0"]), max_size=2))
    parts.extend(f"{trailer}{end_of_line}".encode() for trailer in trailers)
    return b"".join(parts) + end_of_line.encode()


@st.composite
def answers(draw: st.DrawFn, *, keeps_alive: bool = False) -> Answer:
    end_of_line = draw(st.sampled_from(["\r\n", "\n"]))
    method = draw(st.sampled_from(["POST", "GET", "HEAD"]))
    status = draw(st.sampled_from([200, 201, 204, 304, 400, 429, 500, 599]))
    without_body = method == "HEAD" or status in {204, 304}
    kinds = ["length", "chunked", "both"] + (["close"] if not keeps_alive else [])
    kind = draw(st.sampled_from(kinds))
    body = draw(st.binary(max_size=60))
    space = st.sampled_from(["", " ", "\t", "  "])
    headers = draw(
        st.lists(st.sampled_from(["x-content-length: 9", "Date: now", "x: chunked", "y:"]))
    )
    if kind in {"length", "both"}:
        name = draw(in_any_case("content-length"))
        headers.append(f"{name}:{draw(space)}{len(body)}{draw(space)}")
    if kind in {"chunked", "both"}:
        name, coding = draw(in_any_case("transfer-encoding")), draw(in_any_case("chunked"))
        headers.append(f"{name}:{draw(space)}{coding}{draw(space)}")
        body = draw(chunked_bodies(end_of_line))
    if not keeps_alive and draw(st.booleans()):
        headers.append("Connection: close")
    lines = [f"HTTP/1.1 {status} X", *draw(st.permutations(headers)), "", ""]
    interim = st.sampled_from([["HTTP/1.1 100 Continue"], ["HTTP/1.1 103 Hints", "link: </a>"]])
    for one in draw(st.lists(interim, max_size=2)):
        lines = [*one, "", *lines]
    head = end_of_line.join(lines).encode()
    return Answer(method, head if without_body else head + body)


@st.composite
def pieces(draw: st.DrawFn, content: bytes) -> list[bytes]:
    """Split bytes as a network may."""
    places = sorted(draw(st.sets(st.integers(0, len(content)), max_size=6)))
    bounds = [0, *places, len(content)]
    return [content[start:end] for start, end in pairwise(bounds)]


class Reader:
    """h11, as httpcore uses it: what it has not read when an answer ends is kept."""

    def __init__(self) -> None:
        self.connection = h11.Connection(h11.CLIENT)
        self.has_ended = False
        self.has_failed = False

    def ask(self, method: str) -> bytes:
        if self.has_ended:
            self.connection.start_next_cycle()
            self.has_ended = False
        request = h11.Request(method=method, target="/", headers=[("Host", "a")])
        return (self.connection.send(request) or b"") + (
            self.connection.send(h11.EndOfMessage()) or b""
        )

    def read(self, data: bytes) -> None:
        if self.has_failed or not data:
            return
        self.connection.receive_data(data)
        try:
            while not self.has_ended:
                event = self.connection.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    return
                self.has_ended = isinstance(event, h11.EndOfMessage)
        except h11.RemoteProtocolError:
            self.has_failed = True

    @property
    def is_clean(self) -> bool:
        return self.has_ended and not self.connection.trailing_data[0]


def followed(method: str, data: Iterable[bytes]) -> tuple[AnswerFraming, Reader]:
    framing, reader = AnswerFraming(), Reader()
    framing.sent(reader.ask(method))
    for piece in data:
        framing.received(piece)
        reader.read(piece)
    return framing, reader


@given(st.data())
def test_an_answer_is_clean_exactly_where_h11_ends_it_and_has_nothing_left(
    data: st.DataObject,
) -> None:
    answer, other = data.draw(answers()), data.draw(answers()).content
    rest = data.draw(
        st.sampled_from([b"", b"\n", b"\r\n", other]) | st.binary(max_size=9) | st.just(other[:20])
    )

    framing, reader = followed(answer.method, data.draw(pieces(answer.content + rest)))

    assert framing.is_clean == reader.is_clean


@given(st.data())
def test_an_answer_that_is_cut_off_is_clean_only_where_h11_ends_it(data: st.DataObject) -> None:
    answer = data.draw(answers())
    cut = answer.content[: data.draw(st.integers(0, len(answer.content)))]

    framing, reader = followed(answer.method, data.draw(pieces(cut)))

    assert framing.is_clean == reader.is_clean


@given(st.data())
def test_each_answer_of_a_connection_that_is_kept_is_followed(data: st.DataObject) -> None:
    framing, reader = AnswerFraming(), Reader()
    for answer in data.draw(st.lists(answers(keeps_alive=True), min_size=1, max_size=5)):
        framing.sent(reader.ask(answer.method))
        assert not framing.is_clean

        for piece in data.draw(pieces(answer.content)):
            framing.received(piece)
            reader.read(piece)

        assert reader.is_clean
        assert framing.is_clean


@given(st.data())
def test_what_is_left_over_after_any_answer_of_a_connection_is_found(data: st.DataObject) -> None:
    framing, reader = AnswerFraming(), Reader()
    for answer in data.draw(st.lists(answers(keeps_alive=True), max_size=3)):
        framing.sent(reader.ask(answer.method))
        framing.received(answer.content)
        reader.read(answer.content)

    framing.received(data.draw(st.binary(min_size=1, max_size=99)))

    assert not framing.is_clean


EDITS = st.sampled_from(
    [
        *(bytes([byte]) for byte in b"\n\r \t01a:;,-\x00"),
        b"",
        b"\r\n",
        b"\r\n\r\n",
        b"\r\n ",
        b"content-length: 3\r\n",
        b"transfer-encoding: gzip\r\n",
        ANSWER,
    ]
)


@given(st.data())
def test_a_broken_answer_with_bytes_left_over_is_never_clean(data: st.DataObject) -> None:
    answer = data.draw(answers())
    content = answer.content
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content)))
        content = (
            content[:place] + data.draw(EDITS) + content[place + data.draw(st.integers(0, 3)) :]
        )

    framing, reader = followed(answer.method, data.draw(pieces(content)))

    # Where h11 waits for more, as after a chunk's line without a carriage return, or fails, no
    # connection becomes free.
    assert not framing.is_clean or reader.is_clean or not reader.has_ended


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(ANSWER[:-1], id="cut body"),
        pytest.param(ANSWER + b"{", id="a byte more"),
        pytest.param(ANSWER + ANSWER, id="two answers"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", id="ends with the connection"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\ncontent-length: 0\r\n\r\n",
            id="another transfer coding",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n", id="no length"),
        pytest.param(
            b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n" + ANSWER, id="another protocol"
        ),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", id="an interim answer"),
        pytest.param(b"HTTP/2 200 OK\r\ncontent-length: 0\r\n\r\n", id="another version"),
        pytest.param(b"\r\n" + ANSWER, id="a line before the head"),
        pytest.param(b"garbage\r\n\r\n", id="garbage"),
        pytest.param(b"x" * 200_000, id="endless head"),
        pytest.param(CHUNKED + b"1\r\n{\r\n", id="no last chunk"),
        pytest.param(CHUNKED + b"x\r\n", id="no size"),
        pytest.param(CHUNKED + b"\r\n", id="empty size"),
        pytest.param(CHUNKED + b"0" * 200_000, id="endless size"),
        pytest.param(CHUNKED + b"0\r\n", id="no end of trailers"),
        pytest.param(CHUNKED + b"0\r\nx: 1\r\n", id="no end of trailers after one"),
        pytest.param(CHUNKED + b"0\r\nx: " + b"1" * 200_000, id="endless trailer"),
        pytest.param(CHUNKED + b"0\r\n\r\n\n", id="a byte after the trailers"),
    ],
)
def test_after_anything_unusual_a_connection_is_not_clean(content: bytes) -> None:
    framing = AnswerFraming()
    framing.sent(REQUEST)

    framing.received(content)

    assert not framing.is_clean


@pytest.mark.parametrize(
    "content",
    [
        ANSWER,
        ANSWER.replace(b"\r\n", b"\n"),
        ANSWER.replace(b"content-length", b"CONTENT-LENGTH"),
        b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ANSWER,
        b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\ncontent-length: 9\r\n\r\n",
        CHUNKED + b"A;x=y\r\n0123456789\r\n0\r\n\r\n",
        CHUNKED + b"0\r\nx: 1\r\ny: 2\r\n\r\n",
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_an_answer_that_ends_where_its_bytes_do_is_clean(content: bytes, size: int) -> None:
    framing = AnswerFraming()
    framing.sent(REQUEST)

    for start in range(0, len(content), size):
        assert not framing.is_clean
        framing.received(content[start : start + size])

    assert framing.is_clean


def test_a_new_connection_is_clean() -> None:
    assert AnswerFraming().is_clean


def test_bytes_before_any_request_are_left_over() -> None:
    framing = AnswerFraming()

    framing.received(ANSWER)

    assert not framing.is_clean


def test_a_connection_that_was_in_doubt_stays_so() -> None:
    framing = AnswerFraming()
    framing.sent(REQUEST)
    framing.received(ANSWER + b"{")

    framing.sent(REQUEST)
    framing.received(ANSWER)

    assert not framing.is_clean


def test_the_end_of_the_connection_is_no_answer() -> None:
    framing = AnswerFraming()

    framing.received(b"")

    assert framing.is_clean


def test_a_request_that_is_written_in_pieces_is_one() -> None:
    framing = AnswerFraming()
    framing.sent(b"HEAD / HTTP/1.1\r\n\r\n")
    framing.sent(b"more of it")

    framing.received(ANSWER.removesuffix(b"{}"))

    assert framing.is_clean


@pytest.mark.parametrize("size", [b"-6", b"+5", b"1_0", b"0x5", b" 5x", b"", b"f" * 17, b"-0"])
def test_a_chunk_whose_size_is_no_hexadecimal_number_is_in_doubt_and_has_an_end(
    size: bytes,
) -> None:
    framing = AnswerFraming()
    framing.sent(b"GET / HTTP/1.1")

    framing.received(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + size + b"\r\n")
    framing.received(b"0\r\n\r\n")

    assert not framing.is_clean


def test_an_answer_is_followed_byte_by_byte() -> None:
    framing = AnswerFraming()
    framing.sent(b"GET / HTTP/1.1")

    answer = (
        b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        b"5;x=y\r\nhello\r\nA \r\n0123456789\r\n0\r\ntrailer: x\r\n\r\n"
    )
    for index in range(len(answer)):
        assert not framing.is_clean
        framing.received(answer[index : index + 1])

    assert framing.is_clean


def followed_further(method: str, data: Iterable[bytes]) -> tuple[FollowedFraming, bytes]:
    """Return the framing, and what is passed on of the bytes as far as they are an answer's."""
    framing, passed = FollowedFraming(), b""
    framing.sent(f"{method} ".encode())
    for piece in data:
        if framing.has_ended:
            framing.received(piece)
            continue
        head = framing.received_with_head(piece)
        assert 0 <= head <= len(piece)
        assert 0 <= framing.surplus <= len(piece) - head
        passed += piece[: len(piece) - framing.surplus]
    return framing, passed


@given(st.data())
def test_what_is_passed_on_is_the_answer_however_the_bytes_are_cut(data: st.DataObject) -> None:
    answer = data.draw(answers(keeps_alive=True))
    rest = data.draw(st.sampled_from([b"", b"\n", b"\r\n", ANSWER]) | st.binary(max_size=99))

    framing, passed = followed_further(answer.method, data.draw(pieces(answer.content + rest)))

    assert passed == answer.content
    assert framing.has_ended
    assert framing.is_clean is (not rest)
    assert not framing.is_in_head
    assert not framing.is_endless


@given(st.data())
def test_whoever_passes_the_bytes_on_follows_them_as_others_do(data: st.DataObject) -> None:
    content = data.draw(answers()).content
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(content)))
        content = content[:place] + data.draw(EDITS) + content[place:]
    plain, further = AnswerFraming(), FollowedFraming()
    for framing in (plain, further):
        framing.sent(REQUEST)

    for piece in data.draw(pieces(content)):
        plain.received(piece)
        further.received_with_head(piece)

    assert further.is_clean == plain.is_clean
    assert vars(plain).items() <= vars(further).items()


@given(st.data())
def test_the_head_of_an_answer_that_is_not_in_order_ends_where_it_ends(
    data: st.DataObject,
) -> None:
    interim = b"HTTP/1.1 103 Hints\r\nlink: x\r\n\r\n" * data.draw(st.integers(0, 2))
    head = interim + data.draw(st.sampled_from([CHUNKED, CHUNKED.replace(b"\r\n", b"\n")]))
    content = head + b"zz\r\n" + data.draw(st.binary(max_size=40))
    framing = FollowedFraming()
    framing.sent(REQUEST)
    position, ends = 0, []

    for piece in data.draw(pieces(content)):
        if found := framing.received_with_head(piece):
            ends.append(position + found)
        position += len(piece)

    # It is told where the body is broken in the same piece.
    assert ends in ([], [len(head)])
    assert not framing.is_in_order


def test_a_broken_body_behind_its_head_is_told_apart() -> None:
    framing = FollowedFraming()
    framing.sent(REQUEST)

    assert framing.received_with_head(CHUNKED + b"zz\r\n") == len(CHUNKED)


@given(st.data())
def test_the_head_is_over_with_its_last_byte(data: st.DataObject) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n" * data.draw(st.integers(0, 2))
    head = interim + data.draw(st.sampled_from([CHUNKED, ANSWER.removesuffix(b"{}")]))
    framing = FollowedFraming()
    assert not framing.is_in_head
    framing.sent(REQUEST)

    for piece in data.draw(pieces(head[:-1])):
        framing.received_with_head(piece)
        assert framing.is_in_head
    framing.received_with_head(head[-1:])

    assert not framing.is_in_head


LONG = b"x" * 110_000
IN_LINES = b"x: 1\r\n" * 20_000


@pytest.mark.parametrize(
    ("content", "is_endless"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nx: " + LONG, True, id="a field"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + IN_LINES, True, id="fields"),
        pytest.param(CHUNKED + b"0\r\nx: " + LONG, True, id="a trailer"),
        pytest.param(CHUNKED + b"0\r\n" + IN_LINES, True, id="trailers"),
        pytest.param(CHUNKED + b"0" + LONG, True, id="a chunk's line"),
        pytest.param(CHUNKED + b"zz\r\n" + IN_LINES, False, id="what is no chunk"),
        pytest.param(CHUNKED + b"1ADB0\r\n" + LONG, False, id="a large chunk"),
        pytest.param(CHUNKED + b"0\r\n\r\n" + LONG, False, id="what is behind the chunks"),
        pytest.param(ANSWER + LONG, False, id="what is behind an answer"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n" + LONG, False, id="a body until the end"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n" + IN_LINES, False, id="lines until the end"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * 9_000, False, id="interim answers"),
    ],
)
@pytest.mark.parametrize("size", [1_000, 10_000_000])
def test_a_head_and_trailers_are_endless_and_bodies_are_not(
    content: bytes, size: int, *, is_endless: bool
) -> None:
    framing = FollowedFraming()
    framing.sent(REQUEST)

    for start in range(0, len(content), size):
        framing.received_with_head(content[start : start + size])

    assert framing.is_endless is is_endless
    assert not framing.is_clean


def test_a_request_in_pieces_and_the_next_one_each_wait_for_one_head() -> None:
    framing = FollowedFraming()
    framing.sent(REQUEST)
    framing.received_with_head(CHUNKED)

    framing.sent(b"the request's body")
    in_body = framing.is_in_head
    framing.received_with_head(b"0\r\n\r\n")
    framing.sent(REQUEST)

    assert (in_body, framing.is_in_head) == (False, True)
