"""What a pipeline is: plain data that can be written, digested, compared and drawn without user code.

The JSON form of a spec is `to_json`'s: absent and default facts are left out, so two specs are the
same version exactly when their JSON is the same (but for digests of code).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

Json: TypeAlias = Any
TriggerRule: TypeAlias = Literal["all_succeeded", "all_done", "one_failed", "none_failed"]
OnTimeout: TypeAlias = Literal["failed", "cancelled", "warning"]
OnSilence: TypeAlias = Literal["rejected", "approved", "failed"]
WhenFull: TypeAlias = Literal["queue", "skip", "cancel_oldest", "fail"]
Role: TypeAlias = Literal["task", "on_failure", "finally"]

_PARTS = ("tasks", "datasets", "params", "code", "tags", "concurrency")
TRIGGER_RULES: tuple[TriggerRule, ...] = ("all_succeeded", "all_done", "one_failed", "none_failed")
ON_TIMEOUT: tuple[OnTimeout, ...] = ("failed", "cancelled", "warning")
ON_SILENCE: tuple[OnSilence, ...] = ("rejected", "approved", "failed")
WHEN_FULL: tuple[WhenFull, ...] = ("queue", "skip", "cancel_oldest", "fail")


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """A typed parameter. `type` is one of model.params.TYPES; `default` is plain JSON of that type."""

    name: str
    type: str = "any"
    default: Json = None
    required: bool = False
    choices: tuple[Json, ...] = ()
    min: Json = None
    max: Json = None
    pattern: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class RetrySpec:
    """How often and when an attempt is made again. Times in seconds.

    `attempts` counts all tries. `on` holds names of exception classes ("module.Class", builtins bare);
    an exception is retried when its class or one of its bases has such a name. Empty: any Exception.
    """

    attempts: int = 1
    delay: float = 1.0
    backoff: Literal["constant", "exponential", "random"] = "constant"
    factor: float = 2.0
    max_delay: float | None = None
    jitter: float = 0.0
    max_time: float | None = None
    on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitSpec:
    """How many runs at the same time, over all engines of a store, and what becomes of one more."""

    runs: int
    full: WhenFull = "queue"


@dataclass(frozen=True, slots=True)
class Resources:
    """What an attempt needs: cores, bytes of memory (a hard limit), GPUs, and a named pool's slot."""

    cpu: float = 1.0
    memory: int | None = None
    gpu: float = 0.0
    pool: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where an argument's value comes from.

    `kind` "dataset": the value of dataset `name`; "param": the run's parameter `name`; "item": the
    item of a fan-out over `name` (which is a dataset or a param, by `over`); "error": the failure that
    an on_failure task handles. `default` says that the function has a default to fall back on where a
    dataset is missing (its maker was skipped, or failed under a trigger rule that allows it).
    """

    kind: Literal["dataset", "param", "item", "error"]
    name: str
    over: Literal["dataset", "param"] | None = None
    default: bool = False


@dataclass(frozen=True, slots=True)
class ApprovalSpec:
    """What a person is asked before the run goes on, and in which form the answer comes.

    `on_timeout` is what becomes of it when nobody has answered within the task's `timeout`: `approved` with the answers
    of `default`, and those that the form has for the rest.
    """

    message: str = ""
    form: dict[str, ParamSpec] = field(default_factory=dict)
    on_timeout: OnSilence = "rejected"
    default: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One step.

    `inputs` maps each argument of the function to its source, in the function's order; `when` is the
    same for the condition function, or None without a condition. `outputs` names the datasets it makes:
    one name takes the returned value whole, several take a tuple in that order or a dict by name, none
    throws the value away. `after` names tasks that only come before. `line` is 1-based in `file`.
    `foreach` names the arguments that take items. `cache` says whether results of earlier runs may be taken: "inputs"
    for the same code, params and inputs, "never" also where a run would; `cache_ttl` for how many seconds. `digest`
    stands for the code of the function and of what it names. `facts` is what a tool that wrote the definition knows.
    Of kind "approval" it has no function and no attempts: a person answers what `approval` asks.
    """

    name: str
    kind: str = "python"
    call: str = ""
    inputs: dict[str, Source] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    when: dict[str, Source] | None = None
    trigger: TriggerRule = "all_succeeded"
    role: Role = "task"
    retry: RetrySpec = RetrySpec()
    timeout: float | None = None
    on_timeout: OnTimeout = "failed"
    allow_failure: bool = False
    tags: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    resources: Resources = Resources()
    foreach: tuple[str, ...] = ()
    label: str | None = None
    concurrency: int | None = None
    grace: float = 5.0
    on_lost: Literal["retry", "fail"] = "retry"
    cache: Literal["inputs", "never"] | None = None
    cache_ttl: float | None = None
    digest: str = ""
    description: str = ""
    file: str | None = None
    line: int | None = None
    source: str | None = None
    facts: dict[str, Json] = field(default_factory=dict)
    approval: ApprovalSpec | None = None


class CallSpec(NamedTuple):
    """What of a TaskSpec whoever calls the function has to know."""

    name: str
    inputs: dict[str, Source]
    outputs: tuple[str, ...]
    when: dict[str, Source] | None
    foreach: tuple[str, ...]
    label: str | None
    cache: Literal["inputs", "never"] | None


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """A dataset that the project itself keeps, in a file or elsewhere, and what is known of it.

    `type` names the class that loads and saves it, `layer` its place in the project's order of layers, `path` where it
    is kept, without credentials and relative to the project where it lies in it. One that no task makes is an input of
    the pipeline.
    """

    name: str
    type: str = ""
    layer: str = ""
    path: str = ""
    description: str = ""
    versioned: bool = False


@dataclass(frozen=True, slots=True)
class CodeRef:
    """How a worker finds the pipeline's code.

    `root` goes first on the import path; `module` is imported from `file`; `name` is the variable that
    holds the Pipeline. `digest` covers `files`, the project's own modules that were loaded,
    relative to `root`. `preload` names libraries that the code imports and that may be loaded before a fork.

    Code that is no file of Penstock's own kind has a `loader`, the module whose `load` gives a worker its tasks (see
    worker.code), and `options` for it; then `file`, `module` and `name` are what that loader takes them for.
    """

    root: str
    file: str
    module: str
    name: str
    digest: str = ""
    files: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    loader: str = ""
    options: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """A named graph of tasks and datasets, whole and checked (see authoring.check).

    `datasets` holds those that the project keeps itself; those between tasks that only Penstock keeps need no entry.
    """

    name: str
    namespace: str = "default"
    description: str = ""
    params: dict[str, ParamSpec] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    timeout: float | None = None
    on_timeout: OnTimeout = "failed"
    durability: Literal["pipelined", "strict"] = "pipelined"
    tasks: dict[str, TaskSpec] = field(default_factory=dict)
    datasets: dict[str, DatasetSpec] = field(default_factory=dict)
    code: CodeRef | None = None
    concurrency: LimitSpec | None = None

    @property
    def version(self) -> str:
        """Twelve hex digits over the definition and the digest of its code, wherever it lies."""
        body = to_json(self)
        code = body.pop("code", {})
        for task in body.get("tasks", {}).values():
            # It follows from the code, and is another one for another version of Python.
            task.pop("digest", None)
        text = json.dumps([body, code.get("digest", "")], sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def producer(self, dataset: str) -> str | None:
        """The name of the task that makes `dataset`, or None."""
        return next((task.name for task in self.tasks.values() if dataset in task.outputs), None)


def to_json(value: Any) -> Json:
    """Plain JSON data of a spec or a part of one; facts that have their default are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        body = {}
        for known in dataclasses.fields(value):
            fact = getattr(value, known.name)
            default = known.default
            if known.default_factory is not dataclasses.MISSING:
                default = known.default_factory()
            if default is dataclasses.MISSING or fact != default or type(fact) is not type(default):
                body[known.name] = to_json(fact)
        return body
    if isinstance(value, dict):
        return {key: to_json(fact) for key, fact in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(fact) for fact in value]
    return value


def from_json(body: dict[str, Any]) -> PipelineSpec:
    """The spec that `to_json` wrote. Raises KeyError or TypeError when it is not one."""
    tasks = {name: _task(task) for name, task in body.get("tasks", {}).items()}
    params = _params(body.get("params", {}))
    datasets = {name: DatasetSpec(**dataset) for name, dataset in body.get("datasets", {}).items()}
    code = body.get("code")
    if code is not None:
        lists = {key: tuple(code.get(key, ())) for key in ("files", "preload")}
        code = CodeRef(**{**code, **lists})
    rest = {key: fact for key, fact in body.items() if key not in _PARTS}
    concurrency = None if body.get("concurrency") is None else LimitSpec(**body["concurrency"])
    return PipelineSpec(
        **rest, tasks=tasks, datasets=datasets, params=params, code=code, tags=tuple(body.get("tags", ())),
        concurrency=concurrency,
    )  # fmt: skip


def _params(body: dict[str, Any]) -> dict[str, ParamSpec]:
    return {name: ParamSpec(**{**param, "choices": tuple(param.get("choices", ()))}) for name, param in body.items()}


def _task(body: dict[str, Any]) -> TaskSpec:
    made = dict(body)
    for key in ("outputs", "after", "tags", "foreach"):
        if key in made:
            made[key] = tuple(made[key])
    made["inputs"] = _sources(made.get("inputs", {}))
    if made.get("when") is not None:
        made["when"] = _sources(made["when"])
    if "retry" in made:
        made["retry"] = RetrySpec(**{**made["retry"], "on": tuple(made["retry"].get("on", ()))})
    if "resources" in made:
        made["resources"] = Resources(**made["resources"])
    if made.get("approval") is not None:
        asked = made["approval"]
        made["approval"] = ApprovalSpec(**{**asked, "form": _params(asked.get("form", {}))})
    return TaskSpec(**made)


def _sources(body: dict[str, Any]) -> dict[str, Source]:
    return {argument: Source(**source) for argument, source in body.items()}
