"""Makes bundles of protocol `mc1` for the tests, slowly and plainly, apart from the verifiers and from the product.

Nothing of verify.py is used: trees are built by the recursive definition of RFC 9162, sizes and splits with `Fraction`,
predicates by walking the document for every row, signatures by `signing.py`. `Draw` holds what a draw is made of; `bundle()` gives its files as
name -> bytes. `tamper` changes a document before its digest is taken, so that a bundle breaks one rule and holds otherwise.
"""

import hashlib
import json
import math
from fractions import Fraction

from .signing import SIGN

US = "\x1f"


def jcs(value):
    def ordered(one):
        if isinstance(one, dict):
            return {key: ordered(one[key]) for key in sorted(one, key=lambda key: key.encode("utf-16-be"))}
        return [ordered(item) for item in one] if isinstance(one, list) else one

    return json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def holds(p, row):
    """Whether a row, as column -> field, meets a predicate."""
    if "all" in p:
        return all(holds(one, row) for one in p["all"])
    if "any" in p:
        return any(holds(one, row) for one in p["any"])
    if "not" in p:
        return not holds(p["not"], row)
    cell = row[p["column"]]
    if "in" in p:
        return cell in p["in"]
    if "empty" in p:
        return (cell == "") is p["empty"]
    if not cell:
        return False
    if "prefix" in p:
        return any(cell.startswith(one) for one in p["prefix"])
    if "has" in p:
        return any(one in cell.split(",") for one in p["has"])
    if "from" in p or "to" in p:
        return p.get("from", cell).encode() <= cell.encode() <= p.get("to", cell).encode()
    return p.get("at_least", int(cell)) <= int(cell) <= p.get("at_most", int(cell))


def rounded(x, rounding):
    return {"ceil": math.ceil, "floor": math.floor, "half-up": lambda x: math.floor(x + Fraction(1, 2))}[rounding](x)


class Draw:
    """A draw. `rows` are lists of fields in order of id; a party is (name, salt, value or None where it stays away)."""

    def __init__(self, header, rows, scheme, **more):
        self.header, self.rows, self.scheme = header, rows, scheme
        self.suite = "sha256"
        self.key = bytes(range(32))
        self.parties = [("平台", bytes(32), "摇号员甲"), ("公证处", b"\x01" * 32, "4 2")]
        self.beacon, self.beacon_document = None, None
        self.attempt, self.previous, self.replaces = 1, None, None
        self.draw, self.organiser = "D-1", "某局"
        self.times = {
            "at": "2026-02-28T08:00:00+08:00", "committed_at": "2026-02-28T09:00:00+08:00",
            "reveal_by": "2026-02-28T09:30:00+08:00",
        }  # fmt: skip
        self.rejected, self.proofs, self.signatures, self.addenda, self.roll_file = [], [], [], [], "roll.csv"
        self.tamper = {}
        vars(self).update(more)

    def hash(self, data):
        return hashlib.new(self.suite, data).digest()

    def block(self, name, key):
        return name.encode() + bytes(32 - len(name)) + key

    def blind(self, name):
        return self.hash(self.block("mingcha blind v1", self.key) + name.encode())[:16]

    def ticket(self, text):
        return self.hash(self.block("mingcha ticket v1", self.seed) + text.encode())

    def leaf(self, row):
        return self.hash(b"\0" + US.join([*row, self.blind(row[0]).hex()]).encode())

    def tree(self, leaves):
        if len(leaves) < 2:
            return leaves[0] if leaves else self.hash(b"")
        k = 1 << (len(leaves) - 1).bit_length() - 1
        return self.hash(b"\1" + self.tree(leaves[:k]) + self.tree(leaves[k:]))

    def path(self, index, leaves):
        if len(leaves) < 2:
            return []
        k = 1 << (len(leaves) - 1).bit_length() - 1
        if index < k:
            return self.path(index, leaves[:k]) + [self.tree(leaves[k:])]
        return self.path(index - k, leaves[k:]) + [self.tree(leaves[:k])]

    def csv(self):
        def cell(field):
            return '"' + field.replace('"', '""') + '"' if "," in field or '"' in field else field

        return "".join(",".join(map(cell, line)) + "\r\n" for line in [self.header, *self.rows]).encode()

    def populate(self):
        """Gives every row to an exclusion, to strata, or to nobody."""
        names = [cell.split(":")[0] for cell in self.header]
        self.excluded = {one["code"]: 0 for one in self.scheme["exclude"]}
        self.outside, self.members = 0, {one["code"]: [] for one in self.scheme["strata"]}
        for fields in self.rows:
            row = dict(zip(names, fields))
            out = [one["code"] for one in self.scheme["exclude"] if holds(one["when"], row)]
            if out:
                self.excluded[out[0]] += 1
                continue
            met = [one for one in self.scheme["strata"] if holds(one["when"], row)]
            if self.scheme["membership"] == "first":
                met = met[:1]
            else:
                plain = {one["population"] for one in met if not one.get("else")}
                met = [one for one in met if not one.get("else") or one["population"] not in plain]
            self.outside += not met
            for one in met:
                self.members[one["code"]].append(row)

    def cells(self, one):
        """The cells of a stratum as cell -> ids, in bytewise order; one cell has the name None."""
        by = one["size"].get("by") or one.get("split", {}).get("by")
        rows = self.members[one["code"]]
        names = sorted({row[by] for row in rows}, key=str.encode) if by else [None]
        return {name: [row["id"] for row in rows if name is None or row[by] == name] for name in names}

    def sizes(self):
        strata = []
        for one in self.scheme["strata"]:
            size, cells, n = one["size"], self.cells(one), len(self.members[one["code"]])
            listed = [{"cell": name, "rows": len(ids)} for name, ids in cells.items() if name is not None]
            if "by" in size:
                for cell in listed:
                    cell["size"] = rounded(Fraction(size["ratios"][cell["cell"]]) * cell["rows"], size["rounding"])
                total = sum(cell["size"] for cell in listed)
            elif "count" in size:
                total = min(size["count"], n)
            else:
                total = max(rounded(Fraction(size["ratio"]) * n, size["rounding"]), min(size.get("at_least", 0), n))
            strata.append({"stratum": one["code"], "rows": n, "size": total, "cells": listed})
        return {"excluded": self.excluded, "outside": self.outside, "strata": strata}

    def seats(self, one, entry):
        """cell -> size."""
        if "by" in one["size"]:
            return {cell["cell"]: cell["size"] for cell in entry["cells"]}
        if "split" not in one:
            return {None: entry["size"]}
        n, total = entry["size"], entry["rows"]
        quota = {cell["cell"]: Fraction(n * cell["rows"], total) for cell in entry["cells"]}
        seats = {cell: math.floor(q) for cell, q in quota.items()}
        rest = {cell: q - math.floor(q) for cell, q in quota.items()}
        left = n - sum(seats.values())
        if one["split"]["method"] == "hamilton":
            for cell in sorted(rest, key=lambda cell: (-rest[cell], cell.encode()))[:left]:
                seats[cell] += 1
            return seats
        words = {cell: US.join(["cell", one["code"], cell]) for cell in seats}
        points = [Fraction(int.from_bytes(self.ticket(US.join(["split", one["code"]]))), 2**256) + j for j in range(left)]
        start = Fraction(0)
        for cell in sorted(seats, key=lambda cell: (self.ticket(words[cell]), words[cell].encode())):
            seats[cell] += sum(start <= point < start + rest[cell] for point in points)
            start += rest[cell]
        return seats

    def select(self, sizes):
        cells = []
        for one, entry in zip(self.scheme["strata"], sizes["strata"]):
            ids = self.cells(one)
            for name, size in self.seats(one, entry).items():
                tickets = sorted((self.ticket(i), i) for i in ids[name])
                pair = [{"id": i, "ticket": t.hex()} for t, i in tickets]
                spare = size + self.scheme["reserves"] if size else 0
                cells.append({
                    "stratum": one["code"], "cell": name, "rows": len(ids[name]), "size": size, "drawn": pair[:size],
                    "threshold": pair[size - 1]["ticket"] if size else None, "reserves": pair[size:spare]})  # fmt: skip
        return cells

    def changed(self, name, doc):
        doc = json.loads(json.dumps(doc))
        change = self.tamper.get(name)
        return (change(doc) or doc) if change else doc

    def bundle(self):
        docs = {}
        leaves = [self.leaf(row) for row in self.rows]
        key = self.key.hex() if self.roll_file else None
        roll = {"header": self.header, "rows": len(self.rows), "root": self.tree(leaves).hex(), "key": key}
        docs["roll.json"] = roll = self.changed("roll.json", roll)
        head = f"mingcha roll v1\n{US.join(roll['header'])}\n{roll['rows']}\n{roll['root']}\n"
        self.populate()
        sizes = self.sizes()
        docs["scheme.json"], docs["sizes.json"] = self.changed("scheme.json", self.scheme), self.changed("sizes.json", sizes)
        shared = ["draw", self.draw, str(self.attempt), self.organiser]
        who = {name: self.hash(US.join([*shared, name]).encode()) for name, *_ in self.parties}

        def part(kind, name, salt, value):
            return self.hash(b"mingcha reveal v1" + bytes([kind]) + who[name] + salt + (value or "").encode())

        parties = [{"party": n, "role": "witness", "commitment": part(0, n, s, v).hex()} for n, s, v in self.parties]
        parties[0]["role"] = "platform"
        docs["commitment.json"] = self.changed("commitment.json", {
            "protocol": "mc1-" + self.suite, "purpose": "draw", "draw": self.draw, "attempt": self.attempt,
            "organiser": self.organiser, "scheme": self.hash(jcs(docs["scheme.json"])).hex(), "beacon": self.beacon,
            "roll": {"digest": self.hash(head.encode()).hex(), "at": self.times["at"], "source": "名录库"},
            "sizes": self.hash(jcs(docs["sizes.json"])).hex(), "parties": parties, "committed_at": self.times["committed_at"],
            "reveal_by": self.times["reveal_by"], "previous": self.previous, "replaces": self.replaces})  # fmt: skip
        seal = self.hash(jcs(docs["commitment.json"]))
        given = [{"party": name, "salt": salt.hex(), "value": value} for name, salt, value in self.parties]
        given = [one if one["value"] is not None else {"party": one["party"], "absent": True} for one in given]
        docs["reveals.json"] = self.changed("reveals.json", {"reveals": given, "rejected": self.rejected})
        parts = b""
        for name, salt, value in self.parties:
            away = self.hash(b"mingcha absent v1\0" + seal + US.encode() + name.encode())
            parts += away if value is None else part(1, name, salt, value)
        beacon = self.beacon_document["value"].encode() if self.beacon_document else b""
        self.seed = self.hash(b"mingcha seed v1\0" + seal + parts + beacon)
        cells = self.select(sizes)
        docs["result.json"] = self.changed("result.json", {
            "draw": self.draw, "commitment_digest": seal.hex(), "seed": self.seed.hex(),
            "absent": [n for n, _, v in self.parties if v is None], "cells": cells})  # fmt: skip
        if self.beacon_document:
            docs["beacon.json"] = self.changed("beacon.json", self.beacon_document)
        if self.proofs:
            docs["proofs.json"] = self.changed("proofs.json", {"proofs": [self.proof(i, leaves) for i in self.proofs]})
        previous = self.hash(jcs(docs["result.json"])).hex()
        for number, one in enumerate(self.addenda, 1):
            name = f"addenda/{number:04}.json"
            docs[name] = self.changed(name, self.addendum(cells, previous, *one))
            previous = self.hash(jcs(docs[name])).hex()
        if self.signatures:
            signed = [self.signature(docs, *one) for one in self.signatures]
            docs["signatures.json"] = self.changed("signatures.json", signed)
        files = {name: jcs(doc) for name, doc in docs.items()}
        if self.roll_file:
            files[self.roll_file] = self.csv() if self.roll_file == "roll.csv" else b"PAR1"
        return files

    def proof(self, index, leaves):
        row = self.rows[index]
        path = [one.hex() for one in self.path(index, leaves)]
        return {"row": row, "blind": self.blind(row[0]).hex(), "index": index, "path": path}

    def signature(self, docs, by, algorithm, secret, name):
        """`by` signs the document `name` with a key that is made of the byte `secret`."""
        document = self.hash(jcs(docs[name]))
        key, signature = SIGN[algorithm](bytes([secret]) * 32, document)
        return {"document": document.hex(), "by": by, "algorithm": algorithm, "key": key.hex(), "signature": signature.hex()}

    def addendum(self, cells, previous, cell, drawn, reserve):
        """`cell`, `drawn` and `reserve` are places in the result; a reserve of None stands for none left."""
        one = cells[cell]
        return {
            "previous": previous, "stratum": one["stratum"], "cell": one["cell"], "out": one["drawn"][drawn]["id"],
            "in": None if reserve is None else one["reserves"][reserve]["id"], "reason": "moved-away",
            "evidence": "ab" * 32, "approved_by": ["科长", "分管领导"], "at": "2026-03-02T10:00:00+08:00",
        }  # fmt: skip
