"""What `penstock up` shows."""

from __future__ import annotations

from typing import Any

from penstock.cli.render import amounts
from penstock.cli.render.spans import Line, Span, clean, cut
from penstock.cli.render.states import LOOKS, Paint

Document = dict[str, Any]


def welcome(project: str, link: str, definitions: Document | None, paint: Paint) -> list[Line]:
    """The first screen: what is up, the link, what is wrong with the project's files."""
    head: Line = [Span("Penstock is up", "bold"), Span(f" {paint.dash} {clean(project)}")]
    if definitions is not None:
        head.append(Span(f" {paint.dash} {amounts.plural(definitions['pipelines'], 'pipeline')}"))
    lines: list[Line] = [head, [], [Span("  "), Span(link, "cyan")], []]
    lines.append([Span("  The link signs in once, within five minutes; `penstock link` prints another.", "dim")])
    lines.append([Span("  Ctrl-C ends it.", "dim")])
    if definitions is None:
        return lines
    if not definitions["pipelines"] and not definitions["problems"]:
        text = "There is no pipeline here yet. `penstock pipelines list` and the page show the first one."
        lines += [[], [Span(f"  {text}", "yellow")]]
    for one in definitions["problems"]:
        lines += [[], *problem(one, paint)]
    return lines


def already(link: str, pid: int) -> list[Line]:
    """There is one already."""
    return [
        [Span("Penstock is up already", "bold"), Span(f", as process {pid}.")],
        [],
        [Span("  "), Span(link, "cyan")],
    ]


def seen_at(url: str) -> Line:
    """Where a run of this terminal is seen."""
    return [Span("live at ", "dim"), Span(url, "cyan")]


def problem(one: Document, paint: Paint) -> list[Line]:
    """What is wrong with a file, and the cure."""
    where = f"{clean(one['file'])}:{one['line']}" if one["line"] else clean(one["file"])
    message = cut(clean(one["message"]), 300, paint.mark)
    lines: list[Line] = [[_shape("failed", paint), Span(f" {where}", "bold"), Span(f" {message}")]]
    if one["cure"]:
        lines.append([Span("  hint:", "cyan"), Span(f" {cut(clean(one['cure']), 300, paint.mark)}")])
    return lines


def changes(before: Document | None, after: Document, now: float, paint: Paint) -> list[Line]:
    """What has changed in the project."""
    old = {} if before is None else {one["file"]: one for one in before["problems"]}
    new = {one["file"]: one for one in after["problems"]}
    lines: list[Line] = []
    if before is None or before["pipelines"] != after["pipelines"]:
        lines.append(_told(now, amounts.plural(after["pipelines"], "pipeline")))
    fine = [file for file in old if file not in new]
    lines += [[_at(now), Span(" "), _shape("succeeded", paint), Span(f" {clean(file)} is fine again")] for file in fine]
    for file, one in new.items():
        if one != old.get(file):
            first, *rest = problem(one, paint)
            lines += [[_at(now), Span(" "), *first], *rest]
    return lines


def fell(name: str, how: str, wait: float, now: float, paint: Paint) -> Line:
    """`12:00:01.123 ! the server was killed by SIGKILL; it starts again in 0.2 s`."""
    told = f" the {name} {how}; it starts again in {amounts.duration(wait)}"
    return [_at(now), Span(" "), _shape("warning", paint), Span(told)]


def back(name: str, now: float, paint: Paint) -> Line:
    """It works again."""
    return [_at(now), Span(" "), _shape("succeeded", paint), Span(f" the {name} is back")]


def draining(runs: int, grace: float, now: float) -> Line:
    """Runs get their grace time."""
    what = "run goes" if runs == 1 else "runs go"
    return _told(now, f"{runs:,} {what} on, for {amounts.duration(grace)} at most; Ctrl-C again ends all at once")


def _told(now: float, text: str) -> Line:
    return [_at(now), Span(f" {text}")]


def _at(now: float) -> Span:
    return Span(amounts.clock(now), "dim")


def _shape(state: str, paint: Paint) -> Span:
    return Span(paint.glyph(state), LOOKS[state].colour)
