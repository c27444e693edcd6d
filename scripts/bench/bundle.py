#!/usr/bin/env python3
"""Makes a bundle that `mingcha draw` takes around a generated roll, and tells the peers what to draw from it.

    python3 bundle.py FOLDER --mingcha PROGRAM [--no-digest]      (FOLDER holds roll.parquet)

Written from the protocol alone: scheme, roll.json, sizes.json, commitment.json and reveals.json, and beside the bundle, in
FOLDER.job.json, the job as a peer gets it: the 64-byte block of the tickets and every cell with its rows and size. The sizes
are those of `mingcha sizes`, the seed and the random split are computed here, so that a peer shares no step with the product
after the rows are counted. With `--no-digest` the root in roll.json is a made-up one: only `draw --no-roll-check` takes it.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

from measure import BenchError

US = b"\x1f"
ORGANISER = "国家市场监督管理总局"
DRAW = "D-2026-0001"
KEY = bytes(range(32))
PARTIES = (("平台", "platform", bytes(32), "摇号员甲"), ("纪检监察组", "witness", b"\x01" * 32, "42"))

COMPANIES = {"column": "kind", "in": ["企业", "企业分支机构"]}


def any_of(column, *values):
    return {"column": column, "in": list(values)}


def tagged(*tags):
    return {"column": "tags", "has": list(tags)}


def stratum(code, label, when, size, split=None):
    made = {"code": code, "label": label, "population": "市场主体", "items": ["登记事项检查"], "when": when, "size": size}
    return made | ({"split": split} if split else {})


def ratio(text):
    return {"ratio": text, "rounding": "ceil"}


SCHEME = {
    "scheme": "mc1", "title": "市场监管系统双随机抽查", "membership": "first", "reserves": 0,
    "exclude": [
        {"code": "status", "label": "非存续", "when": {"not": any_of("status", "存续", "在营")}},
        {"code": "winding-up", "label": "清算中", "when": tagged("清算")},
        {"code": "dormant", "label": "歇业", "when": tagged("歇业")},
        {"code": "checked", "label": "本年已检查三次以上", "when": {"column": "checks", "at_least": 3}},
    ],
    "strata": [
        stratum("P1", "电子商务平台经营者", tagged("电子商务平台"), ratio("1")),
        stratum("P2", "危险化学品生产经营者", tagged("危险化学品"), ratio("0.05")),
        stratum("P3", "食品生产者", tagged("食品生产"), ratio("0.05")),
        stratum("P4", "特种设备使用单位", tagged("特种设备使用"), ratio("0.03")),
        stratum("P5", "药品和医疗器械经营者", tagged("药品零售", "医疗器械"), ratio("0.02")),
        stratum("P6", "检验检测机构", tagged("检验检测"), ratio("0.05")),
        stratum("E1", "高风险企业", {"all": [COMPANIES, any_of("risk", "C", "D")]}, ratio("0.04")),
        stratum("E2", "其它企业", COMPANIES, {"ratio": "0.015", "rounding": "ceil", "at_least": 1},
                {"by": "organ", "method": "random"}),
        stratum("C1", "农民专业合作社", any_of("kind", "农民专业合作社"), ratio("0.02")),
        stratum("I1", "食品经营个体工商户",
                {"all": [any_of("kind", "个体工商户"), tagged("食品经营")]},
                {"by": "risk", "ratios": {"": "0.01", "A": "0.005", "B": "0.01", "C": "0.03", "D": "0.1"}, "rounding": "ceil"}),
        stratum("I2", "其它个体工商户", any_of("kind", "个体工商户"), ratio("0.009")),
    ],
}


def jcs(document):
    """RFC 8785 for the documents made here: keys in ASCII, no number but integers."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def reveal(tag, party, salt, value, draw=DRAW, organiser=ORGANISER):
    """Protocol §4: what a party commits to (tag 0) and adds to the seed (tag 1)."""
    who = sha(US.join([b"draw", draw.encode(), b"1", organiser.encode(), party.encode()]))
    return sha(b"mingcha reveal v1", bytes([tag]), who, salt, value.encode())


def commitment_of(roll, sizes):
    digest = sha(b"mingcha roll v1\n", US.join(cell.encode() for cell in roll["header"]),
                 f"\n{roll['rows']}\n{roll['root']}\n".encode())
    return {
        "protocol": "mc1-sha256", "purpose": "draw", "draw": DRAW, "attempt": 1, "organiser": ORGANISER,
        "roll": {"digest": digest.hex(), "at": "2026-11-20T08:30:00+08:00", "source": "检查对象名录库"},
        "scheme": sha(jcs(SCHEME)).hex(), "sizes": sha(sizes).hex(),
        "parties": [{"party": party, "role": role, "commitment": reveal(0, party, salt, value).hex()}
                    for party, role, salt, value in PARTIES],
        "beacon": None, "committed_at": "2026-11-20T09:00:00+08:00", "reveal_by": "2026-11-20T10:00:00+08:00",
        "previous": None, "replaces": None,
    }


def block_of(commitment):
    """The 64-byte block before every id: protocol §4 (the seed) and §5."""
    revealed = [reveal(1, party, salt, value) for party, _, salt, value in PARTIES]
    seed = sha(b"mingcha seed v1\0", sha(jcs(commitment)), *revealed)
    return b"mingcha ticket v1".ljust(32, b"\0") + seed


def split_randomly(block, code, size, cells):
    """Protocol §3, split `random`: the size of each cell of a stratum, by the name of the cell."""
    rows = sum(cells.values())
    sizes = {cell: size * count // rows for cell, count in cells.items()}
    seats = size - sum(sizes.values())
    name = code.encode()
    order = sorted(cells, key=lambda cell: sha(block, US.join([b"cell", name, cell.encode()])))
    point = Fraction(int.from_bytes(sha(block, US.join([b"split", name]))), 2**256)
    before = Fraction(0)
    for cell in order:
        after = before + Fraction(size * cells[cell] % rows, rows)
        sizes[cell] += any(before <= point + seat < after for seat in range(seats))
        before = after
    return sizes


def cells_of(sizes, block):
    """Every cell as (stratum, cell or null, rows, size), in the order of the result."""
    cells = []
    for found, stated in zip(sizes["strata"], SCHEME["strata"]):
        rows = {cell["cell"]: cell["rows"] for cell in found["cells"]}
        if "split" in stated and rows:
            shares = split_randomly(block, found["stratum"], found["size"], rows)
            cells += [[found["stratum"], cell, count, shares[cell]] for cell, count in rows.items()]
        elif "by" in stated["size"]:
            cells += [[found["stratum"], cell["cell"], cell["rows"], cell["size"]] for cell in found["cells"]]
        else:
            cells.append([found["stratum"], None, found["rows"], found["size"]])
    return cells


HEADER = ["id:text", "organ:text", "kind:text", "registered:date", "status:text", "risk:text", "tags:set", "checks:int"]


def call(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def make(folder, mingcha, digest=True):
    """Writes all documents; `folder` holds nothing but roll.parquet or what an earlier call made from it."""
    roll_file, scheme_file, sizes_file = (folder / name for name in ("roll.parquet", "scheme.json", "sizes.json"))
    scheme_file.write_bytes(jcs(SCHEME))
    sizes_file.unlink(missing_ok=True)
    (folder / "result.json").unlink(missing_ok=True)
    call(mingcha, "sizes", "--roll", roll_file, "--scheme", scheme_file, "--out", sizes_file)
    sizes = json.loads(sizes_file.read_bytes())
    rows = sum(sizes["excluded"].values()) + sizes["outside"] + sum(found["rows"] for found in sizes["strata"])
    if digest:
        found = json.loads(call(mingcha, "roll", "digest", roll_file, "--key", KEY.hex(), "--json"))
        roll = {name: found[name] for name in ("header", "rows", "root", "key")}
    else:
        roll = {"header": HEADER, "rows": rows, "root": sha(b"not computed").hex(), "key": KEY.hex()}
    (folder / "roll.json").write_bytes(jcs(roll))
    commitment = commitment_of(roll, sizes_file.read_bytes())
    (folder / "commitment.json").write_bytes(jcs(commitment))
    reveals = [{"party": party, "salt": salt.hex(), "value": value} for party, _, salt, value in PARTIES]
    (folder / "reveals.json").write_bytes(jcs({"reveals": reveals, "rejected": []}))
    block = block_of(commitment)
    cells = cells_of(sizes, block)
    job = {"rows": rows, "block": block.hex(), "cells": cells, "eligible": sum(cell[2] for cell in cells),
           "drawn": sum(cell[3] for cell in cells)}
    job_file(folder).write_text(json.dumps(job, ensure_ascii=False) + "\n", encoding="utf-8")
    return job


def job_file(folder):
    return folder.parent / (folder.name + ".job.json")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mingcha", type=Path, required=True)
    parser.add_argument("--no-digest", action="store_true")
    given = parser.parse_args()
    job = make(given.folder, given.mingcha, not given.no_digest)
    print(f"{job['rows']} rows, {job['eligible']} eligible, {len(job['cells'])} cells, {job['drawn']} to draw")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        print(f"bundle: {error}", file=sys.stderr)
        sys.exit(1)
