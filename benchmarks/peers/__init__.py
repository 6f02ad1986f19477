"""One driver a tool. Each runs in that tool's own environment: `python -m benchmarks.peers.kedro --workload A`."""
