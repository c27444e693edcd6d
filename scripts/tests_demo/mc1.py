"""The draw protocol `mc1-sha256` once more, from docs of the protocol alone: roll root, seed, tickets, selection.

Only what the demo's scheme uses: membership `first`, one cell for each stratum, no beacon, nobody absent.
"""

import json
import zipfile
from hashlib import sha256

US = b"\x1f"
# The ids and what the demo's scheme reads, nothing else: no class, no unit, no name.
ROLL_HEADER = ["id:text", "kind:text", "subkind:text", "registered:date", "status:text", "tags:set"]


def read_bundle(path):
    """The bytes of each file of a zipped bundle, by name; a damaged zip raises."""
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def documents(files):
    """The JSON documents of a bundle."""
    return {name: json.loads(data) for name, data in files.items() if name.endswith(".json")}


def h(*parts):
    return sha256(b"".join(parts)).digest()


def block(name, key):
    """A name padded to 32 bytes, then 32 bytes: one block of the hash."""
    return name.ljust(32, b"\0") + key


def row_of(subject):
    """The roll's row of an object of the directory."""
    return [subject.code, subject.kind, subject.sub_kind, subject.registered_on, subject.state,
            ",".join(sorted(subject.tags, key=str.encode))]


def leaves(rows, key):
    """Leaf bytes: the row and its blind."""
    prefix = block(b"mingcha blind v1", key)
    for row in rows:
        blind = h(prefix, row[0].encode())[:16].hex()
        yield US.join([*(field.encode() for field in row), blind.encode()])


def root(data):
    """The Merkle tree hash of RFC 9162 §2.1.1: an odd node at the end of a level rises as it is."""
    level = [h(b"\0", leaf) for leaf in data]
    if not level:
        return h()
    while len(level) > 1:
        pairs = [h(b"\1", left, right) for left, right in zip(level[::2], level[1::2])]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def roll_digest(header, rows, merkle_root):
    head = US.join(cell.encode() for cell in header)
    return h(b"mingcha roll v1\n", head, b"\n", str(rows).encode(), b"\n", merkle_root.hex().encode(), b"\n").hex()


def seed(files):
    """The seed that the bundle's commitment and reveals give; AssertionError if a reveal does not match its commitment."""
    read = documents(files)
    commitment, reveals = read["commitment.json"], read["reveals.json"]["reveals"]
    parts = []
    for party, reveal in zip(commitment["parties"], reveals, strict=True):
        who = h(US.join(str(commitment[key]).encode() for key in ("purpose", "draw", "attempt", "organiser")), US,
                party["party"].encode())
        secret = who + bytes.fromhex(reveal["salt"]) + reveal["value"].encode()
        if h(b"mingcha reveal v1\0", secret).hex() != party["commitment"]:
            raise AssertionError(f"the reveal of {party['party']} does not match its commitment")
        parts.append(h(b"mingcha reveal v1\1", secret))
    # A document's file is its canonical form, so its digest is that of the file.
    return h(b"mingcha seed v1\0", h(files["commitment.json"]), *parts)


def tickets(ids, of_seed):
    """The ids with their tickets, the smallest first."""
    prefix = block(b"mingcha ticket v1", of_seed)
    return sorted((h(prefix, id.encode()).hex(), id) for id in ids)
