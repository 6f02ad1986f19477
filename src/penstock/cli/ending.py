"""What is said when a run is over: how it went, where to look, and after a failure its cause."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from penstock.cli import terminal
from penstock.cli.render import amounts
from penstock.cli.render.source import excerpt
from penstock.cli.render.states import Paint
from penstock.store import outputs
from penstock.store.documents import run_document
from penstock.store.logs import logs_of

if TYPE_CHECKING:
    from penstock.compose.home import Home
    from penstock.engine.handle import RunHandle
    from penstock.store.database import Database

#: Lines of a failed task's log, and frames of text of its traceback, that the summary shows.
TAIL: Final = 5
#: Files and tables that the summary lists.
MOST: Final = 8


def tell(handle: RunHandle, database: Database, home: Home, *, as_json: bool) -> None:
    """Print the summary, or the run's document."""
    with database.read() as connection:
        document = run_document(connection, handle.key)
        made = outputs.artifacts_of(connection, handle.key)
        logs = logs_of(connection, handle.key)
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    paint = terminal.paint()
    print()
    print(headline(document, paint))
    failed = first_failed(document)
    if failed is not None:
        attempt = failed["attempts"][-1]
        print(cause(failed, attempt["error"], paint), end="")
        _print_tail([log for log in logs if _belongs(log, failed, attempt["n"])], home, paint)
    files = [f"  {one.dataset}: {home.artifacts / one.path}" for one in made if one.kind == "file" and one.path]
    if files:
        print("\n".join([paint.dye("files", "bold"), *files[:MOST]]))
    print(next_steps(document, paint))


def first_failed(document: dict[str, Any]) -> dict[str, Any] | None:
    """The task that the run's error is about."""
    error = document["error"] or {}
    return next(
        (
            task
            for task in document["tasks"]
            if (task["name"], task["map_index"]) == (error.get("task"), error.get("map_index"))
            and task["attempts"]
            and task["attempts"][-1]["error"]
        ),
        None,
    )


def _belongs(log: Any, task: dict[str, Any], n: int) -> bool:
    return (log.task, log.map_index, log.n) == (task["name"], task["map_index"], n)


def headline(document: dict[str, Any], paint: Paint) -> str:
    """`✓ succeeded  flights 0abc…  17 tasks in 6.5 s`."""
    counts: dict[str, int] = {}
    for task in document["tasks"]:
        counts[task["state"]] = counts.get(task["state"], 0) + 1
    parts = [f"{count} {state.replace('_', ' ')}" for state, count in counts.items()]
    name = paint.dye(document["pipeline"], "bold")
    spent = amounts.duration(document["duration"])
    return (
        f"{paint.state(document['state'], document['reason'])}  {name} {document['id']} in {spent}: {', '.join(parts)}"
    )


def cause(task: dict[str, Any], error: dict[str, Any], paint: Paint) -> str:
    """A task's error with its source line and its traceback's own frames."""
    name = task["name"] + (f"[{task['label']}]" if task["label"] is not None else "")
    kind = str(error.get("type") or "error").removeprefix("builtins.")
    text = f"{paint.dye(name, 'bold')}: {paint.dye(kind, 'red')}: {amounts.cut(str(error.get('message')), 600)}\n"
    file, line = error.get("file"), error.get("line")
    if file and line:
        text += f"  at {_near(file)}:{line}\n{excerpt(file, line, paint)}"
    return text


def _near(file: str) -> str:
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def _print_tail(logs: list[Any], home: Home, paint: Paint) -> None:
    for log in logs[-1:]:
        try:
            with open(home.logs / log.path, encoding="utf-8") as file:
                last = deque(file, maxlen=TAIL)
        except OSError:
            return
        print(paint.dye("last lines of its log", "bold"))
        for line in last:
            print(f"  {amounts.cut(json.loads(line)['message'], terminal.width() - 4, unicode=paint.unicode)}")


def next_steps(document: dict[str, Any], paint: Paint) -> str:
    """The commands that lead on."""
    run = document["id"]
    steps = [(f"penstock runs show {run}", "tasks, attempts, outputs")]
    failed = first_failed(document)
    if failed is None:
        steps.append((f"penstock runs logs {run}", "what they printed"))
    else:
        steps.append((f"penstock runs logs {run} --task {failed['name']}", "what it printed"))
    widest = max(len(command) for command, _ in steps)
    return "\n".join(
        f"  {paint.dye(command.ljust(widest), 'cyan')}  {paint.dye(what, 'dim')}" for command, what in steps
    )
