"""Changed copies of bundles: every byte of small ones, documents with one thing in them another, and the same files zipped.

`python3 -m tests.copies FOLDER` (from `verifiers/`) writes some bundles as folders and zips, for the page's journey.
"""

import copy
import functools
import io
import json
import random
import sys
import warnings
import zipfile
from pathlib import Path

from . import cases


def draw_in_small(**more):
    """Few rows with every type of column, a split, reserves and a proof."""
    strata = [cases.stratum("E", cases.ANY, cases.HALF, split={"by": "kind", "method": "random"})]
    short = [[row[0], row[1], row[2], row[3], row[4], "A", row[6], row[7]] for row in cases.rows(9)]
    return cases.draw(rows=short, scheme=cases.scheme(strata=strata, reserves=1), proofs=[4], **more)


@functools.cache
def small():
    """The bundle of which every changed byte must be noticed by every verifier."""
    return draw_in_small().bundle()


LOOSE = {
    "beacon": cases.LOTTERY, "beacon_document": cases.NOTICE, "addenda": [(-1, 0, 0)],
    "rejected": [{"party": "公证处", "at": "2026-02-28T09:12:00+08:00"}],
    "parties": [("平台", bytes(32), "甲"), ("公证处", b"\1" * 32, "4"), ("代表", b"\2" * 32, None)],
}  # fmt: skip


@functools.cache
def loose():
    """A bundle with the values on which nothing in it depends: they are in `FREE`."""
    return draw_in_small(**LOOSE).bundle()


@functools.cache
def bound():
    """The same, where somebody signed the documents that hold those values: then each of their bytes is noticed."""
    names = ("addenda/0001.json", "beacon.json", "reveals.json")
    signatures = [("公证处", "Ed25519", 1, names[0]), ("公证处", "SM2", 2, names[1]), ("公证处", "SM2", 2, names[2])]
    return draw_in_small(**LOOSE, signatures=signatures).bundle()


# Nothing in a bundle depends on these values; who wants them fixed signs the documents, or compares the digests shown.
FREE = {
    "reveals.json": [("rejected", 0, "at")], "beacon.json": [("proof",)],
    "addenda/0001.json": [("approved_by", 0), ("approved_by", 1), ("at",), ("evidence",), ("reason",)],
}  # fmt: skip
# Whose a signature is stands beside it and is not signed.
UNSIGNED = {"signatures.json": [(0, "by"), (1, "by"), (2, "by")]}


def free(files, values):
    """(file, place) of every byte within the named values."""
    places = set()
    for name, paths in values.items():
        whole = files[name]
        for path in paths:
            # Where a value stands is found by making it longer: the documents differ from its end on.
            document = json.loads(whole)
            here = document
            for key in path[:-1]:
                here = here[key]
            size = len(here[path[-1]].encode())
            here[path[-1]] += "\0"
            longer = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
            end = next(i for i, (left, right) in enumerate(zip(whole, longer)) if left != right)
            places.update((name, place) for place in range(end - size, end))
    return places


def changes(files, only=None):
    """(file, place, byte): of every byte its lowest bit changed, and its case or sign bit."""
    for name in sorted(only or files):
        for place, byte in enumerate(files[name]):
            yield name, place, byte ^ 1
            yield name, place, byte ^ 0x20


# What is put into documents in place of what stands there.
VALUES = [
    None, "", 0, -1, 1, 2, 3, True, False, [], {}, "x", "E1", "a", "企业", "first", "every", "0.5", " ", "id", "name", "checks", "tags",
    "opened", "01", "2026-02-28T09:00:00+08:00", "2026-02-28T09:29:60+08:00", "0000-02-28T09:00:00Z", "2026-02-28T09:00:00.5Z",
    "AB" * 32, "ab" * 32, "0" * 64, "x" * 70, "9" * 16, "drand:" + "0" * 64, 2**53 - 1, 1 - 2**53, ["a", "a"], ["b", "a"], ["a,b"],
    [""], ["2021-02-30"], ["id:text"],
    {"all": []}, {"not": cases.KIND}, {"column": "opened", "in": ["2021-02-30"]}, {"column": "tags", "has": ["a,b"]},
    {"column": "kind", "in": ["企业", "企业"]}, {"column": "kind", "from": "b", "to": "a"}, {"column": "kind"},
    {"column": "opened", "from": ""}, {"column": "kind", "from": ""}, {"column": "checks", "at_least": 5, "at_most": 1},
    {"column": "kind", "empty": None}, {"column": "opened", "prefix": ["20"]}, {"column": "tags", "empty": True},
    {"by": "risk", "ratios": {}, "rounding": "ceil"}, {"by": "checks", "ratios": {"": "0"}, "rounding": "ceil"}, {"count": 0},
    {"count": 2**53 - 1}, {"ratio": "1", "rounding": "floor", "at_least": 2**53 - 1}, {"by": "kind", "method": "random"},
]  # fmt: skip
DOCUMENTS = ["commitment.json", "scheme.json", "scheme.json", "sizes.json", "reveals.json", "result.json", "roll.json",
             "proofs.json", "beacon.json", "signatures.json", "addenda/0001.json", "addenda/0002.json"]  # fmt: skip


def paths(value, path=()):
    """The paths of everything within a document."""
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(inner, (*path, key))


def nested(levels):
    test = cases.KIND
    for _ in range(levels):
        test = {"not": test}
    return test


def mutation(dice):
    """A change of one thing in a document: left out, doubled, moved, added to, or put in its place."""

    def change(document):
        *path, key = dice.choice(list(paths(document)))
        here = functools.reduce(lambda value, key: value[key], path, document)
        kind = dice.randrange(8)
        if kind == 0:
            del here[key]
        elif kind == 1 and isinstance(here, list):
            here.append(copy.deepcopy(here[key]))
        elif kind == 2 and isinstance(here, list):
            dice.shuffle(here)
        elif kind == 3 and isinstance(here, dict):
            here[dice.choice(["else", "at_least", "split", "size", "x", "when", "in"])] = copy.deepcopy(dice.choice(VALUES))
        elif kind == 4 and type(here[key]) is int:
            here[key] += dice.choice([-1, 1])
        elif kind == 5:
            here[key] = nested(dice.randint(50, 70))
        else:
            here[key] = copy.deepcopy(dice.choice(VALUES))

    return change


EVERY = cases.good()["every"][0].scheme
# What the generator, which checks nothing, does about a document of which it can make nothing.
UNMADE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def mutant(seed):
    """A bundle with one thing of one document another, every digest renewed after it; always the same for a seed. None where that
    cannot be made."""
    dice = random.Random(f"mutant {seed}")
    more = dice.choice([
        {}, {"scheme": EVERY}, {"scheme": cases.one(cases.ANY, cases.CLASSES)},
        {"addenda": [(-1, 0, 0), (-1, 1, 1)]}, LOOSE | {"addenda": []}, {"signatures": cases.SIGNED[:2]},
        {"beacon": cases.CHAINS | {"source": "drand:" + "0" * 64}, "beacon_document": cases.ROUND, "times": cases.BEFORE_ROUND},
    ])  # fmt: skip
    if dice.random() < 0.3:
        more = more | cases.AGAIN
    changed = {dice.choice(DOCUMENTS): mutation(dice)}
    made = cases.draw(**more, proofs=[0, 5], tamper=changed, roll_file=dice.choice(["roll.csv", None]))
    if "scheme.json" in changed and dice.random() < 0.7:
        # Drawn by the changed scheme, where the generator can make anything of it.
        before, made.tamper, made.scheme = made.scheme, {}, copy.deepcopy(made.scheme)
        try:
            changed["scheme.json"](made.scheme)
            return made.bundle()
        except UNMADE:
            made.scheme, made.tamper = before, changed
    try:
        return made.bundle()
    except UNMADE:
        return None


def zips():
    """name -> (zip, verdict): the same bundle packed in every way, and zips that are none."""
    files = cases.draw().bundle()

    def pack(names=tuple(files), method=zipfile.ZIP_DEFLATED, top="", zip64=False):
        out = io.BytesIO()
        with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as packed:
            warnings.simplefilter("ignore")  # a name that stands twice is what one of the cases is about
            for name in names:
                with packed.open(top + name, "w", force_zip64=zip64) as entry:
                    entry.write(files[name])
        return out.getvalue()

    plain, stored = pack(), pack(method=zipfile.ZIP_STORED)
    noted, place = plain[:-2] + b"\x04\0note", stored.index(files["roll.csv"]) + 200
    return {
        "deflated": (plain, "ok"), "stored": (stored, "ok"), "zip64": (pack(zip64=True), "ok"), "with-note": (noted, "failed"),
        "name-twice": (pack([*files, "roll.csv"]), "failed"), "in-a-folder": (pack(top="bundle/"), "failed"),
        "bzip2": (pack(method=zipfile.ZIP_BZIP2), "failed"),
        "cut": (plain[: len(plain) // 2], "failed"), "none": (b"PK", "failed"),
        "byte-in-stored": (stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :], "failed"),
        "without-result": (pack([name for name in files if name != "result.json"]), "failed"),
    }  # fmt: skip


def write(folder, files):
    """Writes a bundle as a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def main(folder):
    for name, files, *_ in cases.all_cases():
        write(folder / name, files)
    write(folder, {f"{name}.zip": data for name, (data, _) in zips().items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
