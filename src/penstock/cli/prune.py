"""Letting go of runs from a terminal: what would go, and, once that is wanted, what went."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from penstock.cli import output
from penstock.cli.deleting import erase_here
from penstock.cli.render.amounts import utc
from penstock.cli.session import at_hand, reading
from penstock.compose import retention, strays
from penstock.compose.retention import Going
from penstock.compose.retention_rules import rules_of
from penstock.errors import PenstockError, SettingsError, UsageError
from penstock.model.retention import Rule
from penstock.store.retention import forget_spent
from penstock.store.space import vacuum

if TYPE_CHECKING:
    from penstock.compose.home import Home
    from penstock.compose.strays import Stray
    from penstock.store.database import Database


class Wish(NamedTuple):
    """What is asked for. `limits` are given by options, in place of the settings."""

    limits: dict[str, Any]
    dry_run: bool
    files: bool
    vacuum: bool
    sure: bool


def prune(wish: Wish, *, as_json: bool) -> int:
    """The exit code. Raises UsageError, SettingsError, StoreBusy."""
    rules = _rules(wish)
    with reading() as (home, database):
        now = time.time()
        going = retention.summary(retention.due(database, rules, now, _go_on))
        found = strays.strays(database, home, now) if wish.files else []
        if wish.dry_run:
            _tell(going, found, None, wish, as_json=as_json)
            return 0
        if (going or found) and not wish.sure and not _is_sure(going, found, as_json=as_json):
            return 130
        gone = _let_go(database, home, rules, now, found)
        given_back = vacuum(database, time.time()) if wish.vacuum else None
    _tell(gone, found, given_back, wish, as_json=as_json)
    return 0


def _rules(wish: Wish) -> list[Rule]:
    if wish.limits:
        try:
            return rules_of(wish.limits)
        except ValueError as error:
            raise UsageError(str(error).removeprefix("[retention]: "), cure="as in --keep 90d, --bytes 50GB") from None
    _, settings = at_hand()
    if not settings.retention and not (wish.files or wish.vacuum):
        raise SettingsError(
            "nothing says how long runs are kept", cure="write [retention] into penstock.toml, or give --keep 90d"
        )
    return settings.retention


def _let_go(database: Database, home: Home, rules: list[Rule], now: float, found: list[Stray]) -> list[Going]:
    gone = retention.prune(database, retention.due(database, rules, now, _go_on), now, _go_on)
    with database.write() as connection:
        forget_spent(connection, now)
    retention.prune_versions(database, rules, now, _go_on)
    erase_here(database, home)
    try:
        strays.remove(database, home, found)
    except OSError as error:
        raise PenstockError(f"{error.filename} can't be removed ({error.strerror})", cure="see who owns it") from error
    return gone


def _go_on(_took: float) -> bool:
    return True


def _is_sure(going: list[Going], found: list[Stray], *, as_json: bool) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            f"{_sum(going, found)} would go, and nobody is there to say yes",
            cure="`--yes` lets them go, `--dry-run` only lists them",
        )
    if not as_json:
        from penstock.cli.render.pruned import pruned

        output.show(pruned(going, output.paint(sys.stderr), output.width(sys.stderr)), sys.stderr)
    print(f"Delete {_sum(going, found)} for good? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _sum(going: Iterable[Going], found: list[Stray]) -> str:
    from penstock.cli.render.amounts import plural, size

    going = list(going)
    told = []
    if going:
        told.append(f"{plural(sum(one.runs for one in going), 'run')} ({size(sum(one.bytes for one in going))})")
    if found:
        told.append(f"files of {plural(len(found), 'unknown run')} ({size(sum(one.bytes for one in found))})")
    return " and ".join(told) or "nothing"


def _tell(going: list[Going], found: list[Stray], given_back: int | None, wish: Wish, *, as_json: bool) -> None:
    if as_json:
        output.show_json(
            {
                "dry_run": wish.dry_run,
                "runs": sum(one.runs for one in going),
                "bytes": sum(one.bytes for one in going),
                "pipelines": [_document(one) for one in going],
                "files": [stray._asdict() for stray in found] if wish.files else None,
                "vacuumed": given_back,
            }
        )
        return
    from penstock.cli.render.amounts import size
    from penstock.cli.render.pruned import pruned

    output.show(pruned(going, output.paint(), output.width()))
    print(f"{_sum(going, found)} would go." if wish.dry_run else f"{_sum(going, found)} deleted.")
    if given_back is not None:
        print(f"The database gave {size(given_back)} back.")


def _document(going: Going) -> dict[str, Any]:
    return {
        "namespace": going.namespace, "pipeline": going.pipeline, "runs": going.runs, "bytes": going.bytes,
        "oldest": None if going.oldest is None else utc(going.oldest),
    }  # fmt: skip
