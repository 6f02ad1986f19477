"""What tasks printed."""

from __future__ import annotations

from penstock.wire.base import Body, Time


class LogLine(Body):
    """One line. `at`: when it was written; `seq` counts within its attempt; `index` is its place in this view, from 0.

    `message` may hold ANSI colours. `level` is one of debug, info, warning, error, critical, or null where a program
    just printed; `stream` is stdout, stderr or log.
    """

    index: int
    at: Time
    seq: int
    task: str
    map_index: int | None
    label: str | None
    generation: int
    attempt: int
    stream: str
    level: str | None
    logger: str | None
    message: str


class LogWindow(Body):
    """Lines `first` to `first + len(lines)` of `total` lines that this view has.

    `complete` is false while an attempt of the view still writes. `damaged` names files that can't be read.
    """

    first: int
    total: int
    lines: list[LogLine]
    complete: bool
    damaged: list[str]


class LogSummary(Body):
    """True counts over the whole view: lines by level (`none` without one), and by task."""

    total: int
    levels: dict[str, int]
    tasks: dict[str, int]


class LogSlices(Body):
    """Lines over time, in equal slices from `after` to just before `before`: the time that was asked, or all there is.

    `levels` has a count for each slice. Slice `i` of `n` begins at `after + i * (before - after) / n`, cut to
    microseconds; the number of its first line in the view is that of all lines in the slices before it. `exact` is
    false where so many attempts overlap that the lines of some blocks, 32 KB each, were taken for evenly spread.
    """

    after: Time | None
    before: Time | None
    total: int
    levels: dict[str, list[int]]
    exact: bool


class LogPlace(Body):
    """A line's place in the view, and when it was written; null when there is no such line."""

    index: int | None
    at: Time | None


class LogMatches(Body):
    """Where a text was found: places in the view (`index`), the first 10,000; `total` counts all."""

    total: int
    indexes: list[int]
