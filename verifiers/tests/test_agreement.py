"""All three verifiers give one verdict: on whole bundles, on broken ones, and on changed copies; and what is owed is partial."""

import json
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import verify

from . import cases, copies, judges

MUTANTS = 1000
# The steps that are owed by each verifier where something cannot be checked; the product checks the rest itself.
NO_ROLL = ("roll", "populations", "result")
OWED = {
    "no-roll": (("roll", "result"), NO_ROLL), "no-roll-every": (("roll", "result"), NO_ROLL),
    "no-roll-classes": (("roll", "result"), NO_ROLL), "no-roll-split": (("roll", "result"), NO_ROLL),
    "no-roll-sm3": (("roll", "result"), NO_ROLL),
    "no-roll-proofs": (("roll", "result"), NO_ROLL), "parquet": ((), NO_ROLL),
    "signed": ((), ("signatures",)), "signed-sm3": ((), ("signatures",)), "signed-ed25519": ((), ("signatures",)),
    "signed-sm2": ((), ("signatures",)), "drand": ((), ("beacon",)), "drand-first": (("beacon",), ("beacon",)),
    "drand-other": (("beacon",), ("beacon",)),
}  # fmt: skip


class Agreement(unittest.TestCase):
    """One run of the three verifiers over all bundles and copies; the tests look at parts of it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="mingcha-agreement-")
        cls.addClassCleanup(cls.folder.cleanup)
        home, cls.requests, cls.kinds = Path(cls.folder.name), [], []
        cls.cases = {name: (files, verdict) for name, files, verdict, *_ in cases.all_cases()}
        for name, (files, _) in cls.cases.items():
            cls.add("case", name, copies.write(home / "cases" / name, files))
        # What the generator leaves of a Parquet roll is its name.
        parquet, csv = home / "cases" / "parquet" / "roll.parquet", home / "cases" / "plain" / "roll.csv"
        parquet.unlink()
        judges.product([("export", csv, parquet)]).lines()
        for name, (data, _) in copies.zips().items():
            path = home / f"{name}.zip"
            path.write_bytes(data)
            cls.add("zip", name, path)
        for seed in range(MUTANTS):
            files = copies.mutant(seed)
            if files is not None:
                cls.add("mutant", seed, copies.write(home / "mutants" / str(seed), files))
        for name, files, only in (("small", copies.small(), None), ("loose", copies.loose(), copies.FREE),
                                  ("bound", copies.bound(), [*copies.FREE, "signatures.json"])):  # fmt: skip
            cls.add("case", name, copies.write(home / name, files))
            for change in copies.changes(files, only):
                cls.requests.append(("change", *change))
                cls.kinds.append((name, change))
        cls.found = [(kind, *answers) for kind, (_, *answers) in zip(cls.kinds, judges.ask(cls.requests), strict=True)]

    @classmethod
    def add(cls, kind, name, path):
        cls.requests.append(("bundle", path))
        cls.kinds.append((kind, name))

    def of(self, *kinds):
        found = [one for one in self.found if one[0][0] in kinds]
        self.assertGreater(len(found), 0)
        return found

    def test_every_bundle_that_holds_or_breaks_a_rule_has_one_verdict(self):
        for (kind, name), product, python, page in self.of("case", "zip"):
            with self.subTest(name, kind=kind):
                # These two name the same step and rule as well; the product has codes of its own.
                if name == "new-letters" and not verify.NFC_IS_CURRENT:
                    # What this Python is too old to judge, it owes.
                    self.assertEqual((product.verdict, python.verdict, page.verdict), ("ok", "partial", "ok"))
                    continue
                self.assertEqual(python, page)
                if name in OWED or name == "bound":
                    continue
                self.assertEqual(product.verdict, python.verdict, (product, python))
                self.assertNotEqual(python.verdict, "partial")
        self.assertGreater(len(self.of("case")), 300)

    def test_an_owed_check_is_partial_and_never_ok(self):
        found = {name: answers for (_, name), *answers in self.of("case")}
        for name, (by_product, by_others) in OWED.items():
            with self.subTest(name):
                product, python, page = found[name]
                for answer, owed in ((product, by_product), (python, by_others), (page, by_others)):
                    self.assertEqual((answer.verdict, answer.owed), ("partial" if owed else "ok", owed))
        self.assertEqual({name for name, (_, verdict) in cases.good().items() if verdict == "partial"}, set(OWED))

    def test_what_one_thing_changed_makes_of_a_bundle_is_the_same_for_all(self):
        found = self.of("mutant")
        seen = Counter(python.verdict for _, _, python, _ in found)
        self.assertGreater(min(seen[verdict] for verdict in ("ok", "partial", "failed")), 50, seen)
        for (_, seed), product, python, page in found:
            with self.subTest(seed=seed):
                self.assertEqual(python, page)
                signed = "signatures" in python.owed and product.verdict != python.verdict
                others = tuple(step for step in python.owed if step != "signatures")
                self.assertEqual(product.verdict, ("partial" if others else "ok") if signed else python.verdict, (product, python))

    def test_every_changed_byte_of_a_small_bundle_is_noticed_by_all_three(self):
        found = self.of("small")
        files = copies.small()
        self.assertEqual({change[:2] for (_, change), *_ in found}, {(name, i) for name in files for i in range(len(files[name]))})
        for (_, change), product, python, page in found:
            self.assertEqual((product.verdict, python.verdict), ("failed", "failed"), (change, product, python))
            self.assertEqual(python, page, change)

    def test_only_the_values_on_which_nothing_depends_may_change(self):
        files, unnoticed = copies.loose(), [set(), set(), set()]
        for (_, change), *answers in self.of("loose"):
            for places, answer in zip(unnoticed, answers):
                if answer.verdict == "ok":
                    places.add(change[:2])
                else:
                    self.assertEqual(answer.verdict, "failed", change)
        self.assertEqual(unnoticed[0], unnoticed[1])
        self.assertEqual(unnoticed[1], unnoticed[2])
        self.assertEqual(unnoticed[0] - copies.free(files, copies.FREE), set())
        for name in copies.FREE:
            self.assertTrue(any(place[0] == name for place in unnoticed[0]), f"{name}: no longer free, shorten the list")

    def test_a_signature_makes_those_values_noticed_too(self):
        files = copies.bound()
        unsigned = copies.free(files, copies.UNSIGNED)
        for (_, change), product, python, page in self.of("bound"):
            self.assertEqual(python, page, change)
            if change[0] == "signatures.json":
                # The other two cannot check a signature: then they must not say that it holds.
                if product.verdict == "ok":
                    self.assertIn(change[:2], unsigned)
                self.assertIn(python.verdict, ("partial", "failed"), change)
            else:
                self.assertEqual((product.verdict, python.verdict), ("failed", "failed"), (change, product, python))


class Features(unittest.TestCase):
    """The generated bundles that hold have every feature of the protocol."""

    def test_every_feature_stands_in_a_bundle_that_holds(self):
        seen = set()
        for made, _ in cases.good().values():
            for name, data in made.bundle().items():
                if name.endswith(".json"):
                    self.look(json.loads(data), seen)
            seen |= {made.suite, made.roll_file}
        wanted = {
            "sha256", "sm3", "roll.csv", "roll.parquet", None, "first", "every", "else", "all", "any", "not", "in", "prefix", "has",
            "from", "to", "at_least", "at_most", "empty", "ceil", "half-up", "floor", "count", "by", "random", "hamilton", "hex64",
            "digits", "absent", "rejected", "replaces", "previous", "blind", "Ed25519", "SM2", "approved_by", "reserves",
        }  # fmt: skip
        self.assertEqual(wanted - seen, set())

    def look(self, value, seen):
        """Adds every word, and every key with something behind it."""
        if isinstance(value, dict):
            for key, inner in value.items():
                if inner not in (None, [], {}, 0):
                    seen.add(key)
                self.look(inner, seen)
        elif isinstance(value, list):
            for inner in value:
                self.look(inner, seen)
        elif isinstance(value, str):
            seen.add(value)


class Converted(unittest.TestCase):
    """A Parquet roll is the product's to read; rewritten by it as CSV, it is everybody's."""

    def test_a_roll_goes_to_parquet_and_back(self):
        with tempfile.TemporaryDirectory() as home:
            names = [name for name in cases.good() if name.startswith("test-")] + ["plain", "sm3", "every", "classes", "rare-letters"]
            there, back, rolls = [], [], []
            for name in names:
                files = cases.good()[name][0].bundle()
                folder = copies.write(Path(home, name), files)
                rolls.append((folder / "again.csv", files["roll.csv"]))
                there.append(("export", folder / "roll.csv", folder / "roll.parquet"))
                back.append(("export", folder / "roll.parquet", folder / "again.csv"))
            self.assertEqual(judges.product(there + back).lines(), ["exported"] * (len(there) + len(back)))
            for path, data in rolls:
                self.assertEqual(path.read_bytes(), data)


if __name__ == "__main__":
    unittest.main()
