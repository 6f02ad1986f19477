"""What may be asked of runs in which states, for the page: `python -m penstock.server.rules > ui/src/wire/rules.json`.

What depends on more than states (limits, items of a fan-out, what lies before a task) the run's engine says when it is
asked. A test holds the committed file to the tables.
"""

from __future__ import annotations

import json
from typing import Any

from penstock.model.commands import KINDS, TAKEN, run_states, task_states
from penstock.model.states import RUN_STATES, TASK_STATES


def rules() -> dict[str, Any]:
    """`actions`: run states that allow each; `set_run`, `set_task`: what a person may set, by the states now."""
    allowed = {**TAKEN, "retry-from": KINDS["retry"].allowed}
    return {
        "actions": {name: [state for state in RUN_STATES if state in allowed[name]] for name in sorted(allowed)},
        "set_run": {state: list(run_states(state)) for state in RUN_STATES},
        "set_task": {run: {task: list(task_states(run, task)) for task in TASK_STATES} for run in RUN_STATES},
    }


def text() -> str:
    """The file, as it is committed."""
    return json.dumps(rules(), indent=1) + "\n"


if __name__ == "__main__":
    print(text(), end="")
