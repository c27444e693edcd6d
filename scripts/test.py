#!/usr/bin/env python3
"""Runs every check of the repository, goes on after a failure, and ends with the line `N passed, N failed`.

The exit code is 0 only if something ran and nothing failed. A step without tests of its own (formatting, say) counts as one.

Rust tests run under plain `cargo test`, not under cargo-nextest: nextest has to be compiled for minutes on a new machine,
does not run documentation tests, and the isolation it adds (a process per test) is not needed, because each test has a
database and a folder of its own. `cargo test` also shares every compiled crate with `make run`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import postgres
import setup
from counts import CargoTest, Counts, NodeTest, Unittest, database_problem, playwright

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "test-results"
STEP_SECONDS_MAX = 40 * 60
PLAYWRIGHT_REPORT = RESULTS / "e2e.json"

running = None


def environment(cluster):
    """What every step sees. Colours are off because the output is read, and kept, as text."""
    # A developer's own configuration of the product (MINGCHA_HOME, …) must not reach the tests.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("MINGCHA_") or k.startswith("MINGCHA_TEST_")}
    values = inherited | {
        "CARGO_TERM_COLOR": "never",
        "CARGO_TERM_PROGRESS_WHEN": "never",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    values.pop("FORCE_COLOR", None)
    if cluster:
        values["MINGCHA_TEST_POSTGRES"] = cluster.url
    return values


def stop_running():
    """Ends the step that runs now, with everything it started (its process group)."""
    if running and running.poll() is None:
        try:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def stream(name, command, env, folder=ROOT, reader=None):
    """Runs a command, passes its output through, keeps it in test-results/, and feeds it to `reader`. Returns its exit code."""
    global running
    print(f"$ {' '.join(command)}", flush=True)
    with open(RESULTS / f"{name}.log", "a", encoding="utf-8") as log:
        running = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", start_new_session=True)
        signal.alarm(STEP_SECONDS_MAX)
        try:
            for text in running.stdout:
                sys.stdout.write(text)
                sys.stdout.flush()
                log.write(text)
                if reader:
                    reader.line(text)
            return running.wait()
        finally:
            signal.alarm(0)


def as_one(code, why=None):
    """Counts a step that has no tests of its own."""
    if code == 0:
        return Counts(passed=1)
    return Counts(failed=1, failures=[why or f"ended with code {code}"])


def counted(code, counts):
    """A runner that ends badly without naming a failure (a crash, a build error) or that ran nothing has failed once."""
    if counts.failed == 0 and (code != 0 or counts.passed == 0):
        counts.failed = 1
        counts.failures.append("the runner ended with code %d after %d tests" % (code, counts.passed))
    return counts


def attempt(action):
    try:
        action()
    except setup.SetupError as error:
        print(f"setup: {error}", flush=True)
        return as_one(1, str(error))
    return as_one(0)


def step_setup(env):
    return attempt(lambda: setup.setup("test"))


def step_assets(env):
    return attempt(setup.assets)


def step_scripts(env):
    reader = Unittest()
    command = ["python3", "-m", "unittest", "discover", "-s", "scripts/tests", "-t", "scripts"]
    return counted(stream("scripts", command, env, reader=reader), reader.counts)


def step_verifiers(env):
    """The three verifiers against each other. The product answers through an example that is built as `make run` builds."""
    if stream("verifiers", ["cargo", "build", "--locked", "-p", "cli", "-p", "bundle", "--example", "verdicts"], env):
        return as_one(1, "the example `verdicts` was not built")
    reader = Unittest()
    command = ["python3", "-m", "unittest", "discover", "-s", "verifiers/tests", "-t", "verifiers"]
    return counted(stream("verifiers", command, env, reader=reader), reader.counts)


def step_fmt(env):
    return as_one(stream("fmt", ["cargo", "fmt", "--all", "--check", "--", "-l"], env))


def step_build(env):
    # The same command as in `make run`, so that the two share every artefact.
    return as_one(stream("build", ["cargo", "build", "--locked", "-p", "cli"], env))


def step_demo(env):
    """What the demo leaves behind, read by others than us. Its Python has packages of its own; see setup.py."""
    python = setup.VENV / "bin" / "python"
    if not python.exists():
        return as_one(1, "the tests' Python is missing; run `make setup-test`")
    reader = Unittest()
    command = [str(python), "-m", "unittest", "discover", "-s", "scripts/tests_demo", "-t", "scripts"]
    return counted(stream("demo", command, env, reader=reader), reader.counts)


def step_clippy(env):
    return as_one(stream("clippy", ["cargo", "clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"], env))


def step_rust(env):
    reader = CargoTest()
    code = stream("rust", ["cargo", "test", "--locked", "--workspace", "--no-fail-fast"], env, reader=reader)
    counts = counted(code, reader.counts)
    problem = database_problem(counts)
    if problem:
        counts.failed += 1
        counts.failures.append(problem)
    return counts


def step_types(env):
    """Types of the browser modules and of the journeys: one check each."""
    codes = [stream("types", ["npm", "run", "--silent", "typecheck"], env, folder=ROOT / place) for place in (".", "e2e")]
    bad = len(codes) - codes.count(0)
    return Counts(passed=codes.count(0), failed=bad, failures=["`npm run typecheck` found errors"] * bad)


def step_client(env):
    reader = NodeTest()
    return counted(stream("client", ["npm", "test", "--silent"], env, reader=reader), reader.counts)


def step_e2e(env):
    PLAYWRIGHT_REPORT.unlink(missing_ok=True)
    code = stream("e2e", ["npm", "test", "--silent"], env, folder=ROOT / "e2e")
    try:
        counts = playwright(PLAYWRIGHT_REPORT.read_text())
    except (OSError, ValueError, KeyError):
        counts = Counts()
    return counted(code, counts)


# In this order: what is cheap and often wrong first; the browser assets before anything that embeds them.
STEPS = {
    "setup": step_setup,
    "scripts": step_scripts,
    "fmt": step_fmt,
    "assets": step_assets,
    "types": step_types,
    "client": step_client,
    "build": step_build,
    "verifiers": step_verifiers,
    "demo": step_demo,
    "rust": step_rust,
    "e2e": step_e2e,
    "clippy": step_clippy,
}
NEEDS_POSTGRES = {"demo", "rust", "e2e"}


def run_steps(names):
    """Runs the steps and returns name -> (counts, seconds)."""
    results = {}
    cluster = None
    try:
        for name in names:
            print(f"\n== {name} ==", flush=True)
            begun = time.monotonic()
            try:
                if name in NEEDS_POSTGRES and cluster is None:
                    cluster = postgres.Cluster()
                    cluster.start()
                counts = STEPS[name](environment(cluster))
            except (OSError, postgres.PostgresError, TimeoutError) as error:
                print(f"{name}: {error}", flush=True)
                stop_running()
                counts = Counts(failed=1, failures=[str(error)])
                if cluster and cluster.url is None:
                    cluster = None
            results[name] = (counts, time.monotonic() - begun)
    finally:
        stop_running()
        if cluster:
            cluster.stop()
    return results


def summary(results):
    """Prints the table, keeps it as JSON, and returns (passed, failed)."""
    print("\n== summary ==")
    print(f"{'step':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for name, (counts, seconds) in results.items():
        print(f"{name:<10}{counts.passed:>8}{counts.failed:>8}{counts.skipped:>9}{seconds:>9.1f}")
    for name, (counts, _) in results.items():
        for failure in counts.failures:
            print(f"failed in {name}: {failure}")
    if "rust" in results:
        databases = results["rust"][0].databases
        print(f"tests on SQLite: {databases['sqlite']}, on PostgreSQL: {databases['postgres']}")
    passed = sum(counts.passed for counts, _ in results.values())
    failed = sum(counts.failed for counts, _ in results.values())
    record = {name: vars(counts) | {"seconds": round(seconds, 1)} for name, (counts, seconds) in results.items()}
    (RESULTS / "summary.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    return passed, failed


def on_signal(number, _):
    sys.exit(128 + number)


def on_alarm(*_):
    raise TimeoutError(f"stopped after {STEP_SECONDS_MAX} seconds")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=STEPS, metavar="STEP",
                        help="run this step alone; may be repeated: " + ", ".join(STEPS))
    only = parser.parse_args().only
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGHUP, on_signal)
    signal.signal(signal.SIGALRM, on_alarm)
    RESULTS.mkdir(exist_ok=True)
    for log in RESULTS.glob("*.log"):
        log.unlink()
    results = run_steps([name for name in STEPS if not only or name in only])
    passed, failed = summary(results)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
