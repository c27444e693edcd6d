"""What verify.py finds in bundles that hold, that hold in part, and that break a rule. The bundles are made in cases.py."""

import contextlib
import hashlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import verify

from . import cases, copies, judges
from .generator import Draw, jcs


class Verdicts(unittest.TestCase):
    def test_every_case_has_the_verdict_and_the_rule_that_it_was_made_for(self):
        seen = set()
        for name, files, verdict, step, code in cases.all_cases():
            with self.subTest(name):
                check = verify.verify(files)
                if name == "new-letters" and not verify.NFC_IS_CURRENT:
                    verdict = "partial"
                self.assertEqual(judges.finding(check)[:3], (verdict, step or "", code or ""), check.failure)
                seen.add(verdict)
        self.assertEqual(seen, {"ok", "partial", "failed"})

    def test_what_is_owed_is_said(self):
        for name, words in (("signed", "SM2"), ("parquet", "roll.csv"), ("drand", "BLS"), ("no-roll", "不含底册")):
            with self.subTest(name):
                check = verify.verify(cases.good()[name][0].bundle())
                self.assertIn(words, " ".join(owed for step in check.steps for owed in step["owed"]))

    def test_a_result_gets_a_digest_to_sign_only_where_it_was_recomputed_from_the_roll(self):
        for name, verdict in (("plain", "ok"), ("classes", "ok"), ("signed", "partial"), ("no-roll-classes", None), ("parquet", None)):
            with self.subTest(name):
                files = cases.good()[name][0].bundle()
                found = verify.report(verify.verify(files))
                hashed = hashlib.sha256(files["result.json"]).hexdigest()
                self.assertEqual((found["result"], found["verdict"]), (hashed, verdict) if verdict else (None, "partial"))
        files = cases.draw(signatures=cases.SIGNED).bundle()
        files["signatures.json"] = files["signatures.json"].replace(b"Ed25519", b"RSA")
        self.assertIsNone(verify.report(verify.verify(files))["result"])

    def test_a_zip_is_read_like_its_folder_and_a_broken_one_refused(self):
        for name, (data, verdict) in copies.zips().items():
            with self.subTest(name), tempfile.NamedTemporaryFile() as file:
                file.write(data)
                file.flush()
                self.assertEqual(judges.judged(judges.opened(file.name)).verdict, verdict)

    def test_blocks_and_processes_change_nothing(self):
        for name in ("every", "classes", "addenda", "plain"):
            files = cases.good()[name][0].bundle()
            whole = verify.report(verify.verify(files))
            for size, workers in ((64, 1), (300, 1), (64, 2)):
                with self.subTest(name, size=size, workers=workers), mock.patch.object(verify, "BLOCK", size), \
                     mock.patch.object(verify.blocks_of, "__defaults__", (size,)):  # fmt: skip
                    self.assertEqual(verify.report(verify.verify(files, workers=workers)), whole)

    def test_rows_that_swap_places_between_blocks_are_noticed(self):
        files = cases.draw().bundle()
        lines = files["roll.csv"].split(b"\r\n")
        lines[1:13], lines[13:25] = lines[13:25], lines[1:13]
        files["roll.csv"] = b"\r\n".join(lines)
        for workers in (1, 2):
            with mock.patch.object(verify, "BLOCK", 64), mock.patch.object(verify.blocks_of, "__defaults__", (64,)):
                found = judges.finding(verify.verify(files, workers=workers))
                self.assertEqual(found[:3], ("failed", "roll", "roll-order"))


class Protocol(unittest.TestCase):
    """The small vectors that stand in the protocol's text."""

    def setUp(self):
        ids = [f"91130302MA00000{i:02}" for i in range(20)]
        self.rows = [[name, f"1303{2 + i % 3:02}", "company" if i % 4 else "individual"] for i, name in enumerate(ids)]
        parties = [("平台", bytes(32), "摇号员甲"), ("纪检监察组", b"\1" * 32, "42")]
        times = {
            "at": "2021-05-08T08:30:00+08:00", "committed_at": "2021-05-08T09:00:00+08:00",
            "reveal_by": "2021-05-08T10:00:00+08:00",
        }  # fmt: skip
        self.draw = Draw(["id:text", "organ:text", "kind:text"], self.rows, cases.scheme(exclude=[], strata=[]), parties=parties,
                         draw="D-2021-0001", organiser="秦皇岛市市场监督管理局", times=times)  # fmt: skip

    def sealed(self):
        def change(doc):
            doc["scheme"], doc["sizes"], doc["roll"]["source"] = "0" * 64, "1" * 64, "检查对象名录库"

        self.draw.tamper = {"commitment.json": change}
        return self.draw.bundle()

    def test_roll(self):
        files = self.draw.bundle()
        blind = verify.keyed(hashlib.sha256, b"mingcha blind v1", bytes(range(32)))
        self.assertEqual(blind(self.rows[0][0].encode())[:16].hex(), "72d1dbfdc0d08091b99e1cfc353b62c5")
        root = json.loads(files["roll.json"])["root"]
        self.assertEqual(root, "6288f678e33ea30a3d4a4992d4a67b5f37547296eec786c35f4ceca50a9934da")
        sealed = json.loads(files["commitment.json"])
        self.assertEqual(sealed["roll"]["digest"], "93811f0f76f1a94864ba13675bed572b5bc060fd5ff3767bc4a10213ef54f6db")
        self.assertEqual(verify.verify(files).verdict, "ok")

    def test_commitment_and_seed(self):
        check = verify.verify(self.sealed())
        parties = [one["commitment"] for one in check.docs["commitment.json"]["parties"]]
        self.assertEqual(parties, ["b4053e0742980ddf1f83ea3314cf3a1538de812d481b5cfdf35f0e9688feff94",
                                   "c1cd6ad159f3d6791cf32d554d198f063e9a83d7a06783d139e0d15842d03215"])  # fmt: skip
        self.assertEqual(check.commitment, "35929f9b0fa233b816b19104231ba5ccbb639749583106f1d743ca6eb0883423")
        self.assertEqual(check.seed.hex(), "bb0c5cd934d5a7ac6aec1efdebca4fe654939c1a67c931cabb052e1400e6fa6a")
        ticket = verify.keyed(hashlib.sha256, b"mingcha ticket v1", check.seed)
        first = ticket(self.rows[0][0].encode()).hex()
        self.assertEqual(first, "19225d9c978cf961cbc73d3817cb48799a854b7a4c58f018a49ff0398d4b9d19")
        self.assertEqual(judges.finding(check)[:3], ("failed", "scheme", "digest"))

    def test_split(self):
        seed = bytes.fromhex("bb0c5cd934d5a7ac6aec1efdebca4fe654939c1a67c931cabb052e1400e6fa6a")
        ticket = verify.keyed(hashlib.sha256, b"mingcha ticket v1", seed)
        organs, four = {"130302": 100, "130303": 100, "130304": 50}, dict.fromkeys("abcd", 10)
        for rows, size, method, seats in ((organs, 7, "random", [2, 3, 2]), (organs, 7, "hamilton", [3, 3, 1]),
                                          (four, 6, "random", [2, 1, 2, 1]), (four, 6, "hamilton", [2, 2, 1, 1])):  # fmt: skip
            extra = verify.SPLITS[method]("E8", rows, size, ticket)
            total = sum(rows.values())
            self.assertEqual([size * n // total + extra[cell] for cell, n in rows.items()], seats)


class Hashes(unittest.TestCase):
    def test_own_sm3_follows_the_standard(self):
        self.assertEqual(verify.Sm3(b"abc").digest().hex(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
        self.assertEqual(verify.Sm3(b"abcd" * 16).digest().hex(),
                         "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")  # fmt: skip

    def test_own_sm3_serves_where_openssl_has_none(self):
        files = cases.good()["sm3"][0].bundle()
        with mock.patch.object(hashlib, "algorithms_available", {"sha256"}):
            self.assertIs(verify.suite("mc1-sm3"), verify.Sm3)
            self.assertEqual(verify.verify(files).verdict, "ok")


class Text(unittest.TestCase):
    def refused(self, text):
        try:
            verify.check_text(text, "x", set())
        except verify.Refused as refusal:
            return refusal.code
        return None

    def test_unicode_16_and_nothing_newer(self):
        for text in ("字", "\U00031350", "\U0001cc00", "\ue000", "\u00ad", "\u3164", "é", "a\u0338"):
            self.assertIsNone(self.refused(text), ascii(text))
        controls = ("\x00", "\x1f", "\x7f", "\x9f", "\u200b", "\u200f", "\u2028", "\u202e", "\u2060", "\u2069", "\ufeff")
        unassigned = ("\u0378", "\ufffe", "\U0001fac8", "\U000e0000", "\U0010ffff", "\U000323b0")
        for text in (*controls, *unassigned, "e\u0301", "\uf900", "\u212b"):
            self.assertEqual(self.refused(text), "text", ascii(text))

    @unittest.skipIf(verify.NFC_IS_CURRENT, "this Python knows Unicode 16")
    def test_an_older_python_owes_what_it_cannot_judge(self):
        owed = set()
        verify.check_text("\U0001611e\U0001611e", "x", owed)
        self.assertEqual(len(owed), 1)


class CommandLine(unittest.TestCase):
    def run_on(self, files, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            for name, data in files.items():
                path = Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
            out = io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                try:
                    return verify.main([folder, *arguments]), out.getvalue()
                except SystemExit as exit:
                    return exit.code, out.getvalue()

    def test_exit_codes_and_the_published_commitment(self):
        good = cases.good()["addenda"][0].bundle()
        seal = hashlib.sha256(good["commitment.json"]).hexdigest()
        code, out = self.run_on(good)
        self.assertEqual(code, 0)
        self.assertIn("--commitment", out)
        code, out = self.run_on(good, "--commitment", seal.upper())
        self.assertEqual(code, 0)
        self.assertIn("与公布的承诺相连", out)
        self.assertEqual(self.run_on(good, "--commitment", "0" * 64)[0], 1)
        self.assertEqual(self.run_on(good, "--commitment", "xyz")[0], 2)
        self.assertEqual(self.run_on(cases.good()["no-roll"][0].bundle())[0], 3)
        self.assertEqual(self.run_on(good | {"other": b""})[0], 1)

    def test_a_damaged_zip_does_not_hold(self):
        with tempfile.NamedTemporaryFile(suffix=".zip") as file, contextlib.redirect_stdout(io.StringIO()) as out:
            file.write(copies.zips()["cut"][0])
            file.flush()
            self.assertEqual(verify.main([file.name]), 1)
        self.assertIn("zip 已损坏", out.getvalue())

    def test_json(self):
        code, out = self.run_on(cases.good()["signed"][0].bundle(), "--json")
        said = json.loads(out)
        self.assertEqual((code, said["verdict"]), (3, "partial"))
        self.assertEqual([one["verdict"] for one in said["steps"] if one["step"] == "signatures"], ["partial"])

    def test_a_folder_that_is_not_there(self):
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as ended:
            verify.main(["no-such-bundle"])
        self.assertEqual(ended.exception.code, 2)


class Documents(unittest.TestCase):
    def test_keys_stand_in_the_order_of_utf_16(self):
        value = {"\U0001f600": 1, "\ufb33": 2, "a": 3}
        self.assertEqual(verify.jcs(value), '{"a":3,"\U0001f600":1,"\ufb33":2}'.encode())
        self.assertEqual(jcs(value), verify.jcs(value))

    def test_instants(self):
        def before(left, right):
            return verify.moment(left, "x") < verify.moment(right, "x")

        self.assertTrue(before("2026-02-28T09:00:00+08:00", "2026-02-28T01:00:00.0001Z"))
        self.assertFalse(before("2026-02-28T09:00:00.100+08:00", "2026-02-28t01:00:00.1z"))
        self.assertTrue(before("2026-02-28T23:00:00-01:00", "2026-03-01T00:00:01Z"))
        for none in ("2026-02-28T09:00:60Z", "0000-01-01T00:00:00Z"):
            with self.assertRaises(verify.Refused):
                verify.moment(none, "x")


if __name__ == "__main__":
    unittest.main()
