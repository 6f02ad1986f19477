"""`penstock doctor`: is everything here that running needs?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from penstock.cli import output

if TYPE_CHECKING:
    from penstock.compose.doctor import Finding


@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def doctor(as_json: bool) -> int:
    """Check what running needs: Python, settings, disk, database, workers, libraries, terminal.

    A task is run on the way, in a folder that is removed again. Exit code: 0 when runs will do, 1 when something fails.
    """
    from penstock.cli.render.findings import findings
    from penstock.cli.session import at_hand
    from penstock.compose.doctor import Finding, examine
    from penstock.errors import SettingsError

    try:
        found = examine(*at_hand())
    except SettingsError as error:
        found = [Finding("settings", "fail", error.message, error.cure)]
    found.append(_terminal())
    if as_json:
        output.show_json({"findings": [finding._asdict() for finding in found]})
    else:
        output.show(findings(found, output.paint(), output.width()))
    return 1 if any(finding.state == "fail" for finding in found) else 0


def _terminal() -> Finding:
    from penstock.compose.doctor import Finding

    if not sys.stdout.isatty():
        return Finding("terminal", "ok", f"none: output goes to a pipe or a file, in {sys.stdout.encoding}")
    paint = output.paint()
    text = "Unicode" if paint.unicode else f"no Unicode ({sys.stdout.encoding})"
    message = f"{output.width()} columns, {'colours' if paint.colour else 'no colours'}, {text}"
    if not paint.unicode:
        return Finding("terminal", "warn", message, "set LANG to a UTF-8 locale, or PYTHONUTF8=1")
    return Finding("terminal", "ok", message)
