"""How much of this machine its processes may use: a container, a batch system or an order may allow less than there is.

Cores are those of the affinity mask (taskset, cpusets, Slurm), as far as the quota of our control group goes (`docker
run --cpus`, CPUQuota= of systemd, limits of Kubernetes). A quota of 1.5 cores counts as 2. Weights (cpu.shares,
cpu.weight) are no limit: who has few may use all while nobody else wants them.

Sources: cgroups(7), proc_pid_mountinfo(5), "Control Group v2" and "CFS Bandwidth Control" in the kernel's
documentation. A group is bound by all those above it, so we look up to the root, as OpenJDK (JDK-8322420) and Rust's
`available_parallelism` do; that a part of a core counts as one is OpenJDK's rule, and that of joblib (loky.cpu_count).
"""

from __future__ import annotations

import os
import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

#: A number of cores that counts instead of all that we could find out: of Python 3.13, and of ours in every Python.
VARIABLE: Final = "PYTHON_CPU_COUNT"
_ROOT: Final = Path("/")
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


class Allowance(NamedTuple):
    """What the machine has, what our processes may use of it, and what says so where that is less."""

    total: int
    usable: int
    source: str | None = None


def cores(root: Path = _ROOT) -> Allowance:
    """How many cores our processes may keep busy at the same time; at least one. `root` has `proc` and `sys`."""
    total = os.cpu_count() or 1
    asked = os.environ.get(VARIABLE, "").strip()
    if asked.isdecimal() and int(asked) > 0:
        return Allowance(total, int(asked), VARIABLE)
    found = [Allowance(total, total), Allowance(total, _affinity(total), "its affinity mask")]
    for folder in _groups("cpu", root):
        quota = _quota(folder, root)
        if quota is not None:
            found.append(Allowance(total, *quota))
    return min(found, key=lambda one: one.usable)


def memory(root: Path = _ROOT) -> Allowance:
    """How many bytes of memory our processes may have together before the kernel ends one of them."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = [Allowance(total, total)]
    for folder in _groups("memory", root):
        for name in ("memory.max", "memory.limit_in_bytes"):
            (limit,) = _numbers(root, f"{folder}/{name}") or (0,)
            if limit > 0:
                found.append(Allowance(total, limit, f"{folder}/{name}"))
    return min(found, key=lambda one: one.usable)


def _affinity(total: int) -> int:
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or total
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return total


def _quota(folder: str, root: Path) -> tuple[int, str] | None:
    """Whole cores that a group may use, and the file that says so."""
    name = f"{folder}/cpu.max"
    numbers = _numbers(root, name)
    if numbers is None:
        name = f"{folder}/cpu.cfs_quota_us"
        numbers = (_numbers(root, name) or ()) + (_numbers(root, f"{folder}/cpu.cfs_period_us") or ())
    if len(numbers) != 2 or min(numbers) <= 0:
        return None
    quota, period = numbers
    return -(-quota // period), name


def _numbers(root: Path, name: str) -> tuple[int, ...] | None:
    """The numbers of a file, without words (`max`); None where there is none to read."""
    try:
        words = _inside(root, name).read_text().split()
    except (OSError, ValueError):
        return None
    return tuple(int(word) for word in words if word.lstrip("-").isdecimal())


def _groups(controller: str, root: Path) -> Iterator[str]:
    """The folders of our control group, and of all above it that can be seen from here, for a controller.

    In both hierarchies, as machines may have both at once; of a unified one all groups, with the controller or not.
    """
    for line in _lines(root, "/proc/self/mountinfo"):
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind != "cgroup2" and (kind != "cgroup" or controller not in options.split(",")):
            continue
        top, mounted = (_OCTAL.sub(lambda code: chr(int(code[1], 8)), field) for field in before.split(" ")[3:5])
        own = _own_group(None if kind == "cgroup2" else controller, root)
        if own is not None:
            yield from _upward(mounted, top, own)


def _own_group(controller: str | None, root: Path) -> str | None:
    """The path of our group in its hierarchy: the unified one, or the one of a controller."""
    for line in _lines(root, "/proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if (not controllers) if controller is None else (controller in controllers.split(",")):
            return path
    return None


def _upward(mounted: str, top: str, own: str) -> Iterator[str]:
    """From our group's folder to the highest there is. `top` is the group that is mounted at `mounted`.

    A group that lies outside of it (a container's files with the names of its host) is taken for the highest one.
    """
    inner = posixpath.relpath(own, top)
    folder = mounted if inner == "." or inner.startswith("..") else f"{mounted}/{inner}"
    while True:
        yield folder
        if folder == mounted:
            return
        folder = posixpath.dirname(folder)


def _lines(root: Path, name: str) -> list[str]:
    try:
        return _inside(root, name).read_text(errors="surrogateescape").splitlines()
    except OSError:
        return []


def _inside(root: Path, name: str) -> Path:
    return root / name.lstrip("/")
