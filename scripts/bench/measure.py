"""Runs one program in a process of its own and says how long it took and how much memory it held, under a limit if asked."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
LAUNCH = str(Path(__file__).resolve().parent / "launch.py")


class BenchError(Exception):
    """Why a measurement means nothing."""


@dataclass
class Run:
    """Wall-clock seconds from start to end, the largest resident memory in bytes, and what was printed."""

    seconds: float
    peak: int
    output: str


def run(command, limit=None):
    """Runs to the end; a program that fails, or is killed at its limit, is a `BenchError` with its last words."""
    shown = " ".join(map(str, command))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as report:
        launcher = [sys.executable, "-I", "-S", LAUNCH, str(report.fileno()), limit.argument if limit else "-"]
        process = subprocess.Popen([*launcher, *map(str, command)], stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                                   pass_fds=[report.fileno()], start_new_session=True)
        try:
            process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        for file in (out, errors, report):
            file.seek(0)
        output, last, told = (file.read().decode(errors="replace").strip() for file in (out, errors, report))
    if process.returncode != 0:
        raise BenchError(f"{shown}: not started: {last[-2000:]}")
    seconds, code, peak = told.split()
    if code != "0":
        what = f"killed by signal {code[1:]}" if code.startswith("-") else f"exit {code}"
        raise BenchError(f"{shown}: {what}: {last[-2000:]}")
    return Run(float(seconds), int(peak) * 1024, output)


class AddressSpace:
    """RLIMIT_AS: every mapping counts, touched or not; what the kernel caches of files does not."""

    def __init__(self, size):
        self.name, self.argument = f"RLIMIT_AS {size >> 20} MiB", f"address:{size}"

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
        self.argument = f"group:{folder}"

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
