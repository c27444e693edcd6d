#!/usr/bin/env python3
"""`make bench`: measures against named peers, in one run, and prints ratios.

Seconds depend on the machine and its mood; a ratio against a peer that does the same work in the same minute does not, much. Each side
gets the same input, runs several times in turn, and its best time counts. A benchmark whose two results differ is a failure:
speed is worth nothing without the same answer.
"""

import hashlib
import heapq
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "test-results"
ROUNDS = 3
IDS = 1_000_000
DRAWN = 3_344
SEED = "5f" * 32


class BenchError(Exception):
    """Why a benchmark means nothing."""


def ids_file(folder):
    """A million made-up ids of the length of a credit code, the same in each run."""
    chance = random.Random(20261120)
    path = Path(folder) / "ids"
    path.write_text("".join(f"91130302{chance.randrange(10**10):010d}\n" for _ in range(IDS)))
    return path


def select_ours(ids, suite):
    done = subprocess.run(
        [ROOT / "target" / "debug" / "examples" / "bench_select", ids, suite, SEED, str(DRAWN)],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(done.stderr)
    seconds, *drawn = done.stdout.splitlines()
    return float(seconds), drawn


def select_hashlib(ids, algorithm):
    """The same selection in Python: hashlib (OpenSSL) for the tickets, heapq for the smallest."""
    lines = ids.read_bytes().splitlines()
    begun = time.perf_counter()
    block = hashlib.new(algorithm, b"mingcha ticket v1".ljust(32, b"\0") + bytes.fromhex(SEED))

    def ticket(line):
        digest = block.copy()
        digest.update(line)
        return digest.digest(), line

    drawn = heapq.nsmallest(DRAWN, map(ticket, lines))
    return time.perf_counter() - begun, [line.decode() for _, line in drawn]


def compare(name, peer, ours, theirs):
    """Runs both sides in turn and returns one row of the table."""
    times = {"ours": [], "peer": []}
    answers = []
    for _ in range(ROUNDS):
        for side, call in (("ours", ours), ("peer", theirs)):
            seconds, answer = call()
            times[side].append(seconds)
            answers.append(answer)
    if any(answer != answers[0] for answer in answers):
        raise BenchError(f"{name}: the two sides do not agree")
    best_ours, best_peer = min(times["ours"]), min(times["peer"])
    return {"benchmark": name, "peer": peer, "ours_seconds": round(best_ours, 3), "peer_seconds": round(best_peer, 3),
            "times_faster": round(best_peer / best_ours, 1)}


def main():
    if subprocess.run(["cargo", "build", "--locked", "-q", "-p", "draw", "--examples"], cwd=ROOT).returncode != 0:
        return 1
    rows = []
    with tempfile.TemporaryDirectory(prefix="mingcha-bench-") as folder:
        ids = ids_file(folder)
        for suite, algorithm in (("mc1-sha256", "sha256"), ("mc1-sm3", "sm3")):
            if algorithm not in hashlib.algorithms_available:
                print(f"{suite}: this Python's OpenSSL has no {algorithm}, so there is no peer to measure against")
                continue
            rows.append(compare(
                f"draw {DRAWN} of {IDS} ids, {suite}", "Python hashlib and heapq",
                lambda: select_ours(ids, suite), lambda: select_hashlib(ids, algorithm)))
    print(f"{'benchmark':<44}{'peer':<28}{'ours s':>9}{'peer s':>9}{'ratio':>8}")
    for row in rows:
        print(f"{row['benchmark']:<44}{row['peer']:<28}{row['ours_seconds']:>9}{row['peer_seconds']:>9}{row['times_faster']:>7}x")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "bench.json").write_text(json.dumps(rows, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
