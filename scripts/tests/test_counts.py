"""What the runners print, and what must be read from it."""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from counts import CargoTest, Counts, NodeTest, Unittest, database_problem, playwright  # noqa: E402


def read(reader, text):
    for line in text.splitlines(keepends=True):
        reader.line(line)
    return reader.counts


class CargoTestLines(unittest.TestCase):
    def test_two_programs_are_added_up(self):
        counts = read(CargoTest(), """
running 3 tests
test accounts::finds_by_login::sqlite ... ok
test accounts::finds_by_login::postgres ... FAILED
test parses_a_code ... ignored, needs a file
test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s
running 1 test
test refuses - should panic ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
""")
        self.assertEqual((counts.passed, counts.failed, counts.skipped), (2, 1, 1))
        self.assertEqual(counts.databases, {"sqlite": 1, "postgres": 1})
        self.assertEqual(counts.failures, ["accounts::finds_by_login::postgres"])

    def test_a_line_behind_other_output_is_read(self):
        counts = read(CargoTest(), "12 rowstest a::sqlite ... ok\ndone. test b::sqlite ... ok\n")
        self.assertEqual(counts.databases["sqlite"], 2)

    def test_only_the_last_word_of_a_name_is_a_database(self):
        counts = read(CargoTest(), "test sqlite::opens ... ok\ntest not_postgres ... ok\n")
        self.assertEqual(counts.databases, {"sqlite": 0, "postgres": 0})

    def test_nothing_readable_counts_nothing(self):
        self.assertEqual(read(CargoTest(), "error: could not compile `store`\n").ran, 0)


class NodeTestLines(unittest.TestCase):
    def test_tap_and_spec(self):
        for mark in ("#", "ℹ"):
            counts = read(NodeTest(), f"ok 1 - adds\n{mark} tests 7\n{mark} pass 4\n{mark} fail 1\n{mark} cancelled 1\n{mark} skipped 1\n")
            self.assertEqual((counts.passed, counts.failed, counts.skipped), (4, 2, 1), mark)


class UnittestLines(unittest.TestCase):
    def test_outcomes(self):
        for text, expect in [
            ("Ran 5 tests in 0.1s\n\nOK\n", (5, 0, 0)),
            ("Ran 5 tests in 0.1s\n\nOK (skipped=2)\n", (3, 0, 2)),
            ("Ran 5 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n", (2, 3, 0)),
        ]:
            counts = read(Unittest(), text)
            self.assertEqual((counts.passed, counts.failed, counts.skipped), expect, text)


class PlaywrightReport(unittest.TestCase):
    def test_flaky_is_failed(self):
        counts = playwright(json.dumps({"stats": {"expected": 3, "unexpected": 1, "flaky": 2, "skipped": 4}}))
        self.assertEqual((counts.passed, counts.failed, counts.skipped), (3, 3, 4))

    def test_a_failed_journey_is_named_with_its_error(self):
        good = {"title": "walks", "tests": [{"results": [{"errors": []}]}]}
        bad = {"title": "draws", "file": "draw.spec.ts",
               "tests": [{"results": [{"errors": [{"message": "\u001b[31mTimed out\u001b[39m\n  at 3"}]}]}]}
        report = {"stats": {"expected": 1, "unexpected": 1, "flaky": 0, "skipped": 0},
                  "suites": [{"file": "draw.spec.ts", "specs": [good], "suites": [{"specs": [bad]}]}]}
        self.assertEqual(playwright(json.dumps(report)).failures, ["draw.spec.ts › draws: Timed out at 3"])


class Databases(unittest.TestCase):
    def test_problems(self):
        for sqlite, postgres, fine in [(3, 3, True), (3, 2, False), (0, 0, False), (0, 3, False), (3, 0, False)]:
            counts = Counts(databases={"sqlite": sqlite, "postgres": postgres})
            self.assertEqual(database_problem(counts) is None, fine, (sqlite, postgres))


if __name__ == "__main__":
    unittest.main()
