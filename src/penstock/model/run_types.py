"""What the types of runs mean: the one place that says it, for engine, workers, integrations and lists."""

from __future__ import annotations

from typing import Final, NamedTuple

from penstock.errors import UsageError
from penstock.model.nearest import did_you_mean
from penstock.model.states import RUN_TYPES


class Meaning(NamedTuple):
    """What is special about the runs of a type.

    `dry`: nothing is written outside of Penstock; who writes (a component, the catalogue of a project) keeps it in the
    artifact store, where later tasks of the run read it. `takes`: results of earlier runs are taken where a task
    `asked` for it, in `all` tasks that do not refuse, or for `none`. `gives`: its results are kept for later runs.
    `counts`: it may be a pipeline's latest succeeded run, which gives parts of the pipeline what they need. `alone`:
    one task at a time.
    """

    dry: bool = False
    takes: str = "asked"
    gives: bool = True
    counts: bool = True
    alone: bool = False


MEANINGS: Final[dict[str, Meaning]] = {
    "standard": Meaning(),
    "test": Meaning(dry=True, takes="none", gives=False, counts=False),
    # What a person changes in a debugger does not follow from code, params and inputs.
    "debug": Meaning(takes="none", gives=False, alone=True),
    # Who repeats a run wants it to run.
    "replay": Meaning(takes="none"),
    "incremental": Meaning(takes="all"),
    "backfill": Meaning(),
}
assert tuple(MEANINGS) == RUN_TYPES

#: Types that a person or program may ask for; a replay is asked for by its own way.
STARTED: Final = ("standard", "test", "debug", "incremental")
#: Types of runs that are no pipeline's latest success.
UNCOUNTED: Final = tuple(name for name, meaning in MEANINGS.items() if not meaning.counts)


def check_type(type_: str) -> None:
    """Raise UsageError for a type that nobody can ask for."""
    if type_ in STARTED:
        return
    if type_ == "replay":
        raise UsageError("a replay repeats a run", cure="`penstock runs replay RUN` starts one")
    if type_ == "backfill":
        raise UsageError(
            "runs of type backfill are made by a back-fill, which this version does not have yet",
            cure="start the runs of a range one by one, with the param that tells them apart",
        )
    raise UsageError(f"there is no type '{type_}'", cure=did_you_mean(type_, STARTED))


def meaning_of(type_: str | None) -> Meaning:
    """What a type means; one that is not known is as the usual one."""
    return MEANINGS.get(type_ or "standard", MEANINGS["standard"])


def alike(type_: str) -> tuple[str, ...]:
    """The types whose runs do as much as those of this one, so that their durations may be compared."""

    def work(meaning: Meaning) -> tuple[bool, bool, bool]:
        return meaning.dry, meaning.takes == "all", meaning.alone

    return tuple(name for name, meaning in MEANINGS.items() if work(meaning) == work(meaning_of(type_)))
