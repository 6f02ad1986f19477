"""`penstock doctor`: is everything here that running needs?"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from penstock.cli import terminal


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Check what running needs: Python, disk, database, workers, libraries. Exit code 1 when something fails."""
    from penstock.cli.session import at_hand
    from penstock.compose.doctor import examine

    home, settings = at_hand()
    findings = examine(home, settings)
    if as_json:
        print(json.dumps({"findings": [finding._asdict() for finding in findings]}, ensure_ascii=False, indent=2))
    else:
        paint = terminal.paint()
        states = {"ok": "succeeded", "warn": "warning", "fail": "failed"}
        for finding in findings:
            print(f"{paint.glyph(states[finding.state])} {finding.what:<10} {finding.message}")
            if finding.cure:
                print(f"  {paint.dye('hint:', 'cyan')} {finding.cure}")
    return 1 if any(finding.state == "fail" for finding in findings) else 0
