"""The whole country in one pass under a real limit: rolls of growing length, so that one sees whether time grows with them.

A roll is made, drawn some times under the limit, and deleted before the next. The first time it is read from disk, so that the
kernel's cache of it counts against the limit too; the others read what is cached by then, as in the other table. The root in
roll.json is not computed: `draw --no-roll-check` does not look at it.
"""

import os
import shutil
from pathlib import Path

import answers
import bundle
from measure import BenchError, limited, run

LIMIT = 1 << 30
HERE = Path(__file__).resolve().parent
BYTES_A_ROW = 16


def room_for(rows, work):
    """Refuses before the first hour is lost: a roll takes some 11 bytes a row, its result some 2."""
    free = shutil.disk_usage(work).free
    if free < rows * BYTES_A_ROW:
        raise BenchError(f"{rows:,} rows need {rows * BYTES_A_ROW >> 20} MiB of disk below target/bench")


def forget(path):
    """Drops a file from the kernel's cache."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(lengths, work, python, mingcha, rounds, say):
    """One dict for every length: rows, drawn, cold (seconds from disk), seconds, peak (resident), held (limit's count), limit."""
    runs = []
    for rows in lengths:
        room_for(rows, work)
        folder = work / f"country-{rows}"
        folder.mkdir(exist_ok=True)
        try:
            say(f"making a roll of {rows:,} rows")
            run([python, HERE / "roll.py", folder / "roll.parquet", "--rows", rows])
            job = bundle.make(folder, mingcha, digest=False)
            seconds, peaks, held = [], [], []
            forget(folder / "roll.parquet")
            for index in range(rounds + 1):
                (folder / "result.json").unlink(missing_ok=True)
                with limited(LIMIT) as limit:
                    done = run([mingcha, "draw", folder, "--no-roll-check"], limit)
                    held.append(limit.peak())
                seconds.append(done.seconds)
                peaks.append(done.peak)
                say(f"{rows:,} rows, round {index}: {done.seconds:.2f} s, {done.peak >> 20} MiB, {limit.name}")
            answers.product(folder, job)
            runs.append({"rows": rows, "drawn": job["drawn"], "cold": seconds[0], "seconds": seconds[1:], "peak": max(peaks),
                         "held": held, "limit": limit.name})
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            bundle.job_file(folder).unlink(missing_ok=True)
    return runs
