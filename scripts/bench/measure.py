"""Runs one program in a process of its own and says how long it took and how much memory it held, under a limit if asked."""

import contextlib
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


class BenchError(Exception):
    """Why a measurement means nothing."""


@dataclass
class Run:
    """Wall-clock seconds from start to end, the largest resident memory in bytes, and what was printed."""

    seconds: float
    peak: int
    output: str


def run(command, limit=None, env=None):
    """Runs to the end; a program that fails, or is killed at its limit, is a `BenchError` with its last words."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=env,
                                   preexec_fn=limit.enter if limit else None)
        # wait4 and not wait: it alone tells the memory of this one child.
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        output = out.read().decode(errors="replace")
        if process.returncode != 0:
            last = errors.read().decode(errors="replace").strip()[-2000:]
            what = f"killed by signal {-process.returncode}" if process.returncode < 0 else f"exit {process.returncode}"
            raise BenchError(f"{' '.join(map(str, command))}: {what}: {last}")
        return Run(seconds, usage.ru_maxrss * 1024, output)


class AddressSpace:
    """RLIMIT_AS: every mapping counts, touched or not; what the kernel caches of files does not."""

    def __init__(self, size):
        self.size = size
        self.name = f"RLIMIT_AS {size >> 20} MiB"

    def enter(self):
        resource.setrlimit(resource.RLIMIT_AS, (self.size, self.size))

    def peak(self):
        return None


class ControlGroup:
    """A memory control group below our own: anonymous memory and page cache together; above it the kernel kills."""

    def __init__(self, folder, version, size):
        self.folder = folder
        self.files = {1: ("memory.limit_in_bytes", "memory.max_usage_in_bytes"), 2: ("memory.max", "memory.peak")}[version]
        (folder / self.files[0]).write_text(str(size))
        swap = folder / ("memory.memsw.limit_in_bytes" if version == 1 else "memory.swap.max")
        if swap.exists():
            swap.write_text(str(size if version == 1 else 0))
        self.name = f"cgroup v{version} memory limit {size >> 20} MiB, page cache included"

    def enter(self):
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def peak(self):
        path = self.folder / self.files[1]
        return int(path.read_text()) if path.exists() else None


def own_group():
    """The folder and version of the control group that holds this process's memory; `OSError` where there is none."""
    unified = None
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            return CGROUPS / "memory" / path.lstrip("/"), 1
        if controllers == "":
            unified = CGROUPS / path.lstrip("/"), 2
    if unified is None:
        raise FileNotFoundError("no control group")
    return unified


@contextlib.contextmanager
def limited(size):
    """The strictest limit of `size` bytes that this machine lets us set: a control group, else the address space."""
    folder = None
    try:
        try:
            parent, version = own_group()
            folder = parent / f"mingcha-bench-{os.getpid()}"
            folder.mkdir()
            limit = ControlGroup(folder, version, size)
        except OSError:
            limit = AddressSpace(size)
        yield limit
    finally:
        if folder and folder.exists():
            with contextlib.suppress(OSError):
                folder.rmdir()


class Watch:
    """The largest memory of all processes below a server, seen by looking: what each holds alone, and what they share once."""

    def __init__(self, pid):
        self.pid, self.peak = pid, 0

    def look(self):
        alone, shared, pids = 0, 0, [self.pid]
        with contextlib.suppress(OSError):
            pids += [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        for pid in pids:
            with contextlib.suppress(OSError, ValueError):
                lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
                alone += int(lines["RssAnon"].split()[0])
                shared = max(shared, int(lines["RssShmem"].split()[0]))
        self.peak = max(self.peak, (alone + shared) * 1024)
