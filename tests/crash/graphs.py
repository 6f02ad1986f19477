"""Pipelines drawn by chance, whose tasks leave a witness of each time that they ran."""

from __future__ import annotations

import random
import textwrap

#: Starts the module: `witness` appends one whole line, so lines of processes that are killed are whole or not there.
HEAD = """
import os, subprocess, time
from pathlib import Path
from penstock import Pipeline, Retry, run

HERE = Path(__file__).parent
drill = Pipeline("drill")

def witness(word):
    item = "-" if run.map_index is None else run.map_index
    line = f"{word} {run.id} {run.task} {item} {run.generation} {time.time():.6f}\\n"
    file = os.open(HERE / "witness", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, line.encode())
    os.close(file)

def work(seconds, child):
    witness("begin")
    if child:
        # In a session of its own: it has to go with its task all the same.
        subprocess.run(["sleep", f"{seconds:.3f}"], start_new_session=True, check=True)
    else:
        time.sleep(seconds)
    witness("end")
"""


def source(seed: int) -> str:
    """The text of a file that holds the pipeline `drill`: a chain, or 6 to 24 tasks with children, items, retries."""
    chance = random.Random(seed)
    parts = [HEAD]
    if chance.random() < 0.25:
        return HEAD + _chain(chance.randint(50, 300))
    names: list[str] = []
    for at in range(chance.randint(6, 24)):
        name = f"t{at:02}"
        before = chance.sample(names, min(len(names), chance.choice((0, 1, 1, 1, 2, 3))))
        parts.append(_task(chance, name, before))
        names.append(name)
    return "\n".join(parts)


def _chain(length: int) -> str:
    """Each task has the one before it alone: workers go from link to link by themselves."""
    return textwrap.dedent(f"""
        def link(before=None):
            work(0.0, False)
            return 1

        drill.task(name="t000")(link)
        for at in range(1, {length}):
            drill.task(name=f"t{{at:03}}", inputs={{"before": f"t{{at - 1:03}}"}})(link)
    """)


def _task(chance: random.Random, name: str, before: list[str]) -> str:
    policies = ["grace='0.2s'"]
    if chance.random() < 0.7:
        policies.append("retry=Retry(4, delay='10ms')")
    if chance.random() < 0.3:
        policies.append("allow_failure=True")
    arguments = list(before)
    if before and chance.random() < 0.2:
        policies.append(f"foreach={{'item': '{before[0]}'}}")
        arguments[0] = "item"
    seconds, child = chance.choice((0.0, 0.0, 0.005, 0.02, 0.1)), chance.random() < 0.15
    value = f"[{', '.join(repr(f'{name}{at}') for at in range(chance.randint(1, 4)))}]"
    return textwrap.dedent(f"""
        @drill.task({", ".join(policies)})
        def {name}({", ".join(arguments)}):
            work({seconds}, {child})
            return {value}
    """)
