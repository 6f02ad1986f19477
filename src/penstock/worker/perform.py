"""One attempt from its assignment to its outcome; the same in a worker and in the inline executor."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from penstock.authoring import current
from penstock.authoring.current import Sink
from penstock.errors import ArtifactCorrupt, DiskFull, Unstorable, WrongOutputs
from penstock.model.run_types import meaning_of
from penstock.ports.executor import Assignment, Outcome
from penstock.worker import failures, interrupts
from penstock.worker.code import Run, Task
from penstock.worker.expand import expand
from penstock.worker.values import MISSING


class Result(NamedTuple):
    """What Ended is made of."""

    outcome: Outcome
    reason: str | None
    outputs: list[Any]
    error: dict[str, Any] | None
    items: list[Any] | None


def perform(run: Run, assignment: Assignment, sink: Sink, begin: Callable[[bool], None]) -> Result:
    """Make one attempt. Returns whatever happens, but for the end of the process.

    `begin` is called when the code is there and the attempt proper begins, with whether it had to be imported.
    """
    pid = os.getpid()
    try:
        return _caught(run, assignment, sink, begin)
    except interrupts.Interrupted as error:  # it came while another failure was being told
        return Result("cancelled", None, [], failures.describe(error), None)
    finally:
        _end_twin(pid)
        interrupts.disarm()
        current.deactivate()


def _caught(run: Run, assignment: Assignment, sink: Sink, begin: Callable[[bool], None]) -> Result:
    try:
        interrupts.arm()
        begin(run.load())
        current.activate(run.facts(assignment), sink)
        return _perform(run, assignment)
    except (interrupts.Stopped, interrupts.Interrupted) as error:
        return Result("cancelled", None, [], failures.describe(error), None)
    except BaseException as error:
        return _failed(_reason(error), failures.describe(error))


def with_made(assignment: Assignment, outputs: list[Any]) -> Assignment:
    """A follower with the references of what the attempt before it has made, (dataset, artifact list form) each."""
    made = dict(outputs)
    inputs = {
        argument: made[ref["made"]] if type(ref) is dict and "made" in ref else ref
        for argument, ref in assignment.inputs.items()
    }
    return assignment._replace(inputs=inputs)


def _end_twin(pid: int) -> None:
    """A task that forks without an end to its child comes back twice: the child must not report, nor store."""
    if os.getpid() != pid:
        os._exit(0)


def _failed(reason: str, error: dict[str, Any]) -> Result:
    return Result("failed", reason, [], error, None)


def _reason(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "out_of_memory"
    if isinstance(error, DiskFull) or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)):
        return "disk_full"
    if isinstance(error, ArtifactCorrupt):
        return "artifact_corrupt"
    return "user_error"


def _perform(run: Run, assignment: Assignment) -> Result:
    task = run.task(assignment.task)
    if assignment.when is not None and not _holds(run, task, assignment):
        return Result("skipped", "condition", [], None, None)
    arguments = task.arguments()
    for argument, ref in assignment.inputs.items():
        value = run.values.read(ref)
        if value is not MISSING:
            # A call finds names that are interned by their address, and compares all others one by one.
            arguments[sys.intern(argument)] = value
        elif not task.spec.inputs[argument].default:
            arguments[argument] = None
    if assignment.mode == "expand":
        refs = dict(assignment.inputs)
        return Result("expanded", None, [], None, expand(task, arguments, refs, digests=_may_be_taken(run, task)))
    pid = os.getpid()
    value = task.function(**arguments)
    _end_twin(pid)
    return Result("succeeded", None, _store(run, task, assignment, value), None, None)


def _may_be_taken(run: Run, task: Task) -> bool:
    """May later runs take the results of items?"""
    takes = meaning_of(run.context.type).takes
    return task.spec.cache != "never" and (takes == "all" or task.spec.cache == "inputs")


def _holds(run: Run, task: Task, assignment: Assignment) -> bool:
    arguments = task.condition_arguments()
    for argument, ref in (assignment.when or {}).items():
        value = run.values.read(ref)
        if value is not MISSING:
            arguments[argument] = value
        elif task.spec.when is None or not task.spec.when[argument].default:
            arguments[argument] = None
    return bool(task.condition(**arguments))


def _store(run: Run, task: Task, assignment: Assignment, value: Any) -> list[Any]:
    """(dataset, artifact list form) of every output."""
    if not task.spec.outputs:
        return []
    index = "" if assignment.map_index is None else assignment.map_index
    key = f"{task.key}{index}.{assignment.generation}.{assignment.n}/"
    named = _by_name(task, value) if task.lone_output is None else {task.lone_output: value}
    return [[dataset, _write(run, dataset, each, key)] for dataset, each in named.items()]


def _write(run: Run, dataset: str, value: Any, key: str) -> list[Any]:
    try:
        return run.values.write(value, key + dataset)
    except Unstorable as error:
        kind = failures.name_of(type(value))
        raise Unstorable(f"dataset '{dataset}' can't be stored, a value of type {kind}: {error}") from error


def _by_name(task: Task, value: Any) -> dict[str, Any]:
    names = task.spec.outputs
    expected = f"task '{task.spec.name}' has {len(names)} outputs ({', '.join(names)})"
    if isinstance(value, dict):
        missing = [name for name in names if name not in value]
        unknown = [str(name) for name in value if name not in names]
        if missing or unknown:
            told = [
                f"{word} {', '.join(those)}" for word, those in (("lacks", missing), ("also has", unknown)) if those
            ]
            cure = "give each output its name in the dict"
            raise WrongOutputs(f"{expected}, and the dict that it returned {' and '.join(told)}", cure=cure)
        return {name: value[name] for name in names}
    if isinstance(value, tuple | list):
        if len(value) != len(names):
            raise WrongOutputs(
                f"{expected}, and returned {len(value)} values", cure="return one for each, in this order"
            )
        return dict(zip(names, value, strict=True))
    kind = type(value).__name__
    cure = "return a tuple in this order or a dict by name"
    raise WrongOutputs(f"{expected}, and returned a value of type {kind}", cure=cure)
