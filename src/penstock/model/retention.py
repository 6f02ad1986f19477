"""How long runs are kept: which of them go, decided over plain records, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from penstock.model.states import TERMINAL_RUN


class Kept(NamedTuple):
    """A run as retention sees it. `ended_at` in seconds since 1970, None while it is not over."""

    key: int
    namespace: str
    pipeline: str
    state: str
    ended_at: float | None
    bytes: int


@dataclass(frozen=True, slots=True)
class Rule:
    """How long the runs are kept that fit: all of them where `namespace`, `pipeline` and `states` say nothing.

    `keep`: seconds since a run's end. `runs`: the newest of each pipeline. `bytes`: of their artifacts, for all
    pipelines together; the newest stay. None: no limit. A run that passes one of them goes. `latest`: a pipeline's
    latest succeeded run stays in any case.
    """

    namespace: str | None = None
    pipeline: str | None = None
    states: frozenset[str] | None = None
    keep: float | None = None
    runs: int | None = None
    bytes: int | None = None
    latest: bool = True

    def fits(self, run: Kept) -> bool:
        """Is it about this run?"""
        return (
            self.namespace in (None, run.namespace)
            and self.pipeline in (None, run.pipeline)
            and (self.states is None or run.state in self.states)
        )


def age(rules: Sequence[Rule], namespace: str, pipeline: str) -> float | None:
    """Seconds after which what no run needs of a pipeline goes, such as its old versions; None: it stays.

    The longest that any run of it is kept, of those rules that may count for one; the first that is about all states is
    the last of them.
    """
    longest: float | None = None
    for rule in rules:
        if rule.namespace in (None, namespace) and rule.pipeline in (None, pipeline):
            if rule.keep is None:
                return None
            longest = max(longest or 0.0, rule.keep)
            if rule.states is None:
                return longest
    return None


def decide(runs: Iterable[Kept], rules: Sequence[Rule], now: float) -> Iterator[Kept]:
    """The runs that go, of all runs in the order of their creation, newest first.

    The first rule that fits a run is the only one that counts for it. Runs that are not over stay, and count for
    nothing. Takes memory for the pipelines, not for the runs.
    """
    tallies = [_Tally(rule, now) for rule in rules]
    succeeded: set[tuple[str, str]] = set()
    for run in runs:
        if run.state not in TERMINAL_RUN or run.ended_at is None:
            continue
        place = run.namespace, run.pipeline
        is_latest = run.state == "succeeded" and place not in succeeded
        if is_latest:
            succeeded.add(place)
        tally = next((one for one in tallies if one.rule.fits(run)), None)
        if tally is not None and tally.passes(run) and not (is_latest and tally.rule.latest):
            yield run


class _Tally:
    """What a rule has seen so far."""

    def __init__(self, rule: Rule, now: float) -> None:
        self.rule = rule
        self._now = now
        self._runs: dict[tuple[str, str], int] = {}
        self._bytes = 0

    def passes(self, run: Kept) -> bool:
        """Count a run; does it pass a limit?"""
        rule, place = self.rule, (run.namespace, run.pipeline)
        count = self._runs[place] = self._runs.get(place, 0) + 1
        self._bytes += run.bytes
        assert run.ended_at is not None
        return (
            (rule.keep is not None and run.ended_at < self._now - rule.keep)
            or (rule.runs is not None and count > rule.runs)
            or (rule.bytes is not None and self._bytes > rule.bytes)
        )
