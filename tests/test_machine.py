"""What our processes may use of the machine, by trees of files as Linux shows them; and by an order of the system."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from penstock import machine

#: As in a container of Docker on a machine with the unified hierarchy: our group is the root of what is seen.
CONTAINER: Final = {
    "proc/self/cgroup": "0::/\n",
    "proc/self/mountinfo": "31 23 0:28 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n",
}
#: A service of systemd, which sees all groups of the machine.
SERVICE: Final = {
    "proc/self/cgroup": "0::/system.slice/penstock.service\n",
    "proc/self/mountinfo": CONTAINER["proc/self/mountinfo"],
}
#: A container on a machine with a hierarchy for each controller, with the names that its host has for them.
OLD_CONTAINER: Final = {
    "proc/self/cgroup": "4:memory:/docker/77\n3:cpu,cpuacct:/docker/77\n1:name=systemd:/docker/77\n",
    "proc/self/mountinfo": (
        "32 31 0:29 /docker/77 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
        "33 31 0:30 /docker/77 /sys/fs/cgroup/memory ro shared:7 - cgroup cgroup rw,memory\n"
        "34 31 0:31 /docker/77 /sys/fs/cgroup/systemd ro - cgroup cgroup rw,xattr,name=systemd\n"
    ),
}
#: Both at once, the unified one without controllers.
BOTH: Final = {
    "proc/self/cgroup": "4:memory:/batch/job\n1:cpu:/batch/job\n0::/batch\n",
    "proc/self/mountinfo": (
        "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
        "35 31 0:32 / /my\\040groups/memory rw - cgroup cgroup rw,memory\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
    ),
}


@pytest.fixture(autouse=True)
def sixteen_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(machine.VARIABLE, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    monkeypatch.setattr(machine, "_affinity", lambda total: total)


def tree(folder: Path, *files: Mapping[str, str]) -> Path:
    for name, text in [one for some in files for one in some.items()]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "limits", "expected"),
    [
        pytest.param(CONTAINER, {"cpu.max": "200000 100000\n"}, (2, "/cpu.max"), id="docker run --cpus=2"),
        pytest.param(CONTAINER, {"cpu.max": "150000 100000\n"}, (2, "/cpu.max"), id="a part of a core"),
        pytest.param(CONTAINER, {"cpu.max": "20000 100000\n"}, (1, "/cpu.max"), id="a fifth of one"),
        pytest.param(CONTAINER, {"cpu.max": "max 100000\n"}, (16, None), id="no limit"),
        pytest.param(CONTAINER, {"cpu.max": "6400000 100000\n"}, (16, None), id="more than there are"),
        pytest.param(CONTAINER, {"cpu.max": "rubbish\n"}, (16, None), id="not understood"),
        pytest.param(CONTAINER, {}, (16, None), id="no controller"),
        pytest.param(
            SERVICE,
            {"system.slice/penstock.service/cpu.max": "max 100000\n", "system.slice/cpu.max": "300000 100000\n"},
            (3, "/system.slice/cpu.max"),
            id="the group above",
        ),
        pytest.param(
            SERVICE,
            {
                "system.slice/penstock.service/cpu.max": "100000 50000\n",
                "system.slice/cpu.max": "300000 100000\n",
                "system.slice/other.service/cpu.max": "100000 100000\n",
            },
            (2, "/system.slice/penstock.service/cpu.max"),
            id="ours is less",
        ),
        pytest.param(
            OLD_CONTAINER,
            {"cpu,cpuacct/cpu.cfs_quota_us": "400000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"},
            (4, "/cpu,cpuacct/cpu.cfs_quota_us"),
            id="a hierarchy for each controller",
        ),
        pytest.param(
            OLD_CONTAINER,
            {"cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"},
            (16, None),
            id="no limit in one of them",
        ),
        pytest.param(
            BOTH,
            {"cpu/batch/cpu.cfs_quota_us": "500000\n", "cpu/batch/cpu.cfs_period_us": "100000\n"},
            (5, "/cpu/batch/cpu.cfs_quota_us"),
            id="both kinds at once",
        ),
    ],
)
def test_a_quota_says_how_many_cores(
    files: Mapping[str, str], limits: Mapping[str, str], expected: tuple[int, str | None], tmp_path: Path
) -> None:
    found = machine.cores(tree(tmp_path, files, {f"sys/fs/cgroup/{name}": text for name, text in limits.items()}))
    usable, source = expected
    assert found == (16, usable, source and f"/sys/fs/cgroup{source}")


@pytest.mark.parametrize(
    ("files", "name", "text", "usable"),
    [
        pytest.param(CONTAINER, "/sys/fs/cgroup/memory.max", "2147483648\n", 1 << 31, id="unified"),
        pytest.param(CONTAINER, "/sys/fs/cgroup/memory.max", "max\n", None, id="no limit"),
        pytest.param(OLD_CONTAINER, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "1048576\n", 1 << 20, id="old"),
        pytest.param(OLD_CONTAINER, "/sys/fs/cgroup/memory/memory.limit_in_bytes", f"{2**63 - 4096}\n", None, id="all"),
        pytest.param(BOTH, "/my groups/memory/batch/job/memory.limit_in_bytes", "4096\n", 4096, id="mounted elsewhere"),
        pytest.param({}, "/sys/fs/cgroup/memory.max", "4096\n", None, id="no control groups"),
    ],
)
def test_a_group_says_how_much_memory(
    files: Mapping[str, str], name: str, text: str, usable: int | None, tmp_path: Path
) -> None:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = machine.memory(tree(tmp_path, files, {name.lstrip("/"): text}))
    assert found == ((total, total, None) if usable is None else (total, usable, name))


def test_a_group_outside_of_what_is_mounted_is_no_way_out_of_it(tmp_path: Path) -> None:
    outside = {**CONTAINER, "proc/self/cgroup": "0::/../../other\n"}
    limits = {"sys/fs/cgroup/cpu.max": "100000 100000\n", "sys/other/cpu.max": "5 1\n"}
    assert machine.cores(tree(tmp_path, outside, limits)).usable == 1


def test_an_order_counts_for_more_than_all_that_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree(tmp_path, CONTAINER, {"sys/fs/cgroup/cpu.max": "200000 100000\n"})
    monkeypatch.setenv(machine.VARIABLE, "24")
    assert machine.cores(root) == (16, 24, "PYTHON_CPU_COUNT")
    monkeypatch.setenv(machine.VARIABLE, "default")  # as Python takes it: nothing is ordered
    assert machine.cores(root).usable == 2


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system ties no process to cores")
def test_a_process_that_is_tied_to_a_core_uses_one() -> None:
    said = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); from penstock import machine; "
    said += "os.cpu_count = lambda: 16; print(machine.cores())"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout == "Allowance(total=16, usable=1, source='its affinity mask')\n"
