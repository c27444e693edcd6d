"""docs/reliability.md. Pure: from figures to text; a section stands between its markers, nothing else changes."""

import json
from statistics import median

HEAD = """# Reliability

Written by `python3 scripts/soak`, which runs beside CI; the method stands in `scripts/soak`. Each run makes a small demo city of its own
and serves it as `make run` does, on SQLite and on PostgreSQL with its default durability (`fsync` on).

- *Load*: readers, keepers who save, exports, wrong passwords from several addresses, the public, and twenty machines that send half a
  request and hold on. A fault is any answer but 200, 303, 404, 409, 422, 429 and 503, a connection that breaks, or a wrong password
  that signs in.
- *Kills*: four keepers save and somebody signs in, rightly and wrongly, until `kill -9` at a random instant within 0.6 s of the start.
  Then the server is started again, and every firm is looked at: a save that was answered must be there. After every fifty kills
  `mingcha audit verify` recomputes the log and what the public is told.
- *Lost* counts answered saves that are not there afterwards. The goal is none.
"""

SECTIONS = {"load": "## Load", "kills": "## Kills"}


def table(head, rows, left=1):
    rule = ["---"] * left + ["--:"] * (len(head) - left)
    return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in [head, rule, *rows])


def mebibytes(number):
    return f"{number / 2**20:,.0f} MiB"


def load_table(runs):
    rows = []
    for engine, run in runs.items():
        asked = sum(n for *_, n in run["statuses"])
        waited = sum(n for _, status, n in run["statuses"] if status in (429, 503))
        rows.append([engine, run["minutes"], f"{asked:,}", f"{waited:,}", len(run["faults"]), f"{run['saved']:,}", len(run["lost"]),
                     f"{run['slowest']:.1f}", mebibytes(run["most"]), mebibytes(run["memory"][-1]), f"{run['ended']:.1f}"])
    first = table(["engine", "minutes", "requests", "asked to wait", "faults", "saves answered", "lost", "slowest s", "most memory",
                   "memory at the end", "stopped in s"], rows)
    kinds = sorted({kind for run in runs.values() for kind, *_ in run["statuses"]})
    said = []
    for engine, run in runs.items():
        for kind in kinds:
            counts = {status: n for one, status, n in run["statuses"] if one == kind}
            if counts:
                said.append([engine, kind, ", ".join(f"{status}: {n:,}" for status, n in sorted(counts.items(), key=lambda c: str(c[0])))])
    return first + "\n\n" + table(["engine", "what", "answers"], said, left=3)


def kills_table(runs):
    rows = [[engine, f"{run['kills']:,}", f"{run['saved']:,}", f"{run['cut off']:,}", len(run["lost"]), len(run["faults"]),
             run["verified"], f"{median(run['restart seconds']):.2f}", f"{max(run['restart seconds']):.2f}"]
            for engine, run in runs.items()]
    return table(["engine", "kills", "saves answered", "saves cut off", "lost", "faults", "log verified", "restart s, median", "longest"], rows)


TABLES = {"load": load_table, "kills": kills_table}


def write(path, folder, names):
    """Writes the sections `names` from what the engines' runs left in `folder`; other sections stay as they are."""
    text = path.read_text(encoding="utf-8") if path.exists() else HEAD
    for name in names:
        kept = {engine: folder / f"{name}-{engine}.json" for engine in ("sqlite", "postgres")}
        found = {engine: json.loads(file.read_text()) for engine, file in kept.items() if file.exists()}
        begin, end = f"<!-- soak {name}: generated -->", f"<!-- soak {name}: end -->"
        facts = "\n".join(f"- {engine}: " + "; ".join(f"{key} {value}" for key, value in one["setting"].items())
                          for engine, one in found.items())
        shown = TABLES[name]({engine: one["run"] for engine, one in found.items()})
        section = f"{begin}\n\n{facts}\n\n{shown}\n\n{end}"
        if begin in text:
            text = text[:text.index(begin)] + section + text[text.index(end) + len(end):]
        else:
            text = text.rstrip() + f"\n\n{SECTIONS[name]}\n\n{section}\n"
    path.write_text(text, encoding="utf-8")
