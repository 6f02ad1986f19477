"""Runs cells as a notebook does, in one IPython: `python cells.py JSON`, texts; what each raised is printed."""

from __future__ import annotations

import json
import sys

from IPython.core.interactiveshell import InteractiveShell


def main() -> None:
    """Run all cells; a raised one does not stop those after it."""
    shell = InteractiveShell.instance()
    raised = [shell.run_cell(text).error_in_exec for text in json.loads(sys.argv[1])]
    print(json.dumps([None if error is None else type(error).__name__ for error in raised]))


if __name__ == "__main__":
    main()
