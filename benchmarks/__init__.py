"""Penstock against its peers, in one run: `python -m benchmarks`. Also `benchmarks.cold` and `benchmarks.scale`."""
