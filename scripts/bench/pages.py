"""`make bench BENCH=--pages`: how many pages a second, and how long the slowest wait, beside an older build in the same run.

The older build is the commit that BASELINE names, built once by the same command as ours into target/bench/baseline. Both
serve a small demo city of their own making, on SQLite, and are asked in turn by wrk.
"""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from measure import BenchError

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import setup  # noqa: E402

# The build before pages were made fast; its figures are those that issue 9 begins from.
BASELINE = "a535e82a44"
SIDES = ("before", "now")
# (name, address, signed in, connections, goal of the ratio now : before)
ASKED = (
    ("office: subjects, 500 connections", "/office/subjects", True, 500, 3.0),
    ("public: drawn list, 500 connections", "/announcements/{task}/drawn", False, 500, 2.0),
    ("office: subjects, 2,000 connections", "/office/subjects", True, 2000, None),
)
EXPORTS = 10
PUBLIC_MS_MAX = 300
START_SECONDS_MAX = 60
FILES_NEEDED = 8192


def baseline(work, say):
    """The program of the older build."""
    tree, target = work / "baseline", work / "baseline-target"
    program, stamp = target / "debug" / "mingcha", work / "baseline.commit"
    if stamp.exists() and stamp.read_text() == BASELINE and program.exists():
        return program
    say(f"building {BASELINE}, some ten minutes")
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", BASELINE], cwd=ROOT, capture_output=True)
    if archive.returncode:
        raise BenchError(f"commit {BASELINE} is not here; a shallow clone lacks it: `git fetch --unshallow`")
    subprocess.run(["tar", "-x", "-C", tree], input=archive.stdout, check=True)
    environment = os.environ | {"CARGO_TARGET_DIR": str(target)}
    for command in ([sys.executable, "scripts/setup.py", "run"], ["cargo", "build", "--locked", "-q", "-p", "cli"]):
        if subprocess.run(command, cwd=tree, env=environment).returncode:
            raise BenchError("the older build failed")
    stamp.write_text(BASELINE)
    return program


class Served:
    """A small demo city that one build made and serves."""

    def __init__(self, program, home):
        self.program, self.home = program, home
        shutil.rmtree(home, ignore_errors=True)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MINGCHA_")}
        made = subprocess.run([program, "demo", "--home", home, "--scale", "small", "--no-serve"], env=environment, capture_output=True)
        if made.returncode:
            raise BenchError("the demo city was not made: " + made.stderr.decode()[-1000:])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [program, "serve", "--home", home, "--listen", f"127.0.0.1:{self.port}"], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                if self.get("/healthz")[0] == 200:
                    break
            except OSError:
                pass
            if time.monotonic() > until or self.process.poll() is not None:
                raise BenchError(f"{program} did not begin to serve")
            time.sleep(0.1)
        self.cookie = self.sign_in()
        self.task = re.search(rb"/announcements/(\d+)", self.get("/")[1])[1].decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def get(self, path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def sign_in(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = urlencode({"login": "clerk", "password": "mingcha-demo"})
        connection.request("POST", "/office/sign-in", body, {
            "Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        cookie = answer.getheader("set-cookie", "")
        connection.close()
        if answer.status != 303 or not cookie:
            raise BenchError(f"signing in was answered {answer.status}")
        return cookie.split(";")[0]

    def wrk(self, path, signed_in, connections, seconds):
        """(answers a second, 99th percentile in seconds); an answer that is no 200 makes the figure void."""
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency"]
        if signed_in:
            command += ["-H", f"Cookie: {self.cookie}"]
        done = subprocess.run([*command, f"http://127.0.0.1:{self.port}{path.format(task=self.task)}"], capture_output=True, text=True)
        if done.returncode or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
            raise BenchError(f"wrk on {path}: {done.stdout[-600:]}{done.stderr[-300:]}")
        slow = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", done.stdout)
        return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]), float(slow[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[slow[2]]

    def public_beside_exports(self):
        """(longest wait for a public page in ms, while ten people take the register as a workbook; statuses of the files)."""
        statuses, longest = [], 0.0
        threads = [threading.Thread(target=lambda: statuses.append(self.get("/office/subjects?format=xlsx", {"Cookie": self.cookie})[0]))
                   for _ in range(EXPORTS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            begun = time.monotonic()
            if self.get(f"/announcements/{self.task}")[0] != 200:
                raise BenchError("the public page failed beside the exports")
            longest = max(longest, time.monotonic() - begun)
            time.sleep(0.01)
        return longest * 1000, sorted(statuses)


def measure(work, mingcha, rounds, seconds, say):
    """Figures by what was asked: rates and 99th percentiles of both sides, and the public page beside exports."""
    if shutil.which("wrk") is None:
        setup.apt(["wrk"])
    import resource
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < FILES_NEEDED:
        raise BenchError(f"2,000 connections need {FILES_NEEDED} open files; the limit here is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_NEEDED, hard))
    programs = {"before": baseline(work, say), "now": mingcha}
    found = {name: {side: {"rate": [], "slow": []} for side in SIDES} for name, *_ in ASKED}
    exports = {side: [] for side in SIDES}
    with ExitStack() as stack:
        served = {side: stack.enter_context(Served(programs[side], work / f"pages-{side}")) for side in SIDES}
        for number in range(rounds):
            say(f"pages, round {number + 1} of {rounds}")
            for name, path, signed_in, connections, _ in ASKED:
                for side in SIDES:
                    rate, slow = served[side].wrk(path, signed_in, connections, seconds)
                    found[name][side]["rate"].append(rate)
                    found[name][side]["slow"].append(slow)
            for side in SIDES:
                exports[side].append(served[side].public_beside_exports())
    return {"asked": found, "exports": exports}


def goals(figures):
    """(goal, what was measured, met) of every goal."""
    rows = []
    for name, _, _, connections, ratio in ASKED:
        before, now = (figures["asked"][name][side] for side in SIDES)
        if ratio:
            got = median(now["rate"]) / median(before["rate"])
            rows.append((f"{name}: at least {ratio:g} × the older build", f"{got:.2f}×", got >= ratio))
        if connections == 2000:
            share = median(now["slow"]) / (connections / median(now["rate"]))
            part = median(now["slow"]) / median(before["slow"])
            rows.append((f"{name}: p99 at most 1.5 × connections ÷ rate", f"{share:.2f}×", share <= 1.5))
            rows.append((f"{name}: p99 under half of the older build's", f"{part:.2f}×", part < 0.5))
    longest = max(ms for ms, _ in figures["exports"]["now"])
    rows.append((f"public page beside {EXPORTS} exports: at most {PUBLIC_MS_MAX} ms", f"{longest:.0f} ms", longest <= PUBLIC_MS_MAX))
    return rows


def tables(figures, table):
    """The two tables of the page."""
    rows = []
    for name, *_ in ASKED:
        for side in SIDES:
            one = figures["asked"][name][side]
            rows.append([name, side, f"{median(one['rate']):,.0f}", f"{median(one['slow']) * 1000:,.0f}"])
    for side in SIDES:
        longest = [ms for ms, _ in figures["exports"][side]]
        rows.append([f"public page beside {EXPORTS} exports, longest", side, "", f"{max(longest):,.0f}"])
    met = [[goal, got, "yes" if good else "no"] for goal, got, good in goals(figures)]
    return table(["asked", "build", "answers/s", "p99 ms"], rows, left=2) + "\n\n" + table(["goal", "measured", "met"], met)
