"""The bundle of the draw: recomputed from the tables by the protocol alone, accepted by `verify`, and refused when changed."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import unittest
import zipfile
from concurrent.futures import ThreadPoolExecutor

from . import mc1
from .cities import ALSO_FULL, ROOT, OfCity, city, folder, mingcha, on_each_city
from .scenario import EXCLUDED, KINDS, STRATA
from .test_tables import DRAWN, directory

DOCUMENTS = ["commitment.json", "result.json", "reveals.json", "roll.json", "scheme.json", "sizes.json"]
NAMES = sorted([*DOCUMENTS, "roll.csv"])
# Changed bytes of each file; with MINGCHA_TEST_FULL every byte of the documents.
CHANGES_PER_DOCUMENT = 40
CHANGES_OF_ROLL = 120
CHANGES_OF_ZIP = 120
REFUSED = 1
# Not a verdict: what lies there is no bundle that could be read.
UNREADABLE = 2


def verify(bundle, *more):
    """Exit code and everything that was said."""
    done = mingcha("verify", bundle, *more, seconds_max=300)
    return done.returncode, done.stdout + done.stderr


def positions(size, count, label):
    """The first and the last byte and a fixed choice of others."""
    return sorted({0, size - 1, *random.Random(label).sample(range(size), min(count, size))})


@on_each_city(globals())
class Recomputed(OfCity):
    """From the tables to the drawn list by another implementation of the protocol."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = mc1.read_bundle(cls.city.bundle)
        cls.documents = mc1.documents(cls.files)

    def test_the_bundle_is_whole_and_the_one_that_the_platform_keeps(self):
        self.assertEqual(sorted(self.files), NAMES)
        (kept,), = self.tables.rows("SELECT bundle_file FROM draw")
        self.assertEqual(self.city.stored(kept).read_bytes(), self.city.bundle.read_bytes())

    def test_verify_accepts_it_alone_and_with_the_announced_commitment(self):
        announced = self.city.summary["commitment"]
        self.assertEqual(mc1.h(self.files["commitment.json"]).hex(), announced)
        for more in ([], ["--commitment", announced]):
            code, said = verify(self.city.bundle, *more)
            self.assertEqual(code, 0, said)
        other = announced[:-1] + ("0" if announced[-1] != "0" else "1")
        self.assertEqual(verify(self.city.bundle, "--commitment", other)[0], REFUSED)
        steps = json.loads(mingcha("verify", self.city.bundle, "--json").stdout)
        self.assertEqual({step["verdict"] for step in steps["steps"]} | {steps["verdict"]}, {"ok"})
        result = hashlib.sha256(self.files["result.json"]).hexdigest()
        self.assertEqual(steps["result"], result)

    def test_the_verifier_without_our_code_accepts_it_too(self):
        done = subprocess.run(
            [sys.executable, ROOT / "verifiers" / "verify.py", self.city.bundle, "--commitment", self.city.summary["commitment"], "--json"],
            capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(json.loads(done.stdout)["verdict"], "ok")

    def test_the_page_accepts_it_in_a_browser(self):
        done = subprocess.run(["node", ROOT / "verifiers" / "tests" / "page.mjs"], input=f"bundle\t{self.city.bundle}\n",
                              capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stdout), (0, "ok\t\t\t\n"), done.stderr)

    def test_the_roll_is_the_directory(self):
        stated = self.documents["roll.json"]
        rows = sorted(map(mc1.row_of, directory(self.tables).values()), key=lambda row: row[0].encode())
        root = mc1.root(mc1.leaves(rows, bytes.fromhex(stated["key"])))
        self.assertEqual((stated["header"], stated["rows"], stated["root"]), (mc1.ROLL_HEADER, len(rows), root.hex()))
        committed = self.documents["commitment.json"]["roll"]["digest"]
        self.assertEqual(committed, mc1.roll_digest(stated["header"], len(rows), root))

    def test_the_register_is_committed_to_and_says_what_the_roll_leaves_out(self):
        """docs/protocol/登记册.md, read by its text."""
        ((digest,),) = self.tables.rows("SELECT register_file FROM draw")
        data = self.city.stored(digest).read_bytes()
        self.assertEqual(hashlib.sha256(data).hexdigest(), digest)
        source = self.documents["commitment.json"]["roll"]["source"]
        self.assertEqual(source, f"检查对象名录库；登记册 SHA-256 {digest}")
        version, salt, header, *lines = data.decode().removesuffix("\n").split("\n")
        self.assertEqual(version, "mingcha register v1")
        self.assertRegex(salt, "^salt\t[0-9a-f]{64}$")
        self.assertEqual(header.split("\t"), ["code", "subject", "name", "agency", "organ", "division", "kind", "tags",
                                              "credit_risk", "food_risk", "gate"])
        kinds = {word: code for code, word in KINDS.items()}
        expected = [[s.code, s.name, s.unit, s.division, kinds[s.kind], ",".join(sorted(s.tags, key=str.encode)), s.risk, ""]
                    for s in sorted(directory(self.tables).values(), key=lambda s: s.code.encode())]
        rows = [line.split("\t") for line in lines]
        self.assertEqual([[code, name, organ, division, kind, tags, credit, gate]
                          for code, _, name, _, organ, division, kind, tags, credit, _, gate in rows], expected)
        own = dict(self.tables.rows("SELECT code, id FROM subject"))
        self.assertEqual({row[0]: row[1] for row in rows}, own)

    def test_sizes_are_those_of_the_scenario(self):
        sizes = self.documents["sizes.json"]
        bases = {s.code: self.city.scale.of(s.base) for s in STRATA}
        excluded = {code: sum(self.city.scale.of(rules[code]) for rules in EXCLUDED.values()) for code in EXCLUDED["E"]}
        self.assertEqual((sizes["excluded"], sizes["outside"]), (excluded, 0))
        self.assertEqual([(s["stratum"], s["rows"], s["size"]) for s in sizes["strata"]],
                         [(s.code, bases[s.code], s.draws(bases[s.code])) for s in STRATA])

    def test_seed_tickets_and_drawn_list(self):
        seed = mc1.seed(self.files)
        self.assertEqual((seed.hex(), self.documents["result.json"]["seed"]), (self.city.summary["seed"],) * 2)
        members = {s.code: [] for s in STRATA}
        for subject in directory(self.tables).values():
            if stratum := subject.stratum():
                members[stratum.code].append(subject.code)
        in_tables = {}
        for stratum, code, *_ in self.tables.rows(DRAWN):
            in_tables.setdefault(stratum, []).append(code)
        cells = {cell["stratum"]: cell for cell in self.documents["result.json"]["cells"]}
        self.assertEqual(list(cells), list(members))
        for stratum in STRATA:
            smallest = mc1.tickets(members[stratum.code], seed)[:stratum.draws(len(members[stratum.code]))]
            self.assertEqual([(one["ticket"], one["id"]) for one in cells[stratum.code]["drawn"]], smallest)
            self.assertEqual(cells[stratum.code]["threshold"], smallest[-1][0])
            self.assertEqual(in_tables[stratum.code], [code for _, code in smallest])


class Tampered(unittest.TestCase):
    """What `verify` says to a bundle that is not as it was published."""

    @classmethod
    def setUpClass(cls):
        cls.zip = city("sqlite").bundle
        cls.files = mc1.read_bundle(cls.zip)

    def unpacked(self):
        place = folder() / "bundle"
        with zipfile.ZipFile(self.zip) as bundle:
            bundle.extractall(place)
        return place

    def refusals(self, changes, name):
        """Tries changed copies of a file on all processors. Returns the places of those that were accepted."""
        workers = os.cpu_count() or 1

        def work(mine):
            target = shutil.copyfile(self.zip, folder() / "bundle.zip") if name is None else self.unpacked()
            path = target if name is None else target / name
            accepted = []
            for place, data in mine:
                path.write_bytes(data)
                code, said = verify(target)
                if code == 0:
                    accepted.append(place)
                else:
                    self.expect_refusal(code, said, name or "bundle.zip", place)
            return accepted

        with ThreadPoolExecutor(workers) as pool:
            return sorted(place for found in pool.map(work, [changes[n::workers] for n in range(workers)]) for place in found)

    def expect_refusal(self, code, said, name, place):
        """A refusal, not a crash, that names the file or the step that failed. Only what is no bundle at all gets no verdict."""
        expected = UNREADABLE if "（unreadable）" in said else REFUSED
        self.assertEqual(code, expected, f"{name} {place}: {said[-500:]}")
        named = name in said or any(line.startswith("不成立\t") for line in said.splitlines())
        self.assertTrue(named, f"{name} {place}: {said[-500:]}")

    @staticmethod
    def changed(data, count, label):
        """Copies of the data with one byte changed, as (position, bytes)."""
        chance = random.Random(label)
        for at in positions(len(data), count, label):
            yield at, data[:at] + bytes([data[at] ^ chance.randrange(1, 256)]) + data[at + 1:]

    def test_any_changed_byte_of_a_document_is_refused(self):
        for name in DOCUMENTS:
            data = self.files[name]
            changes = list(self.changed(data, len(data) if ALSO_FULL else CHANGES_PER_DOCUMENT, name))
            self.assertEqual(self.refusals(changes, name), [], name)

    def test_any_changed_byte_of_the_roll_is_refused(self):
        changes = list(self.changed(self.files["roll.csv"], CHANGES_OF_ROLL, "roll"))
        self.assertEqual(self.refusals(changes, "roll.csv"), [])

    def test_any_changed_byte_of_the_zip_is_refused(self):
        # Contents are held by each entry's CRC-32; of what lies around them every byte is tried.
        data = self.zip.read_bytes()
        chance = random.Random("frame")
        frame = [(at, data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1:]) for at in self.frame(data)]
        self.assertGreater(len(frame), 600)
        self.assertEqual(self.refusals([*frame, *self.changed(data, CHANGES_OF_ZIP, "zip")], None), [])

    def frame(self, data):
        """The positions of a zip that are no entry's contents."""
        with zipfile.ZipFile(self.zip) as bundle:
            contents = [range(one.header_offset + 30 + len(one.filename), one.header_offset + 30 + len(one.filename) + one.compress_size)
                        for one in bundle.infolist()]
        return [at for at in range(len(data)) if not any(at in part for part in contents)]

    def test_a_file_that_is_cut_short_or_grown(self):
        for name in NAMES:
            data = self.files[name]
            changes = [(f"cut to {size}", data[:size]) for size in (0, 1, len(data) // 2, len(data) - 1)]
            changes.append(("grown", data + b"\n"))
            self.assertEqual(self.refusals(changes, name), [], name)
        whole = self.zip.read_bytes()
        cuts = [(f"cut to {size}", whole[:size]) for size in (0, 1, 21, 22, len(whole) // 2, len(whole) - 22, len(whole) - 1)]
        self.assertEqual(self.refusals([*cuts, ("grown", whole + b"\0")], None), [])

    def test_a_file_that_is_missing(self):
        for name in NAMES:
            place = self.unpacked()
            (place / name).unlink()
            code, said = verify(place)
            self.expect_refusal(code, said, name, "missing")

    def test_a_file_too_many(self):
        place = self.unpacked()
        for name in ("notes.txt", "roll.parquet", "roll.json.bak", "addenda/1.json"):
            extra = place / name
            extra.parent.mkdir(exist_ok=True)
            extra.write_bytes(b"{}")
            code, said = verify(place)
            self.expect_refusal(code, said, name, "too many")
            extra.unlink()
        twice = shutil.copyfile(self.zip, folder() / "bundle.zip")
        with zipfile.ZipFile(twice, "a") as bundle, self.assertWarns(UserWarning):
            bundle.writestr("result.json", self.files["result.json"])
        code, said = verify(twice)
        self.expect_refusal(code, said, "出现了两次", "a name twice")

    def test_files_of_another_draw_do_not_fit(self):
        other = mc1.read_bundle(city("postgres").bundle)
        for name in NAMES:
            place = self.unpacked()
            if other[name] == self.files[name]:
                continue
            (place / name).write_bytes(other[name])
            code, said = verify(place)
            self.expect_refusal(code, said, name, "of another draw")
