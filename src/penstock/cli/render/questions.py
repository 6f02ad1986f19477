"""What a run waits for that people can do something about: an answer, room at a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from penstock.cli.render import amounts
from penstock.cli.render.run import Document, json_text
from penstock.cli.render.spans import Line, Span, clean, wrap


def questions(document: Document, tasks: Mapping[str, Any], width: int) -> list[Line]:
    """For each task that waits for an answer: what is asked, the fields of the form, and the command that answers.

    `tasks` are those of the definition, as plain data.
    """
    lines: list[Line] = []
    for task in document["tasks"]:
        asked = (tasks.get(task["name"]) or {}).get("approval")
        if asked is not None and task["state"] == "paused":
            text = f" asks: {clean(asked.get('message') or 'approve?')}"
            lines += [[], *wrap([Span(task["name"], "bold"), Span(text, "magenta")], width)]
            lines += [part for field in asked.get("form", {}).values() for part in wrap(_field(field), width)]
            command = f"penstock runs approve {document['id']} --task {task['name']}"
            fields = " -p NAME=VALUE" if asked.get("form") else ""
            lines.append([Span(f"  {command}{fields}", "cyan"), Span("  or reject", "dim")])
    return lines


def waiting(document: Document, history: Sequence[Document], width: int) -> list[Line]:
    """The limit that a run waits for, and the command that lets it past. `history`: the events of the run itself."""
    told = [event["data"] for event in history if (event["data"] or {}).get("limit")]
    if (document["state"], document["reason"]) != ("queued", "limit") or not told:
        return []
    kind, _, name = str(told[-1]["limit"]).partition(":")
    runs = amounts.plural(told[-1]["most"], "run")
    held = ", ".join(told[-1].get("by_runs") or ())
    by = f"; {held} had it when this one came" if held else ""
    text = f"waits: {runs} of {kind} {clean(name)} at a time{by}"
    command = f"  penstock runs force-run {document['id']}"
    return [[], *wrap([Span(text, "yellow")], width), [Span(command, "cyan"), Span("  starts it now", "dim")]]


def held_up(run: str, waits: Sequence[Document], width: int) -> list[Line]:
    """What tasks that are queued wait for, a line for each cause. `waits`: as `store.waits` tells them."""
    lines = [part for wait in waits for part in wrap([Span(_held_up(run, wait), "yellow")], width)]
    return [[], *lines] if lines else []


def _held_up(run: str, wait: Document) -> str:
    tasks, count = [clean(task) for task in wait["tasks"]], wait["count"]
    who = tasks[0] if count == 1 else f"{amounts.plural(count, 'task')} ({', '.join(tasks)})"
    others = ", ".join("this run" if each == run else each for each in wait["by_runs"])
    by = f" {_BY[wait['on']]} {others}" if others and wait["on"] in _BY else ""
    return f"{who} {'waits' if count == 1 else 'wait'} {_cause(wait)}{by}"


#: How it is told who has it.
_BY: Final = {"workers": "with", "gpus": "by", "pool": "by"}


def _cause(wait: Document) -> str:
    need, held, most = wait["need"], wait["held"], wait["most"]
    match wait["on"]:
        case "workers":
            return f"for {'a free worker' if need == 1 else f'{need} free workers'}: {held} of {most} busy"
        case "gpus":
            return f"for {amounts.plural(need, 'GPU')}: {held} in use"
        case "pool":
            return f"for room in the pool {clean(wait['name'])}: {held} held"
        case "turn":
            return f"for other items to end: {most} run at a time"
        case _:
            return "for an engine: the one that had the run is gone"


def _field(field: Mapping[str, Any]) -> Line:
    """`  amount (int, 5 by default): what is paid`."""
    facts = [field["type"]]
    if field.get("choices"):
        facts.append(f"one of {', '.join(json_text(choice) for choice in field['choices'])}")
    facts += [
        f"{word} {json_text(field[key])}"
        for key, word in (("min", "from"), ("max", "to"))
        if field.get(key) is not None
    ]
    facts.append("required" if field.get("required") else f"{json_text(field.get('default')) or 'empty'} by default")
    told = f": {clean(field['description'])}" if field.get("description") else ""
    return [Span(f"  {clean(field['name'])}"), Span(f" ({clean(', '.join(facts))}){told}", "dim")]
