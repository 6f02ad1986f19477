"""Graph algebra over names. Every function takes time in the order of tasks plus edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from penstock.errors import NotFound, ParameterError
from penstock.model.nearest import did_you_mean
from penstock.model.spec import PipelineSpec

Edges = Mapping[str, Iterable[str]]


def edges(spec: PipelineSpec) -> dict[str, list[str]]:
    """For each task the tasks that come before it: by data, fan-out, condition, and `after`; each once.

    Nobody comes before a dataset that the project keeps and no task makes.
    """
    makers = {dataset: task.name for task in spec.tasks.values() for dataset in task.outputs}
    found: dict[str, list[str]] = {}
    for task in spec.tasks.values():
        before: dict[str, None] = {}
        for source in (*task.inputs.values(), *(task.when or {}).values()):
            reads = source.kind == "dataset" or source.over == "dataset"
            if reads and (source.name in makers or source.name not in spec.datasets):
                before[makers[source.name]] = None
        before.update(dict.fromkeys(task.after))
        found[task.name] = list(before)
    return found


def order(upstream: Edges) -> list[str]:
    """Names with every name after its upstream; ties as given. Raises ValueError when there is a cycle.

    Kahn's algorithm (Communications of the ACM 5, 1962).
    """
    waiting = {name: len(set(before)) for name, before in upstream.items()}
    after = _reversed(upstream)
    ready = [name for name, count in waiting.items() if not count]
    done: list[str] = []
    for name in ready:
        done.append(name)
        for following in after[name]:
            waiting[following] -= 1
            if not waiting[following]:
                ready.append(following)
    if len(done) < len(waiting):
        raise ValueError("there is a cycle")
    return done


def find_cycle(upstream: Edges) -> list[str] | None:
    """A cycle as names in the direction of flow, first and last the same; None when there is none."""
    try:
        order(upstream)
    except ValueError:
        pass
    else:
        return None
    finished: set[str] = set()
    for start in upstream:
        path = {start: None}  # ordered, and quick to ask
        rests = [list(upstream[start])]
        while path:
            if not rests[-1]:
                finished.add(path.popitem()[0])
                rests.pop()
                continue
            before = rests[-1].pop()
            if before in path:
                names = list(path)
                return [before, *reversed(names[names.index(before) + 1 :]), before]
            if before not in finished:
                path[before] = None
                rests.append(list(upstream[before]))
    return None


def closure(steps: Edges, starts: Iterable[str]) -> set[str]:
    """The starts and all that can be reached from them."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for name in steps[waiting.pop()]:
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def upstream(known: Edges, names: Iterable[str]) -> set[str]:
    """The names and all that comes before them."""
    return closure(known, names)


def downstream(known: Edges, names: Iterable[str]) -> set[str]:
    """The names and all that comes after them."""
    return closure(_reversed(known), names)


def select(
    spec: PipelineSpec,
    *,
    from_: Iterable[str] = (),
    to: Iterable[str] = (),
    only: Iterable[str] = (),
    tags: Iterable[str] = (),
) -> set[str]:
    """The tasks of a slice: what is in all of the parts that are given.

    `from_`: these and what follows; `to`: these and what they need; `only`: just these; `tags`: those with one of them.
    Raises NotFound for a name or tag that the pipeline does not have.
    """
    from_, to, only, tags = list(from_), list(to), list(only), list(tags)
    known = edges(spec)
    for name in (*from_, *to, *only):
        if name not in known:
            raise NotFound(f"'{spec.name}' has no task '{name}'", cure=did_you_mean(name, known))
    all_tags = {tag for task in spec.tasks.values() for tag in task.tags}
    for tag in tags:
        if tag not in all_tags:
            raise NotFound(f"no task of '{spec.name}' has the tag '{tag}'", cure=did_you_mean(tag, all_tags))
    chosen = set(known)
    if from_:
        chosen &= downstream(known, from_)
    if to:
        chosen &= upstream(known, to)
    if only:
        chosen &= set(only)
    if tags:
        chosen &= {task.name for task in spec.tasks.values() if set(task.tags) & set(tags)}
    return chosen


def needs(spec: PipelineSpec, chosen: set[str]) -> set[str]:
    """The datasets that chosen tasks read from tasks that are not chosen.

    Those that no task makes are always there, and those that the project keeps itself are found where it keeps them.
    """
    makers = {dataset: task.name for task in spec.tasks.values() for dataset in task.outputs}
    read = {
        source.name
        for name in chosen
        for source in (*spec.tasks[name].inputs.values(), *(spec.tasks[name].when or {}).values())
        if source.kind == "dataset" or source.over == "dataset"
    }
    return {name for name in read if name in makers and makers[name] not in chosen and name not in spec.datasets}


def readers(spec: PipelineSpec, param: str) -> set[str]:
    """The tasks that read a param by an argument, by their condition, or to fan out over it."""
    return {
        task.name
        for task in spec.tasks.values()
        for source in (*task.inputs.values(), *(task.when or {}).values())
        if source.name == param and (source.kind == "param" or source.over == "param")
    }


def check_read(spec: PipelineSpec, changed: Iterable[str], kept: set[str]) -> None:
    """Raise ParameterError for a changed param that only tasks read whose earlier results are kept."""
    for name in changed:
        found = readers(spec, name)
        if found and found <= kept:
            one = "task" if len(found) == 1 else "tasks"
            told = ", ".join(f"'{task}'" for task in sorted(found))
            raise ParameterError(
                f"parameter '{name}' is read by {one} {told} alone, and what that made is kept",
                cure=f"begin with {told}, or with the whole run",
            )


def _reversed(known: Edges) -> dict[str, list[str]]:
    after: dict[str, list[str]] = {name: [] for name in known}
    for name, before in known.items():
        for each in dict.fromkeys(before):
            after[each].append(name)
    return after
