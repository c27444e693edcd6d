"""Whether two sides drew the same. A bench whose answers differ is a failure: speed is worth nothing without the same answer."""

import csv
import hashlib
import json

from measure import BenchError
from question import STRATA


def product(folder, job):
    """What `mingcha draw` wrote, held against the job: seed, cells and sizes, and that every ticket is the id's.

    Returns {(stratum index, cell): [(id, ticket), …]}.
    """
    result = json.loads((folder / "result.json").read_bytes())
    block = bytes.fromhex(job["block"])
    found = [[cell["stratum"], cell["cell"], cell["rows"], cell["size"]] for cell in result["cells"]]
    if result["seed"] != block[32:].hex() or found != job["cells"]:
        raise BenchError("mingcha draw: seed, cells or sizes are not those computed here")
    drawn = {}
    for cell in result["cells"]:
        pairs = [(one["id"], one["ticket"]) for one in cell["drawn"]]
        if any(hashlib.sha256(block + name.encode()).hexdigest() != ticket for name, ticket in pairs):
            raise BenchError(f"mingcha draw: a ticket of {cell['stratum']} is not that of its id")
        if len(pairs) != cell["size"] or cell["threshold"] != (pairs[-1][1] if pairs else None):
            raise BenchError(f"mingcha draw: size or threshold of {cell['stratum']}")
        if pairs:
            drawn[STRATA.index(cell["stratum"]), cell["cell"] or ""] = pairs
    return drawn


def peer(name, path, drawn):
    """Refuses a peer's list that is not `drawn`; where the hash is its own, only sizes and distinct ids count."""
    found = {}
    with open(path, newline="", encoding="utf-8") as file:
        for stratum, cell, firm, ticket in csv.reader(file):
            found.setdefault((int(stratum), cell), []).append((firm, ticket))
    if "sha256" in name:
        same = found == drawn
    else:
        ids = {firm for pairs in found.values() for firm, _ in pairs}
        sizes = [{cell: len(pairs) for cell, pairs in side.items()} for side in (found, drawn)]
        numbers = [[int(ticket) for _, ticket in pairs] for pairs in found.values()]
        ordered = all(cell == sorted(cell) for cell in numbers)
        same = sizes[0] == sizes[1] and len(ids) == sum(sizes[0].values()) and ordered
    if not same:
        raise BenchError(f"{name} did not draw what mingcha drew")
