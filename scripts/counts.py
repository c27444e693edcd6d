"""Reads how many tests passed and failed from what the test runners print. Pure: text in, counts out.

A runner whose output cannot be read counts nothing, and the caller treats "nothing ran" as a failure: a change of format
in a runner must never look like success.
"""

import json
import re
from dataclasses import dataclass, field


# Characters of a failed journey's error that the summary repeats.
ERROR_CHARS_MAX = 400
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Counts:
    """Totals of one step. `databases` holds how many tests ran on each, passed or not."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    databases: dict = field(default_factory=lambda: {"sqlite": 0, "postgres": 0})
    failures: list = field(default_factory=list)

    @property
    def ran(self):
        return self.passed + self.failed


class CargoTest:
    """Reads `cargo test` line by line.

    Totals come from the `test result:` line of each test program, which holds even where a test writes to the terminal in
    the middle of another's line. Names are needed only for the databases and the list of failures.
    """

    RESULT = re.compile(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;")
    CASE = re.compile(r"test (\S+)(?: - should panic)? \.\.\. (ok|FAILED)")

    def __init__(self):
        self.counts = Counts()

    def line(self, text):
        result = self.RESULT.search(text)
        if result:
            self.counts.passed += int(result[1])
            self.counts.failed += int(result[2])
            self.counts.skipped += int(result[3])
            return
        case = self.CASE.search(text)
        if case:
            database = case[1].rpartition("::")[2]
            if database in self.counts.databases:
                self.counts.databases[database] += 1
            if case[2] == "FAILED":
                self.counts.failures.append(case[1])


class NodeTest:
    """Reads Node's test runner, in the form it prints to a pipe (TAP, `# pass 3`) and to a terminal (`ℹ pass 3`)."""

    TOTAL = re.compile(r"^(?:#|ℹ) (pass|fail|cancelled|skipped|todo) (\d+)\s*$")

    def __init__(self):
        self.counts = Counts()

    def line(self, text):
        total = self.TOTAL.match(text)
        if not total:
            return
        number = int(total[2])
        if total[1] == "pass":
            self.counts.passed += number
        elif total[1] in ("fail", "cancelled"):
            self.counts.failed += number
        else:
            self.counts.skipped += number


class Unittest:
    """Reads Python's unittest."""

    RAN = re.compile(r"^Ran (\d+) tests? in")
    BAD = re.compile(r"(failures|errors|unexpected successes)=(\d+)")
    SKIPPED = re.compile(r"skipped=(\d+)")

    def __init__(self):
        self.counts = Counts()
        self._ran = 0

    def line(self, text):
        ran = self.RAN.match(text)
        if ran:
            self._ran = int(ran[1])
        elif text.startswith(("OK", "FAILED (")):
            self.counts.failed = sum(int(n) for _, n in self.BAD.findall(text))
            skipped = self.SKIPPED.search(text)
            self.counts.skipped = int(skipped[1]) if skipped else 0
            self.counts.passed = self._ran - self.counts.failed - self.counts.skipped


def playwright(report):
    """Reads the report of Playwright's JSON reporter. A flaky test failed at least once, so it counts as failed."""
    report = json.loads(report)
    stats = report["stats"]
    return Counts(
        passed=stats["expected"],
        failed=stats["unexpected"] + stats["flaky"],
        skipped=stats["skipped"],
        failures=[failure for suite in report.get("suites", []) for failure in failed_specs(suite)],
    )


def failed_specs(suite):
    """Each journey that failed, as `file › title: what was wrong`, on one line: CI keeps little more than the last lines."""
    for inner in suite.get("suites", []):
        yield from failed_specs(inner)
    for spec in suite.get("specs", []):
        results = [result for test in spec.get("tests", []) for result in test.get("results", [])]
        errors = [error.get("message", "") for result in results for error in result.get("errors", [])]
        if errors:
            said = " ".join(COLOUR.sub("", errors[0]).split())
            yield f"{spec.get('file', suite.get('file', '?'))} › {spec['title']}: {said[:ERROR_CHARS_MAX]}"


def database_problem(counts):
    """Why the two databases were not tested alike, or None."""
    sqlite, postgres = counts.databases["sqlite"], counts.databases["postgres"]
    if sqlite == 0 or postgres == 0:
        return f"a database was not tested at all (SQLite {sqlite}, PostgreSQL {postgres})"
    if sqlite != postgres:
        return f"the databases ran different numbers of tests (SQLite {sqlite}, PostgreSQL {postgres})"
    return None
