"""The pipelines whose histories are made up: definitions, and how their runs go."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field

from penstock.model import graph
from penstock.model.spec import CodeRef, ParamSpec, PipelineSpec, RetrySpec, Source, TaskSpec, to_json

_VERBS = ("load", "read", "clean", "join", "filter", "rank", "score", "train", "split", "sum", "check", "write", "send")
_NOUNS = (
    "orders", "flights", "airports", "weather", "clicks", "users", "prices", "stock", "routes", "claims", "events",
    "invoices", "sensors", "reviews", "payments", "sessions",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A pipeline. `upstream`: places of the tasks before each task; `seconds`: how long a run takes at the median."""

    spec: PipelineSpec
    text: str
    versions: tuple[str, ...]
    upstream: tuple[tuple[int, ...], ...]
    tags: str
    seconds: float
    share: float
    failing: float
    names: tuple[str, ...] = field(default=())


#: Name, namespace, median seconds, share of all runs, share of failed ones.
_PIPELINES = (
    ("flights", "default", 42.0, 0.16, 0.04),
    ("nightly_sales", "sales", 910.0, 0.05, 0.06),
    ("hourly_clicks", "web", 75.0, 0.30, 0.02),
    ("invoices", "finance", 180.0, 0.08, 0.05),
    ("stock_levels", "sales", 33.0, 0.14, 0.03),
    ("sensor_quality", "plant", 14.0, 0.15, 0.08),
    ("recommendations", "web", 2400.0, 0.03, 0.11),
    ("weather", "default", 21.0, 0.05, 0.09),
    ("claims_monthly", "finance", 5200.0, 0.01, 0.15),
    ("reviews_sentiment", "web", 640.0, 0.03, 0.07),
)


def pipelines(tasks: int, seed: int) -> list[Known]:
    """The pipelines, each with that many tasks."""
    chance = random.Random(seed)
    return [
        known(name, namespace, tasks, tasks * 3 // 2, chance, seconds=seconds, share=share, failing=failing)
        for name, namespace, seconds, share, failing in _PIPELINES
    ]


def known(
    name: str, namespace: str, tasks: int, edges: int, chance: random.Random, *, seconds: float = 60.0,
    share: float = 1.0, failing: float = 0.05,
) -> Known:  # fmt: skip
    """A pipeline in layers, with about so many edges between its tasks."""
    upstream = _layered(tasks, edges, chance)
    names = _names(tasks)
    specs = {}
    for place, before in enumerate(upstream):
        task = names[place]
        inputs = {f"a{number}": Source("dataset", names[at]) for number, at in enumerate(before)}
        specs[task] = TaskSpec(
            task, call=f"{name}:{task}", inputs=inputs or {"day": Source("param", "day")}, outputs=(task,),
            tags=(task.split("_")[0],), retry=RetrySpec(3) if place % 5 == 0 else RetrySpec(),
            file=f"/project/pipelines/{name}.py", line=10 + 6 * place,
            source=f"@{name}.task\ndef {task}({', '.join(inputs) or 'day'}):\n    return work({place})\n",
        )  # fmt: skip
    spec = PipelineSpec(
        name, namespace, description=f"Seeded history: {name.replace('_', ' ')}.",
        params={"day": ParamSpec("day", "date", "2026-01-01"), "limit": ParamSpec("limit", "int", 1000)},
        labels={"team": namespace}, tags=("seeded",), tasks=specs,
        code=CodeRef("/project/pipelines", f"/project/pipelines/{name}.py", name, name, digest=f"{seconds:g}"),
    )  # fmt: skip
    versions = tuple(f"{chance.getrandbits(48):012x}" for _ in range(3))
    graph.order(graph.edges(spec))  # raises when there is a cycle
    return Known(
        spec, json.dumps(to_json(spec)), versions, tuple(upstream), '["seeded"]', seconds, share, failing, tuple(names)
    )


def _names(count: int) -> list[str]:
    """Different names that a person might have chosen."""
    verbs, nouns = len(_VERBS), len(_NOUNS)
    found = []
    for at in range(count):
        round_, rest = divmod(at, verbs * nouns)
        name = f"{_VERBS[rest % verbs]}_{_NOUNS[(rest // verbs + rest) % nouns]}"
        found.append(f"{name}_{round_ + 1}" if round_ else name)
    seen: dict[str, int] = {}
    for at, name in enumerate(found):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            found[at] = f"{name}_{at}"
    return found


def _layered(tasks: int, edges: int, chance: random.Random) -> list[tuple[int, ...]]:
    """Places of the tasks before each task. Each task but the first ones has one at least; the rest fall by chance."""
    width = max(2, round((tasks / 3) ** 0.5))
    upstream: list[set[int]] = [set() for _ in range(tasks)]
    for place in range(width, tasks):
        first = (place // width - 1) * width
        upstream[place].add(first + chance.randrange(width))
    left = edges - sum(map(len, upstream))
    for _ in range(left * 20):
        if left <= 0:
            break
        place = chance.randrange(min(width, tasks - 1), tasks)
        first = max(0, (place // width - 1 - chance.choice((0, 0, 0, 1, 2))) * width)
        before = min(first + chance.randrange(width), (place // width) * width - 1)
        if 0 <= before < place and before not in upstream[place]:
            upstream[place].add(before)
            left -= 1
    return [tuple(sorted(before)) for before in upstream]
