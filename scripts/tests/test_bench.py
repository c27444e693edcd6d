"""The bench: its lines of the protocol, its limits, its page; and, where its Python and a build are there, one small round."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
BENCH = SCRIPTS / "bench"
sys.path[:0] = [str(SCRIPTS), str(BENCH)]

import answers  # noqa: E402
import bundle  # noqa: E402
import page  # noqa: E402
import question  # noqa: E402
from measure import AddressSpace, BenchError, limited, run  # noqa: E402

TARGET = SCRIPTS.parent / "target"
PYTHON = TARGET / "bench" / "venv" / "bin" / "python"
MINGCHA = TARGET / "debug" / "mingcha"
SEED = "bb0c5cd934d5a7ac6aec1efdebca4fe654939c1a67c931cabb052e1400e6fa6a"


class Protocol(unittest.TestCase):
    """The small vectors of the protocol's page."""

    def test_commitments(self):
        organiser = "秦皇岛市市场监督管理局"
        for party, salt, value, expected in [
            ("平台", bytes(32), "摇号员甲", "b4053e0742980ddf1f83ea3314cf3a1538de812d481b5cfdf35f0e9688feff94"),
            ("纪检监察组", b"\x01" * 32, "42", "c1cd6ad159f3d6791cf32d554d198f063e9a83d7a06783d139e0d15842d03215"),
        ]:
            self.assertEqual(bundle.reveal(0, party, salt, value, "D-2021-0001", organiser).hex(), expected)

    def test_random_split(self):
        block = b"mingcha ticket v1".ljust(32, b"\0") + bytes.fromhex(SEED)
        self.assertEqual(bundle.sha(block, b"91130302MA0000000").hex(),
                         "19225d9c978cf961cbc73d3817cb48799a854b7a4c58f018a49ff0398d4b9d19")
        self.assertEqual(bundle.split_randomly(block, "E8", 7, {"130302": 100, "130303": 100, "130304": 50}),
                         {"130302": 2, "130303": 3, "130304": 2})
        self.assertEqual(bundle.split_randomly(block, "E8", 6, dict.fromkeys("abcd", 10)), {"a": 2, "b": 1, "c": 2, "d": 1})

    def test_the_sql_names_every_stratum_of_the_scheme(self):
        self.assertEqual([one["code"] for one in bundle.SCHEME["strata"]], question.STRATA)
        splits = [one["code"] for one in bundle.SCHEME["strata"] if "split" in one or "by" in one["size"]]
        self.assertEqual([question.STRATA[question.BY_ORGAN], question.STRATA[question.BY_RISK]], splits)


class Bounds(unittest.TestCase):
    def test_the_sparsest_cell_decides_and_whole_cells_have_none(self):
        found = question.bounds({"cells": [["E2", "a", 10_000, 100], ["E2", "b", 1_000, 10], ["P1", None, 30, 30]]})
        self.assertEqual(found[question.STRATA.index("E2")], int((10 + 6 * 10**0.5 + 20) * 2**64 / 1_000))
        self.assertEqual(found[question.STRATA.index("P1")], 2**64)


class Answers(unittest.TestCase):
    DRAWN = {(0, ""): [("91A", "01"), ("91B", "02")], (7, "1101"): [("92A", "05")]}

    def check(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "out.csv"
            path.write_text(text, encoding="utf-8")
            answers.peer(name, path, self.DRAWN)

    def test_the_same_list_passes_in_any_order_of_cells(self):
        self.check("duckdb-sha256", '7,1101,92A,05\n0,"",91A,01\n0,,91B,02\n')

    def test_any_difference_is_refused(self):
        for text in ("7,1101,92A,05\n0,,91B,02\n0,,91A,01\n", "7,1101,92A,06\n0,,91A,01\n0,,91B,02\n", "0,,91A,01\n0,,91B,02\n"):
            with self.assertRaises(BenchError):
                self.check("duckdb-sha256", text)

    def test_with_another_hash_the_sizes_count(self):
        self.check("polars-hash-pruned", "7,1101,92C,9\n0,,91X,1\n0,,91Y,2\n")
        for text in ("7,1101,92C,9\n0,,91X,1\n", "7,1101,92C,9\n0,,91X,1\n0,,91X,2\n", "7,1101,92C,9\n0,,91X,3\n0,,91Y,2\n"):
            with self.assertRaises(BenchError):
                self.check("polars-hash-pruned", text)


class Measuring(unittest.TestCase):
    HOLD = "import sys; held = bytearray(int(sys.argv[1]) << 20); print(len(held))"

    def test_seconds_memory_and_output(self):
        done = run([sys.executable, "-c", self.HOLD, 200])
        self.assertGreater(done.peak, 200 << 20)
        self.assertGreater(done.seconds, 0)
        self.assertEqual(int(done.output), 200 << 20)

    def test_our_own_memory_is_not_the_programs(self):
        held = bytearray(300 << 20)
        self.assertLess(run(["true"]).peak, 30 << 20)
        del held

    def test_a_failure_is_not_a_time(self):
        with self.assertRaisesRegex(BenchError, "exit 3: why"):
            run([sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit(3)"])

    def test_both_limits_are_real(self):
        with limited(256 << 20) as best:
            for limit in (best, AddressSpace(256 << 20)):
                run([sys.executable, "-c", self.HOLD, 64], limit)
                with self.assertRaises(BenchError, msg=limit.name):
                    run([sys.executable, "-c", self.HOLD, 512], limit)


class Page(unittest.TestCase):
    SIDES = {
        "draw": {"label": "ours", "rows": 10_000_000, "seconds": [0.5, 0.4, 0.9], "peaks": [5_000_000, 7_000_000]},
        "hashes": {"label": "hashes", "rows": 10_000_000, "seconds": [0.2], "peaks": [0]},
        "polars-hash-pruned": {"label": "Polars", "rows": 10_000_000, "seconds": [0.9], "peaks": [1]},
    }

    def test_medians_ratios_and_goals(self):
        found = page.summary(self.SIDES, "draw")
        self.assertIn("| ours | 3 | 0.500 | 0.400 | 20.0 M | 7 MB | 1.00× |", page.draw_table(found))
        self.assertIn("| hashes | 1 | 0.200 | 0.200 | 50.0 M | – | 0.40× |", page.draw_table(found))
        self.assertEqual([(round(ratio, 2), met) for _, ratio, met in page.goals(found)], [(2.5, False), (0.56, False)])

    def test_the_country(self):
        run = {"rows": 200_000_000, "drawn": 2_400_000, "cold": 12.0, "seconds": [9.0, 8.0, 11.0], "peak": 300_000_000,
               "held": [900_000_000, 400_000_000], "limit": "some"}
        self.assertIn("| 200,000,000 | 2,400,000 | 9.00 | 12.00 | 45.0 | 300 MB | 900 MB |", page.country_table([run]))

    def test_a_section_is_replaced_and_the_rest_stays(self):
        once = page.put(page.HEAD, "draw", "first")
        both = page.put(once, "whole-country", "other")
        again = page.put(both, "draw", "second")
        self.assertEqual(again, both.replace("first", "second"))
        self.assertEqual(page.put(again, "draw", "second"), again)
        with self.assertRaises(BenchError):
            page.put(again.replace("<!-- bench draw: end -->", ""), "draw", "third")


@unittest.skipUnless(PYTHON.exists() and MINGCHA.exists(), "needs a build and the Python of `make bench`")
class SmallRound(unittest.TestCase):
    def test_every_peer_draws_what_mingcha_draws(self):
        with tempfile.TemporaryDirectory() as top:
            folder, out = Path(top) / "small", Path(top) / "out.csv"
            folder.mkdir()
            for name in ("small/roll.parquet", "again.parquet"):
                subprocess.run([PYTHON, BENCH / "roll.py", Path(top) / name, "--rows", "20000"], check=True)
            self.assertEqual((folder / "roll.parquet").read_bytes(), (Path(top) / "again.parquet").read_bytes())
            job = bundle.make(folder, MINGCHA)
            run([MINGCHA, "draw", folder])
            drawn = answers.product(folder, job)
            self.assertEqual(sum(map(len, drawn.values())), job["drawn"])
            for name in ("duckdb-sha256", "duckdb-sha256-pruned", "duckdb-hash", "duckdb-hash-pruned", "polars-hash-pruned",
                         "datafusion-sha256", "datafusion-sha256-pruned"):
                with self.subTest(name):
                    run([PYTHON, BENCH / "peers.py", name, folder, out])
                    answers.peer(name, out, drawn)


if __name__ == "__main__":
    unittest.main()
