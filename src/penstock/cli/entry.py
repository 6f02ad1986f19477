"""Where `penstock` begins: a Ctrl-C before a verb begins, or after it has ended, is no error of the program.

What Python itself does before it comes here, some 15 ms, nobody but Python can answer for.
"""

from __future__ import annotations

# It is built in, but typeshed leaves it out. To load `signal` around it takes longer than all else before the handler.
import _signal as signal  # type: ignore[import-not-found]
import sys


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from penstock.cli.main import main as run_verbs

    try:
        signal.signal(signal.SIGINT, before)
        run_verbs()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
