"""What an agent keeps of its reports: each that is not on record comes again, in order, to whoever goes on with it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from penstock.agent import spool
from penstock.agent.frames import Message
from penstock.agent.ledger import Ledger
from penstock.agent.spool import Spool

KEYS = ("a", "b", "c")


class Engine:
    """A channel that hears, and knows what it has recorded."""

    def __init__(self) -> None:
        self.number = 0
        self.heard: list[Message] = []

    def send(self, messages: list[Message]) -> bool:
        (word, self.number), *reports = messages
        assert word == "frame"
        self.heard += reports
        return True


steps = st.lists(st.sampled_from(["report", "report", "flush", "acknowledge", "die", "keep", "keep some"]), max_size=40)


@given(steps)
def test_what_is_not_on_record_comes_again_in_order(story: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger, engine = Ledger(), Engine()
        ledger.meet(engine, (), ())  # type: ignore[arg-type]
        told: list[Message] = []
        recorded: list[Message] = []
        wanted = set(KEYS)
        for at, step in enumerate(story):
            if step == "report":
                key = KEYS[at % len(KEYS)]
                ledger.add(["metric", key, at])
                if key in wanted:
                    told.append(["metric", key, at])
            elif step == "flush":
                ledger.flush(hurry=True)
            elif step == "acknowledge" and not ledger.left:
                ledger.acknowledge(engine.number)
                recorded += [one for one in engine.heard if one not in recorded]
                engine.heard = []
            elif step == "die":
                ledger.flush(hurry=True)
                ledger.leave(str(Path(folder, f"{at}.spool")), wanted)
                assert spool.read(Path(folder, f"{at}.spool")) == [one for one in told if one not in recorded]
                engine = Engine()
                ledger.meet(engine, wanted, ())  # type: ignore[arg-type]
                ledger.flush(hurry=True)
                assert engine.heard == []
            elif step.startswith("keep") and ledger.left:
                ledger.flush(hurry=True)
                keys = wanted - {KEYS[at % len(KEYS)]} if step == "keep some" else wanted
                assert ledger.keep(keys) == wanted - keys
                assert engine.heard == [one for one in told if one not in recorded and one[1] in keys]
                told = [one for one in told if one in recorded or one[1] in keys]
                wanted = set(keys)
        ledger.flush(hurry=True)
        if not ledger.left:
            # What was heard twice is heard in the same order.
            assert [one for one in told if one not in recorded] == _once(engine.heard, recorded)


def _once(heard: list[Message], recorded: list[Message]) -> list[Message]:
    found: list[Message] = []
    for one in heard:
        if one not in recorded and one not in found:
            found.append(one)
    return found


def test_what_was_given_out_again_and_runs_has_not_come_back() -> None:
    ledger, engine = Ledger(), Engine()
    ledger.meet(engine, (), ())  # type: ignore[arg-type]
    ledger.add(["returned", "a"])
    ledger.add(["returned", "b"])
    with tempfile.TemporaryDirectory() as folder:
        ledger.flush(hurry=True)
        file = Path(folder, "spool")
        ledger.leave(str(file), {"a"})
        assert spool.read(file) == [["returned", "b"]]
        engine = Engine()
        assert ledger.meet(engine, {"a"}, ()) == {"b"}  # type: ignore[arg-type]
        assert ledger.keep({"a", "b"}) == set()
    assert engine.heard == [["returned", "b"]]


def test_ends_that_nobody_has_taken_are_named_to_the_next() -> None:
    ledger, nobody = Ledger(), Engine()
    ledger.meet(nobody, (), ())  # type: ignore[arg-type]
    for message in (["ended", "a"], ["metric", "b"], ["returned", "c"]):
        ledger.add(message)
    ledger.flush(hurry=True)
    with tempfile.TemporaryDirectory() as folder:
        ledger.leave(str(Path(folder, "spool")), ())
        later = Engine()
        assert ledger.meet(later, ["b"], ["d"]) == {"a", "c", "d"}  # type: ignore[arg-type]
        assert ledger.keep(["b", "d"]) == {"a", "c"}
        assert later.heard == [["metric", "b"], ["returned", "d"]]


@given(st.lists(st.lists(st.integers() | st.text() | st.none(), min_size=1)), st.integers(0, 200))
def test_a_torn_spool_is_read_up_to_the_tear(messages: list[list[Any]], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spool")
        made = Spool()
        made.begin(str(path), messages)
        assert spool.read(path) == messages
        data = path.read_bytes()
        path.write_bytes(data[: max(0, len(data) - cut)])
        assert spool.read(path) == messages[: len(spool.read(path))]
        made.end()
        assert not path.exists()
        assert spool.read(path) == []
