"""From bytes to lines, without processes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.agent.logs import LogFile
from penstock.agent.streams import LINE, RECORD, MarkedStream, TextStream

MARKER = b"\x1e0123456789abcdef "


class Lines:
    """A log that keeps what it is given."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def lines(self, stream: str, texts: list[str]) -> None:
        self.found.extend((stream, text) for text in texts)

    def record(self, at: float, level: str, logger: str, message: str) -> None:
        self.found.append((level, message))


def feed(stream: TextStream | MarkedStream, *pieces: bytes) -> list[tuple[str, str]]:
    log: Any = Lines()
    for piece in pieces:
        stream.feed(piece, log)
    stream.finish(log)
    return log.found


def texts(*pieces: bytes) -> list[str]:
    return [text for _, text in feed(TextStream("stdout"), *pieces)]


def cut_up(data: bytes, cuts: list[int]) -> list[bytes]:
    pieces = []
    for size in cuts:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


lines = st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=20))
cuts = st.lists(st.integers(min_value=0, max_value=30), max_size=20)


@given(lines, cuts)
def test_lines_come_back_however_they_are_cut(written: list[str], cuts: list[int]) -> None:
    data = "".join(line + "\n" for line in written).encode()
    assert texts(*cut_up(data, cuts)) == written


@given(st.binary(max_size=300), cuts)
def test_how_bytes_are_cut_makes_no_difference(data: bytes, cuts: list[int]) -> None:
    assert texts(*cut_up(data, cuts)) == texts(data)


records = st.tuples(st.sampled_from(["debug", "info", "error"]), st.text(max_size=10))
mixed = st.lists(st.one_of(st.text("ab\r\n\x1e01", max_size=12), records), max_size=12)


def framed(level: str, message: str) -> bytes:
    return MARKER + json.dumps([1.5, level, "logger", message]).encode() + b"\n"


@given(mixed, cuts)
def test_records_are_found_wherever_they_stand(parts: list[Any], cuts: list[int]) -> None:
    data = b"".join(part.encode() if isinstance(part, str) else framed(*part) for part in parts)
    found = feed(MarkedStream("stderr", MARKER), *cut_up(data, cuts))
    assert [each for each in found if each[0] != "stderr"] == [part for part in parts if not isinstance(part, str)]
    assert found == feed(MarkedStream("stderr", MARKER), data)


def test_text_without_an_end_before_a_record_is_a_line() -> None:
    found = feed(MarkedStream("stderr", MARKER), b"half" + framed("info", "whole") + b"rest")
    assert found == [("stderr", "half"), ("info", "whole"), ("stderr", "rest")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"10%\r20%\r100%\n", ["100%"]),
        (b"10%\r20%\r", ["20%"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"\r\n", [""]),
        (b"\n\n", ["", ""]),
        (b"\rab", ["ab"]),
    ],
)
def test_a_carriage_return_starts_the_line_over(data: bytes, expected: list[str]) -> None:
    assert texts(data) == expected
    assert texts(*[data[at : at + 1] for at in range(len(data))]) == expected


def test_a_progress_bar_without_line_ends_stays_small() -> None:
    stream, log = TextStream("stderr"), Lines()
    for at in range(100_000):
        stream.feed(b"\rdone %d" % at, log)  # type: ignore[arg-type]
    assert len(stream._rest) < 100
    stream.finish(log)  # type: ignore[arg-type]
    assert log.found == [("stderr", "done 99999")]


@pytest.mark.parametrize("length", [LINE - 1, LINE, LINE + 1, 3 * LINE])
def test_a_long_line_is_cut_with_a_mark(length: int) -> None:
    data = b"x" * length + b"\nnext\n"
    whole, next_line = texts(*cut_up(data, [7000] * (length // 7000)))
    assert next_line == "next"
    assert whole[: min(length, LINE)] == "x" * min(length, LINE)
    assert whole[LINE:] == ("" if length <= LINE else f"… [cut: {length - LINE:,} bytes more]")


def test_a_cut_does_not_tear_a_character() -> None:
    (line,) = texts("é".encode() * LINE)
    assert line.startswith("é" * (LINE // 2) + "… [cut")
    (line,) = texts(b"x" + "é".encode() * LINE)
    assert line.startswith("x" + "é" * (LINE // 2 - 1) + "… [cut")


def test_a_record_that_never_ends_is_bounded_and_kept_as_text() -> None:
    stream, log = MarkedStream("stderr", MARKER), Lines()
    stream.feed(MARKER + b"x" * (3 * RECORD), log)  # type: ignore[arg-type]
    stream.feed(b"x" * 1000 + b"\nafter\n", log)  # type: ignore[arg-type]
    assert [len(text) for _, text in log.found] == [RECORD, 5]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1.0]", b'[1, "info", "a", "b"]', b'[1.0, "loud", "a", "b"]', b'[1.0, "info", 1, "b"]']
)
def test_what_is_no_record_is_text(body: bytes) -> None:
    found = feed(MarkedStream("stderr", MARKER), MARKER + body + b"\n")
    assert found == [("stderr", body.decode())]


# --- the file --------------------------------------------------------------------------------------------


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@given(st.lists(st.text(), min_size=1, max_size=10))
def test_every_text_survives_the_file(tmp_path_factory: pytest.TempPathFactory, written: list[str]) -> None:
    path = tmp_path_factory.mktemp("log") / "deep" / "a.jsonl"
    log = LogFile(str(path))
    log.lines("stdout", written)
    log.record(12.5, "warning", "a.b", written[0])
    log.close()
    lines = read(path)
    assert [line["message"] for line in lines] == [*written, written[0]]
    assert [line["seq"] for line in lines] == list(range(len(written) + 1))
    assert lines[-1] | {"message": ""} == {
        "at": 12.5, "seq": len(written), "stream": "log", "level": "warning", "logger": "a.b", "message": "",
    }  # fmt: skip


def test_a_full_log_says_so_once_and_counts_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    log = LogFile(str(path), limit=1000)
    for _ in range(100):
        log.lines("stdout", ["x" * 50])
    log.close()
    assert path.stat().st_size < 1500
    lines = read(path)
    notes = [line["message"] for line in lines if line["logger"] == "penstock"]
    assert len(notes) == 2
    assert "1,000 bytes" in notes[0]
    assert "were not kept" in notes[1]
    kept = len(lines) - 2
    assert notes[1].startswith(f"{(100 - kept) * len(path.read_text().splitlines()[0] + chr(10)):,}")


def test_a_disk_that_is_full_stops_nobody(tmp_path: Path) -> None:
    log = LogFile("/dev/full")
    log.lines("stdout", ["lost"])
    assert log.close() == "No space left on device"
    blocked = tmp_path / "file"
    blocked.touch()
    log = LogFile(str(blocked / "below" / "a.jsonl"))
    log.lines("stdout", ["lost"])
    assert log.close() == "Not a directory"


def test_a_log_that_tells_itself_what_it_lost_is_not_lost(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    log = LogFile(str(blocked / "a.jsonl"))
    log.lines("stdout", ["lost"])
    blocked.unlink()
    assert log.close() is None
    (line,) = read(blocked / "a.jsonl")
    assert line["message"].endswith("bytes of log were not kept")


def test_a_log_that_is_removed_meanwhile_is_lost(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "a.jsonl"))
    log.lines("stdout", ["lost"])
    (tmp_path / "a.jsonl").unlink()
    assert log.close() == "its file was removed"


def test_the_log_is_private(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "logs" / "a.jsonl"))
    log.lines("stdout", ["secret"])
    log.close()
    assert os.stat(tmp_path / "logs" / "a.jsonl").st_mode & 0o777 == 0o600
    assert os.stat(tmp_path / "logs").st_mode & 0o777 == 0o700
