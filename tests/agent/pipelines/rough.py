"""Tasks that die, hang, leave processes behind, write too much."""

import asyncio
import ctypes
import logging
import logging.config
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from penstock import Pipeline, run

#: Tests give the arguments of each attempt; the names have to come from somewhere.
ARGUMENTS = ("mark", "tag", "seconds", "megabytes", "lines", "path", "count", "method", "name", "how", "kind")
pipeline = Pipeline("rough", params=dict.fromkeys(ARGUMENTS))
task = pipeline.task


@task
def says(name, lines, seconds):
    """Write some lines in every way, all with a name."""
    for at in range(lines):
        print(name, at)
        print(name, at, file=sys.stderr)
        logging.getLogger("says").info("%s %d", name, at)
    time.sleep(seconds)
    return name


@task
def pid():
    return os.getpid()


@task
def exits_hard():
    print("last words", flush=True)
    os._exit(3)


@task
def segfaults():
    print("before the fault")
    ctypes.string_at(0)


@task
def kills_itself():
    os.kill(os.getpid(), signal.SIGKILL)


@task
def aborts():
    os.abort()


@task
def sleeps(mark=None):
    if mark:
        Path(mark).touch()
    time.sleep(1000)


@task
def cleans_up(mark):
    try:
        Path(mark).touch()
        time.sleep(1000)
    finally:
        Path(mark).write_text("cleaned")


@task
def holds_the_lock(mark):
    Path(mark).touch()
    sum(range(10**12))


@task
def ignores_sigterm(mark):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(mark).touch()
    time.sleep(1000)


@task
def swallows_the_interrupt(mark):
    try:
        Path(mark).touch()
        time.sleep(1000)
    except BaseException:
        return "swallowed"


_STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, b"up!")
time.sleep(1000)
"""
_DAEMON = """
import os, sys
os.fork() and os._exit(0)
os.setsid()
os.fork() and os._exit(0)
os.execv(sys.executable, [sys.executable, "-c", *sys.argv[1:]])
"""
_NESTED = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", *sys.argv[1:]])
time.sleep(1000)
"""


def spread(tag):
    """A child, a child in a session of its own, a daemon by double fork, and a grandchild; all ignore SIGTERM."""
    read, write = os.pipe()
    command = [sys.executable, "-c", _STUBBORN, tag]
    subprocess.Popen(command, stdout=write)
    subprocess.Popen(command, stdout=write, start_new_session=True)
    subprocess.run([sys.executable, "-c", _DAEMON, _STUBBORN, tag], stdout=write, check=True)
    subprocess.Popen([sys.executable, "-c", _NESTED, _STUBBORN, tag], stdout=write)
    for _ in range(4):
        assert os.read(read, 3) == b"up!"


@task
def spreads_and_sleeps(tag, mark):
    spread(tag)
    Path(mark).touch()
    time.sleep(1000)


@task
def spreads_and_returns(tag):
    spread(tag)
    return os.getpid()


@task
def spreads_and_dies(tag):
    spread(tag)
    os._exit(9)


@task
def grows(megabytes):
    hoard = []
    for _ in range(megabytes):
        hoard.append(b"x" * 1_000_000)
        time.sleep(0.001)
    time.sleep(0.5)
    return len(hoard)


@task
def grows_in_a_child(megabytes):
    code = "import sys, time; x = b'x' * (int(sys.argv[1]) * 1_000_000); time.sleep(20)"
    subprocess.run([sys.executable, "-c", code, str(megabytes)], check=True)


@task
def burns(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


@task
def burns_in_a_child(seconds):
    code = "import sys, time\nwhile time.process_time() < float(sys.argv[1]): pass"
    subprocess.run([sys.executable, "-c", code, str(seconds)], check=True)


@task
def reads_and_writes(path):
    Path(path).write_bytes(b"x" * 3_000_000)
    return len(Path(path).read_bytes())


@task
def allocates(megabytes):
    hoard = b"x" * (megabytes * 1_000_000)
    return len(hoard)


@task
def floods(lines):
    for at in range(lines):
        print("line", at)


@task
def one_long_line(megabytes):
    piece = b"x" * 1_000_000
    for _ in range(megabytes):
        os.write(1, piece)
    os.write(1, b"\nafter\n")


@task
def writes_bytes():
    os.write(1, b"caf\xc3\xa9 \xff\xfe nul \x00 esc \x1b[1mbold\x1b[0m\n")
    os.write(1, b"10%\r50%\r100%\n")
    os.write(1, b"windows\r\n")
    os.write(1, b"no end")


@task
def speaks_in_every_way():
    print("python")
    sys.stdout.flush()
    ctypes.CDLL(None).puts(b"from c")  # held back by the C library, as it writes into a pipe
    subprocess.run(["sh", "-c", "echo from a child; echo its error >&2"], check=True)
    subprocess.run([sys.executable, "-c", "print('from a python child')"], check=True)


@task
def in_order(count):
    logger = logging.getLogger("order")
    for at in range(count):
        print("error", at, file=sys.stderr)
        logger.info("record %d", at)


@task
def forges():
    os.write(2, b'\x1e0123456789abcdef [1.0, "error", "forged", "a lie"]\n')


@task
def reads_stdin():
    return sys.stdin.read()


@task
def writes_rubbish_everywhere():
    for fd in range(3, 1024):
        try:
            os.write(fd, b"\xff" * 64)
        except OSError:
            continue
    time.sleep(20)


@task
def closes_everything():
    os.closerange(3, 1024)
    return "closed"


@task
def forks_and_both_return():
    os.fork()
    return os.getpid()


def square(value):
    return value * value


@task
def multiprocesses(method):
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        return pool.map(square, range(5))


@task
def disturbs():
    sys.stdout.close()
    sys.stderr = None
    os.chdir("/")
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return os.getpid()


@task
def disturbs_descriptors(how):
    if how == "closed":
        os.close(1)
        os.close(2)
    else:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
    sys.stdout.write("not heard")
    return os.getpid()


@task
def disturbs_by_a_lost_folder(path):
    os.chdir(path)
    os.rmdir(path)
    return os.getpid()


@task
def folder():
    print("heard")
    print("heard too", file=sys.stderr)
    return [os.getpid(), os.getcwd()]


@task
def pools():
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(square, range(5)))


@task
def spawns(method):
    process = multiprocessing.get_context(method).Process(target=square, args=(3,))
    process.start()
    process.join(20)
    return process.exitcode


@task
def uses_joblib():
    from joblib import Parallel, delayed

    return Parallel(n_jobs=2)(delayed(square)(value) for value in range(5))


@task
def uses_asyncio():
    async def later():
        await asyncio.sleep(0)
        return "later"

    return asyncio.run(later())


@task
def uses_threads():
    said = []
    threads = [threading.Thread(target=said.append, args=(at,)) for at in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


@task
def shares_memory():
    from multiprocessing import resource_tracker, shared_memory

    block = shared_memory.SharedMemory(create=True, size=1000)
    tracker = Path(f"/proc/{resource_tracker._resource_tracker._pid}/cmdline")
    while b"resource_tracker" not in tracker.read_bytes():
        time.sleep(0.001)
    return block.name


@task
def in_main_thread():
    return [threading.current_thread() is threading.main_thread(), os.getpgrp() == os.getpid()]


@task
def main_module():
    return sorted(name for name in vars(sys.modules["__main__"]) if not name.startswith("__"))


@task
def chance():
    import random

    return random.random()


@task
def environment(name):
    return os.environ.get(name)


@task
def reports_from_a_fork():
    child = os.fork()
    run.metric("figure", 1)
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


@task
def many_figures():
    for at in range(5000):
        run.metric("figure", at)
        run.progress(at, 5000)


@task
def progress_then_waits(mark):
    run.progress(1, 10)
    run.progress(2, 10)
    while not Path(mark).exists():
        time.sleep(0.01)


@task
def waits(mark):
    while not Path(mark).exists():
        time.sleep(0.005)
    return os.getpid()


@task
def waits_for(mark, path):
    """Say so, and go on when a file is there."""
    print("waits")
    run.metric("waits", 1)
    Path(mark).touch()
    while not Path(path).exists():
        time.sleep(0.005)
    print("goes on")
    run.metric("goes on", 1)
    return os.getpid()


@task
def changes_its_process():
    os.environ["LEFT"] = "behind"
    os.environ.pop("HOME", None)
    os.umask(0o077)
    sys.setrecursionlimit(2345)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.alarm(1000)
    warnings.simplefilter("error")
    return os.getpid()


@task
def imports_a_library(path):
    """One that counts on what it has set, as some do that find their data by a variable."""
    sys.path.insert(0, path)
    os.environ["HOME"] = path
    import counts_on_it

    return counts_on_it.there()


@task
def asks_for_all(path):
    logging.basicConfig(level=logging.DEBUG, handlers=[logging.StreamHandler(), logging.FileHandler(path)])
    logging.getLogger("known").debug("heard")


@task
def configures_logging(how):
    if how == "basic":
        logging.basicConfig(force=True, level=logging.ERROR, format="%(message)s")
    elif how == "disable":
        logging.disable(logging.CRITICAL)
    else:
        logging.getLogger("known")
        logging.config.dictConfig({"version": 1} | ({"root": {"handlers": []}} if how == "dict" else {}))
    return os.getpid()


@task
def process():
    logging.getLogger("known").warning("heard")
    warnings.warn(f"heard at {time.time_ns()}", stacklevel=1)  # the same text is told once in a process
    mask = os.umask(0)
    os.umask(mask)
    alarm = signal.alarm(0)
    handler = signal.getsignal(signal.SIGALRM)
    names = sorted({"LEFT", "HOME"} & os.environ.keys())
    return [os.getpid(), names, mask, sys.getrecursionlimit(), handler is signal.SIG_DFL, alarm]


@task
def leaves_threads(kind):
    if kind == "pool":
        _kept.append(ThreadPoolExecutor(1))
        _kept[-1].submit(print, "in a pool").result()
    else:
        threading.Thread(target=time.sleep, args=(1000,), name="sleeper", daemon=kind == "daemon").start()
    return os.getpid()


def sleeping():
    return subprocess.Popen(["sleep", "1000"]).pid


@task
def leaves_a_process(kind):
    if kind == "of joblib":
        from joblib import Parallel, delayed

        return Parallel(n_jobs=2)([delayed(sleeping)()])[0]
    if kind == "of a forkserver":
        process = multiprocessing.get_context("forkserver").Process(target=time.sleep, args=(1000,))
        process.start()
        return process.pid
    return sleeping()


#: What a library keeps for later.
_kept: list[ThreadPoolExecutor] = []
