"""`make bench`: one draw, measured in turn against its hashes alone and against peers that do the same; the whole country; and pages.

    python3 scripts/bench [--rows N] [--rounds 9] [--slow-rounds 3] [--peers all|none|NAME,…] [--whole-country | --pages]

Seconds depend on the machine and its mood; a ratio against a peer that does the same work in the same minute does not, much.
Prints the tables, writes test-results/bench.json, and at ten million rows or more the tables of docs/benchmarks.md. Rolls,
answers and the peers' Python live in target/bench; a roll is made once and kept, but for those of `--whole-country` (some 4 GB).
"""

import argparse
import contextlib
import hashlib
import json
import os
import platform
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import answers
import bundle
import country
import page
import pages
from measure import BenchError, run
from postgres_peer import PostgresError, Server

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "target" / "bench"
PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "test-results" / "bench.json"
ROWS_OF_PAGE = 10_000_000
LOAD_BEFORE = os.getloadavg()[0]

# What peers are called; quick ones run in every round, slow ones in some.
PEERS = {
    "polars-hash-pruned": ("Polars, own hash, pruned", True),
    "polars-hash": ("Polars, own hash, as written", True),
    "duckdb-hash-pruned": ("DuckDB, own hash, pruned", True),
    "datafusion-sha256-pruned": ("DataFusion, SHA-256, pruned", False),
    "duckdb-hash": ("DuckDB, own hash, as written", False),
    "duckdb-sha256-pruned": ("DuckDB, SHA-256, pruned", False),
    "duckdb-sha256": ("DuckDB, SHA-256, as written", False),
    "postgres-sha256-pruned": ("PostgreSQL, SHA-256, pruned", False),
    "datafusion-sha256": ("DataFusion, SHA-256, as written", False),
    "postgres-sha256": ("PostgreSQL, SHA-256, as written", False),
}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def peers_python():
    """The Python with the packages of requirements.txt, installed into target/bench/venv when they changed."""
    venv, wanted = WORK / "venv", HERE / "requirements.txt"
    program, stamp = venv / "bin" / "python", venv / "requirements.sha256"
    value = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == value):
        say("installing the peers")
        careful = ["--disable-pip-version-check", "--quiet", "--require-hashes", "--only-binary", ":all:"]
        make, fill = [sys.executable, "-m", "venv", "--clear", venv], [program, "-m", "pip", "install", *careful, "-r", wanted]
        for command in (make, fill):
            if subprocess.run(command, stdin=subprocess.DEVNULL).returncode != 0:
                raise BenchError("the peers could not be installed (see above); the package index must be reachable once")
        stamp.write_text(value)
    return program


def roll_of(rows, python):
    """The bundle's folder with its roll, made if there is none of this generator."""
    folder = WORK / f"rows-{rows}"
    stamp = WORK / f"rows-{rows}.sha256"
    value = hashlib.sha256((HERE / "roll.py").read_bytes() + (HERE / "requirements.txt").read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == value and (folder / "roll.parquet").exists()):
        say(f"making a roll of {rows:,} rows")
        folder.mkdir(parents=True, exist_ok=True)
        run([python, HERE / "roll.py", folder / "roll.parquet", "--rows", rows])
        stamp.write_text(value)
    return folder


def build():
    """The program exactly as `make run` builds it, then the examples: one command would compile dependencies anew."""
    say("building mingcha and the two examples")
    cargo = ["cargo", "build", "--locked", "-q"]
    setup = [sys.executable, ROOT / "scripts" / "setup.py", "run"]
    for command in (setup, [*cargo, "-p", "cli"], [*cargo, "-p", "bundle", "--examples"]):
        if subprocess.run(command, cwd=ROOT).returncode != 0:
            raise BenchError("the build failed")


def setting(given, versions):
    """Machine, versions, command and moment; of a path in the command only its last part, since the page is published."""
    command = " ".join(["python3 scripts/bench", *(part.rpartition("/")[2] for part in given)])
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    kernel = ".".join(platform.release().split(".")[:2])
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=ROOT, capture_output=True, text=True)
    return {
        "machine": f"{cpu}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB; Linux {kernel}",
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "mingcha": commit.stdout.strip() or "unknown",
        "command": f"`{command}`",
        "when": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}; load of the machine before it {LOAD_BEFORE:.1f}",
    }


class Bench:
    """All sides of one draw, by name: each is a function that does the work once and returns (seconds, peak)."""

    def __init__(self, folder, job, mingcha, examples):
        self.folder, self.job, self.mingcha, self.examples = folder, job, mingcha, examples
        self.versions, self.digests, self.sides = {"Python": platform.python_version()}, set(), {}

    def add(self, name, label, quick, work, rows=None):
        self.sides[name] = {"label": label, "quick": quick, "work": work, "rows": rows or self.job["rows"],
                            "seconds": [], "peaks": []}

    def draw(self, *options):
        result = self.folder / "result.json"
        result.unlink(missing_ok=True)
        done = run([self.mingcha, "draw", self.folder, *options])
        self.digests.add(hashlib.sha256(result.read_bytes()).hexdigest())
        if len(self.digests) > 1:
            raise BenchError("two draws of the same bundle differ")
        return done.seconds, done.peak

    def example(self, name, rows):
        """An example of the crate `bundle`, which prints the seconds of its hashes."""
        program = self.examples / name
        if not program.exists():
            raise BenchError(f"{name} is not built: `cargo build --locked -p bundle --examples` makes it")
        done = run([program, rows])
        return float(done.output.split()[0]), done.peak

    def freeze(self):
        done = run([self.mingcha, "roll", "digest", self.folder / "roll.parquet", "--key", bundle.KEY.hex(), "--json"])
        if json.loads(done.output)["root"] != json.loads((self.folder / "roll.json").read_bytes())["root"]:
            raise BenchError("roll digest: another root than before")
        return done.seconds, done.peak

    def out(self, name):
        return self.folder.parent / f"{self.folder.name}.{name}.csv"

    def peer(self, name, python):
        done = run([python, HERE / "peers.py", name, self.folder, self.out(name)])
        said = json.loads(done.output)
        self.versions[name.partition("-")[0]] = said["version"]
        answers.peer(name, self.out(name), self.drawn)
        return said["seconds"], done.peak

    def postgres(self, name, server):
        seconds, peak = server.draw(name.endswith("pruned"), self.out(name))
        answers.peer(name, self.out(name), self.drawn)
        return seconds, peak

    def measure(self, rounds, slow_rounds):
        """All sides in turn; the slow ones in rounds that lie evenly among the others."""
        slow = {rounds * index // slow_rounds for index in range(min(rounds, slow_rounds))}
        for index in range(rounds):
            for name, side in self.sides.items():
                if side["quick"] or index in slow:
                    seconds, peak = side["work"]()
                    side["seconds"].append(seconds)
                    side["peaks"].append(peak)
                    say(f"round {index + 1}: {name} {seconds:.3f} s")

    def figures(self):
        kept = ("label", "rows", "seconds", "peaks")
        return {name: {key: side[key] for key in kept} for name, side in self.sides.items()}


def one_draw(given, python, mingcha, examples):
    folder = roll_of(given.rows, python)
    job = bundle.make(folder, mingcha)
    bench = Bench(folder, job, mingcha, examples)
    bench.draw("--no-roll-check")
    bench.drawn = answers.product(folder, job)
    rows, eligible = job["rows"], job["eligible"]
    bench.add("draw", "**mingcha draw --no-roll-check**", True, lambda: bench.draw("--no-roll-check"))
    bench.add("hashes", "its hashes alone (eligible rows)", True, lambda: bench.example("bench_hashes", eligible))
    names = [] if given.peers == "none" else list(PEERS) if given.peers == "all" else given.peers.split(",")
    in_postgres = [name for name in names if name.startswith("postgres")]
    for name in names:
        if name not in in_postgres:
            bench.add(name, *PEERS[name], lambda name=name: bench.peer(name, python))
    bench.add("draw-checked", "mingcha draw, the roll's digest checked", True, bench.draw)
    bench.add("freeze", "mingcha roll digest (freezing)", True, bench.freeze)
    bench.add("freeze-hashes", "its hashes alone (blinds, leaves, nodes)", True,
              lambda: bench.example("bench_freeze_hashes", rows))
    with contextlib.ExitStack() as stack:
        for path in [folder / "result.json", *map(bench.out, names)]:
            stack.callback(path.unlink, missing_ok=True)
        if in_postgres:
            say("loading PostgreSQL")
            server = stack.enter_context(Server(python, folder, job))
            bench.versions["PostgreSQL"] = server.version
            for name in in_postgres:
                bench.add(name, *PEERS[name], lambda name=name: bench.postgres(name, server))
        bench.measure(given.rounds, given.slow_rounds)
    return job, bench


def arguments():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS_OF_PAGE)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--slow-rounds", type=int, default=3, help="rounds of the peers that take seconds")
    parser.add_argument("--peers", default="all", help=f"all, none, or some of {', '.join(PEERS)}")
    parser.add_argument("--whole-country", action="store_true", help="instead: 50, 100 and 200 million rows under 1 GB")
    parser.add_argument("--pages", action="store_true", help="instead: pages a second beside an older build")
    parser.add_argument("--country-rows", default="50000000,100000000,200000000", help="the lengths of --whole-country")
    parser.add_argument("--mingcha", type=Path, help="a built program, instead of building")
    parser.add_argument("--examples", type=Path, help="the folder of the built examples")
    given = parser.parse_args()
    unknown = set(given.peers.split(",")) - {"all", "none", *PEERS}
    if unknown or given.rows < 1000 or min(given.rounds, given.slow_rounds) < 1:
        parser.error(f"no such peer: {', '.join(unknown)}" if unknown else "at least 1000 rows and one round")
    return given


def record(name, figures):
    """Adds to test-results/bench.json what was measured now, and leaves the other part."""
    RESULTS.parent.mkdir(exist_ok=True)
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    known = known if isinstance(known, dict) else {}
    RESULTS.write_text(json.dumps(known | {name: figures}, ensure_ascii=False, indent=1) + "\n")


def finish(name, facts, body, figures, on_page):
    """Prints, keeps, and where it counts writes what was measured into the page."""
    print(body)
    record(name, figures)
    if on_page:
        before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else page.HEAD
        PAGE.write_text(page.put(before, name, page.setting_lines(facts) + "\n\n" + body), encoding="utf-8")


def main():
    given = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    if not given.mingcha:
        build()
    mingcha = (given.mingcha or ROOT / "target" / "debug" / "mingcha").resolve()
    examples = (given.examples or ROOT / "target" / "debug" / "examples").resolve()
    if given.pages:
        # Rounds of seconds each: the medians of five hold, as the sides take turns.
        figures = pages.measure(WORK, mingcha, min(given.rounds, 5), 5, say)
        facts, body = setting(sys.argv[1:], {"Python": platform.python_version()}), pages.tables(figures, page.table)
        finish("pages", facts, body, {"setting": facts, "goals": pages.goals(figures)}, True)
        return 0
    python = peers_python()
    if given.whole_country:
        name, rows = "whole-country", [int(part) for part in given.country_rows.split(",")]
        runs = country.measure(rows, WORK, python, mingcha, given.slow_rounds, say)
        facts = setting(sys.argv[1:], {"Python": platform.python_version()}) | {"limit": runs[0]["limit"]}
        figures, body, big = {"setting": facts, "runs": runs}, page.country_table(runs), max(rows) >= 20 * ROWS_OF_PAGE
    else:
        name, (job, bench) = "draw", one_draw(given, python, mingcha, examples)
        found = page.summary(bench.figures(), "draw")
        facts = setting(sys.argv[1:], bench.versions)
        facts["job"] = f"{job['rows']:,} rows, {job['eligible']:,} eligible, {len(job['cells'])} cells, {job['drawn']:,} drawn"
        met = page.goals(found)
        figures = {"setting": facts, "sides": found, "goals": met}
        body, big = page.draw_table(found) + "\n\n" + page.goals_table(met), given.rows >= ROWS_OF_PAGE
    finish(name, facts, body, figures, big)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (BenchError, PostgresError) as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
