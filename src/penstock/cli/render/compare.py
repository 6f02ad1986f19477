"""Two runs side by side as text: what differs, unless all is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from penstock.cli.render import amounts
from penstock.cli.render.run import FOLD, json_text
from penstock.cli.render.spans import Line, Piece, Span, clean, cut, shown, wrap
from penstock.cli.render.states import Paint, counts
from penstock.cli.render.table import Column, table

Document = dict[str, Any]
#: Columns of a terminal that a value of a param may take.
_VALUE: Final = 40
#: A duration that changed by less than this share says nothing: processes vary.
NOISE: Final = 0.2
_MOMENT: Final = 0.05
_WORDS: Final = {"tasks_total": "tasks"}
_STYLES: Final = {"+": "green", "-": "red", "@": "cyan"}


def compared(found: Document, paint: Paint, width: int, *, whole: bool = False) -> list[Line]:
    """A comparison (insights.compare) on a screen. `whole`: also what is the same, and the changes of source."""
    parts = [
        ("", _facts(found, paint, width)),
        ("params", _values(found["params"], paint, width, whole=whole)),
        ("labels", _values(found["labels"], paint, width, whole=whole)),
        ("definition", _definition(found["definition"], paint, width, whole=whole)),
        ("tasks", _tasks(found["tasks"], paint, width, whole=whole)),
        ("outputs", _outputs(found["outputs"], paint, width, whole=whole)),
        ("metrics", _metrics(found["metrics"], paint, width, whole=whole)),
    ]
    lines: list[Line] = []
    for head, part in parts:
        if part:
            lines += [[], [Span(head, "bold")]] if head else []
            lines += part
    same = [head for head, part in parts if head and not part]
    if same and not whole:
        lines += [[], *wrap([Span(f"no difference in {', '.join(same)} (--all shows them)", "dim")], width)]
    return lines


def _facts(found: Document, paint: Paint, width: int) -> list[Line]:
    first, second = found["first"], found["second"]
    rows: list[list[Piece]] = [
        ["run", Span(first["id"], "cyan"), Span(second["id"], "cyan"), ""],
        ["created", amounts.moment(first["created_at"]), amounts.moment(second["created_at"]), ""],
    ]
    shows: dict[str, Callable[[Any], Piece]] = {"duration": amounts.duration, "state": paint.state}
    for fact in found["facts"]:
        name, one, other = fact["name"], fact["first"], fact["second"]
        if not fact["same"] or name in ("pipeline", "version", "state"):
            show = shows.get(name, _plain)
            rows.append(
                [_WORDS.get(name, name), show(one), show(other), _times(one, other) if name == "duration" else ""]
            )
    return _side_by_side("", rows, paint, width)


def _plain(value: Any) -> str:
    return "" if value is None else clean(json_text(value))


def _values(entries: list[Document], paint: Paint, width: int, *, whole: bool) -> list[Line]:
    rows: list[list[Piece]] = [
        [clean(each["name"]), *(cut(_plain(each[side]), _VALUE, paint.mark) for side in ("first", "second")), ""]
        for each in entries
        if whole or not each["same"]
    ]
    return _side_by_side("", rows, paint, width)


def _definition(found: Document | None, paint: Paint, width: int, *, whole: bool) -> list[Line]:
    if found is None:
        return [[Span("  one of the definitions is gone", "dim")]]
    lines: list[Line] = [[Span(f"  + {clean(name)}", "green")] for name in found["added"]]
    lines += [[Span(f"  - {clean(name)}", "red")] for name in found["removed"]]
    lines += _side_by_side("", [_fact(fact, "", paint) for fact in found["facts"]], paint, width)
    for task in found["changed"]:
        facts = [_fact(fact, f"{task['task']}.", paint) for fact in task["facts"]]
        lines += _side_by_side("", facts, paint, width)
        if task["source"] is not None:
            lines.append([Span(f"  {clean(task['task'])}: its source changed")])
            lines += _source(task["source"], paint, width) if whole else []
    if not found["same"] and not lines:
        lines.append([Span("  code that the tasks call changed")])
    return lines


def _fact(fact: Document, before: str, paint: Paint) -> list[Piece]:
    # A definition does not name what has its default.
    sides = (cut(_plain(fact[side]) or "default", _VALUE, paint.mark) for side in ("first", "second"))
    return [clean(before + fact["name"]), *sides, ""]


def _source(diff: str, paint: Paint, width: int) -> list[Line]:
    return [
        [Span(cut(f"    {shown(line)}", width, paint.mark), _STYLES.get(line[:1], ""))] for line in diff.split("\n")
    ]


def _tasks(entries: list[Document], paint: Paint, width: int, *, whole: bool) -> list[Line]:
    rows: list[list[Piece]] = []
    entries, lone = (entries, {}) if whole else _apart(entries, "task")
    for each in entries:
        one, other = each["first"], each["second"]
        if whole or _went_otherwise(one, other):
            seconds = [None if side is None else side["duration"] for side in (one, other)]
            rows.append([_who(each), _went(one, paint), _went(other, paint), _times(*seconds)])
    for (name, side), items in lone.items():
        went: Piece = counts(each[side]["state"] for each in items)
        pair = (went, _went(None, paint)) if side == "first" else (_went(None, paint), went)
        rows.append([f"{clean(name)} [{len(items):,} items]", *pair, ""])
    return _side_by_side("task", rows, paint, width)


def _apart(entries: list[Document], key: str) -> tuple[list[Document], dict[tuple[str, str], list[Document]]]:
    """Entries without the many items of a fan-out that only one of the runs has; and those, by name and run."""
    lone: dict[tuple[str, str], list[Document]] = {}
    for each in entries:
        if each["map_index"] is not None and (each["first"] is None) != (each["second"] is None):
            lone.setdefault((each[key], "first" if each["second"] is None else "second"), []).append(each)
    lone = {place: items for place, items in lone.items() if len(items) > FOLD}
    folded = {id(each) for items in lone.values() for each in items}
    return [each for each in entries if id(each) not in folded], lone


def _went_otherwise(one: Document | None, other: Document | None) -> bool:
    if one is None or other is None or one["state"] != other["state"]:
        return True
    first, second = (float(task["duration"] or 0) for task in (one, other))
    return abs(second - first) > max(_MOMENT, NOISE * max(first, second))


def _went(task: Document | None, paint: Paint) -> Piece:
    if task is None:
        return Span("not in it", "dim")
    return [paint.state(task["state"], task["reason"]), Span(f" {amounts.duration(task['duration'])}")]


def _outputs(entries: list[Document], paint: Paint, width: int, *, whole: bool) -> list[Line]:
    rows: list[list[Piece]] = []
    entries, lone = (entries, {}) if whole else _apart(entries, "dataset")
    for each in entries:
        one, other = each["first"], each["second"]
        if whole or one != other or each["columns"]:
            sizes = [None if side is None else side["bytes"] for side in (one, other)]
            item = "" if each["map_index"] is None else f" {_item(each)}"
            rows.append([clean(each["dataset"]) + item, _amount(one), _amount(other), _times(*sizes)])
            rows += [
                [f"  {clean(each['name'])}", clean(each["first"] or ""), clean(each["second"] or ""), ""]
                for each in each["columns"]
            ]
    for (name, side), items in lone.items():
        size = amounts.size(sum(each[side]["bytes"] or 0 for each in items))
        pair = (size, _amount(None)) if side == "first" else (_amount(None), size)
        rows.append([f"{clean(name)} [{len(items):,} items]", *pair, ""])
    return _side_by_side("dataset", rows, paint, width)


def _amount(output: Document | None) -> Piece:
    if output is None:
        return Span("not made", "dim")
    rows = [] if output["rows"] is None else [amounts.plural(output["rows"], "row")]
    return ", ".join([*rows, amounts.size(output["bytes"]) or "size unknown"])


def _metrics(entries: list[Document], paint: Paint, width: int, *, whole: bool) -> list[Line]:
    rows: list[list[Piece]] = []
    for each in entries:
        if whole or not each["same"]:
            one, other = each["first"], each["second"]
            unit = f" {clean(each['unit'])}" if each["unit"] else ""
            name = f"{_who(each)}: {clean(each['name'])}"
            rows.append([name, _figure(one, unit), _figure(other, unit), _times(one, other)])
    return _side_by_side("metric", rows, paint, width)


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else amounts.number(value) + unit


def _who(entry: Document) -> str:
    return clean(entry["task"]) if entry["map_index"] is None else f"{clean(entry['task'])} {_item(entry)}"


def _item(entry: Document) -> str:
    return f"[{clean(str(entry['map_index'] if entry['label'] is None else entry['label']))}]"


def _times(first: float | None, second: float | None) -> str:
    """`2.1x` or `0.48x`: how many times the first the second is; empty where that says nothing."""
    if not first or second is None or first < 0 or first == second:
        return ""
    times = second / first
    told = f"{times:.2g}x" if times < 9.95 else f"{times:,.0f}x"
    return "" if told == "1x" else told


def _side_by_side(what: str, rows: Iterable[list[Piece]], paint: Paint, width: int) -> list[Line]:
    rows = list(rows)
    if not rows:
        return []
    columns = [
        Column(what, least=12),
        Column("first", least=10),
        Column("second", least=10),
        Column("", right=True, drop=1),
    ]
    return [[Span("  "), *line] for line in table(columns, rows, paint, width - 2)]
