"""`python -m penstock` is `penstock`, where the command itself is not on the path."""

from __future__ import annotations

from penstock.cli.entry import main

if __name__ == "__main__":
    main()
