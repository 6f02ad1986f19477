"""What Kedro's command line was given, for as long as this process lives."""

from __future__ import annotations

#: The words of the command that is under way, without `kedro`; None where Kedro was not begun by its command line.
words: list[str] | None = None
#: Did the command end by Ctrl-C? (Known only at its end.)
interrupted = False
