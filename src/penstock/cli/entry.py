"""Where `penstock` begins: a Ctrl-C while the rest is being imported ends it without a traceback."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from penstock.cli.main import main as run_verbs

    signal.signal(signal.SIGINT, before)
    run_verbs()
