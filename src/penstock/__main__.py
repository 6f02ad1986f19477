"""`python -m penstock` is `penstock`, where the command itself is not on the path."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        # The current folder, which Python has put first: a json.py there is a pipeline of ours, and no library.
        del sys.path[0]
    from penstock.cli.entry import main

    main()
