"""What a run waits for that people can do something about: an answer, room at a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
