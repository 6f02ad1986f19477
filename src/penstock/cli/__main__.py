"""`python -m penstock.cli` is `penstock`."""

from penstock.cli.entry import main

main()
