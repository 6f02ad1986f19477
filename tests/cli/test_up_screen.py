"""What `penstock up` shows, as text."""

from __future__ import annotations

from typing import Any

from penstock.cli.render import up
from penstock.cli.render.runs import asked
from penstock.cli.render.spans import plain
from penstock.cli.render.states import Paint

PAINT = Paint(colour=False, unicode=True)
ASCII = Paint(colour=False, unicode=False)
LINK = "http://127.0.0.1:7420/login?code=abc"
BROKEN = {"file": "jobs/a.py", "line": 12, "message": "name 'x' is not defined", "cure": "did you mean 'y'?"}


def state(pipelines: int, *problems: dict[str, Any]) -> dict[str, Any]:
    return {"pipelines": pipelines, "problems": list(problems)}


def test_the_first_screen_has_the_link_on_a_line_of_its_own() -> None:
    text = plain(up.welcome("flights", LINK, state(1), PAINT))
    assert text.splitlines()[0] == "Penstock is up · flights · 1 pipeline"
    assert f"\n  {LINK}\n" in text
    assert "Ctrl-C ends it." in text


def test_where_there_is_nothing_it_tells_how_to_begin() -> None:
    assert "There is no pipeline here yet." in plain(up.welcome("flights", LINK, state(0), PAINT))
    assert "There is no pipeline" not in plain(up.welcome("flights", LINK, state(1), PAINT))


def test_problems_are_told_with_place_and_cure() -> None:
    text = plain(up.welcome("flights", LINK, state(0, BROKEN), PAINT))
    assert text.endswith("✗ jobs/a.py:12 name 'x' is not defined\n  hint: did you mean 'y'?")


def test_where_nothing_is_known_yet_nothing_is_claimed() -> None:
    assert plain(up.welcome("flights", LINK, None, PAINT)).splitlines()[0] == "Penstock is up · flights"


def test_what_files_say_does_not_steer_the_terminal() -> None:
    evil = {"file": "a\x1b[2J.py", "line": None, "message": "b\x1b]0;c\x07\n\u202ed" * 1000, "cure": "e\x9bf"}
    text = plain(up.welcome("g\x1bh", LINK, state(1, evil), PAINT))
    assert not any(ord(sign) < 32 and sign != "\n" for sign in text)
    assert not set(text) & set("\x7f\x9b\u202e")
    assert max(map(len, text.splitlines())) < 400


def test_an_ascii_terminal_gets_ascii() -> None:
    lines = up.welcome("flights", LINK, state(1, BROKEN), ASCII) + up.changes(state(1, BROKEN), state(2), 0.0, ASCII)
    assert plain(lines).isascii()


def test_only_what_changes_is_told() -> None:
    def told(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
        return [line[13:] for line in plain(up.changes(before, after, 0.0, PAINT)).splitlines()]

    assert told(state(1), state(1)) == []
    assert told(None, state(1)) == ["1 pipeline"]
    assert told(state(1), state(2)) == ["2 pipelines"]
    assert told(state(1, BROKEN), state(1)) == ["✓ jobs/a.py is fine again"]
    assert told(state(1), state(1, BROKEN))[0] == "✗ jobs/a.py:12 name 'x' is not defined"
    assert told(state(1, BROKEN), state(1, BROKEN)) == []
    assert told(state(1, BROKEN), state(1, BROKEN | {"line": 13}))[0].startswith("✗ jobs/a.py:13")


def test_falls_and_the_end_are_told_in_a_line() -> None:
    assert plain([up.fell("server", "was killed by SIGKILL", 0.2, 0.0, PAINT)])[13:] == (
        "! the server was killed by SIGKILL; it starts again in 200 ms"
    )
    assert plain([up.back("server", 0.0, PAINT)])[13:] == "✓ the server is back"
    assert plain([up.draining(1, 10.0, 0.0)])[13:].startswith("1 run goes on, for 10.0 s at most")
    assert plain([up.draining(1200, 10.0, 0.0)])[13:].startswith("1,200 runs go on")


def test_what_became_of_a_cancel() -> None:
    assert plain(asked("38fw", "applied", "cancelling", None, PAINT, 80)) == "38fw ◌ cancelling"
    assert plain(asked("38fw", "refused", "failed", "it is over", PAINT, 80)) == "38fw ✗ failed, refused: it is over"
    assert "did not answer yet" in plain(asked("38fw", "waiting", "running", None, PAINT, 80))
    assert plain(asked("38fw", "applied", "failed", "clean set to skipped", PAINT, 24)) == (
        "38fw ✗ failed, clean set\n  to skipped"
    )
