"""Serves a demo city for a long time under load, and kills it at random instants; writes docs/reliability.md.

    python3 scripts/soak [--engines sqlite,postgres] [--minutes 10] [--kills 1000] [--no-page]

`--minutes 0` leaves the load out, `--kills 0` the kills. Needs the binary that `make run` builds. Ends with code 1 if
anything that was answered is lost or a fault was seen.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import kills
import page
from client import Client
from load import Load
from serving import BINARY, ROOT, Installation, SoakError, postgres

PAGE = ROOT / "docs" / "reliability.md"
# What each engine's last run found: the page shows both, also when they ran one after the other or side by side.
FOUND = ROOT / "test-results" / "soak"
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FAULTS_SHOWN_MAX = 20


def say(text):
    print(f"{datetime.now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def setting(arguments):
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=ROOT, capture_output=True, text=True)
    return {
        "machine": f"{cpu}, {len(os.sched_getaffinity(0))} cores; load of the machine before it {os.getloadavg()[0]:.1f}",
        "mingcha": commit.stdout.strip() or "unknown",
        "command": f"`python3 scripts/soak {' '.join(arguments)}`".replace(" `", "`"),
        "when": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
    }


def announced(port):
    """The number of the demo's announced task."""
    client = Client(port)
    found = re.search(r"/announcements/(\d+)", client.get("/").text)
    client.close()
    if not found:
        raise SoakError("the demo city announces nothing")
    return found[1]


def keep(name, engine, facts, run):
    """Keeps and prints what one run found, as soon as it has ended."""
    FOUND.mkdir(parents=True, exist_ok=True)
    (FOUND / f"{name}-{engine}.json").write_text(json.dumps({"setting": facts, "run": run}, ensure_ascii=False) + "\n")
    print(page.TABLES[name]({engine: run}) + "\n", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engines", default="sqlite,postgres")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--no-page", action="store_true", help="print the figures only")
    given = parser.parse_args()
    if not BINARY.exists():
        raise SoakError(f"there is no {BINARY.name}: `make run` builds it")
    engines, folder, cluster = given.engines.split(","), tempfile.mkdtemp(prefix="mingcha-soak-"), None
    facts, loads, killed = setting(sys.argv[1:]), {}, {}
    try:
        if "postgres" in engines:
            postgres.SETTINGS.update(DURABLE)
            cluster = postgres.Cluster()
            cluster.start()
        for engine in engines:
            installation = Installation(engine, folder, cluster)
            try:
                if given.minutes:
                    installation.start()
                    found = Load(installation, announced(installation.port)).run(given.minutes, say)
                    loads[engine] = found | {"ended": installation.stop()}
                    installation.run("audit", "verify")
                    keep("load", engine, facts, loads[engine])
                if given.kills:
                    killed[engine] = kills.run(installation, given.kills, say)
                    keep("kills", engine, facts, killed[engine])
            finally:
                installation.remove()
    finally:
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    bad = [f"{engine}: {what}" for runs in (loads, killed) for engine, run in runs.items() for what in run["lost"] + run["faults"]]
    for what in bad[:FAULTS_SHOWN_MAX]:
        print(what)
    if not given.no_page:
        page.write(PAGE, FOUND, tuple(loads and ["load"]) + tuple(killed and ["kills"]))
    return 1 if bad else 0


if __name__ == "__main__":
    begun = time.monotonic()
    try:
        code = main()
        say(f"ended after {time.monotonic() - begun:.0f} s")
        sys.exit(code)
    except (SoakError, postgres.PostgresError) as error:
        sys.exit(f"soak: {error}")
