"""The tables of docs/benchmarks.md. Pure: from figures to text; a section stands between its markers, nothing else changes."""

from statistics import median

from measure import BenchError

HEAD = """# Benchmarks

Written by `make bench`; the method stands in `scripts/bench`. One job for all: a roll in Parquet (zstd, row groups of 131,072
rows) with eight columns, four exclusions, eleven strata (one split at random over the organs, one by risk class), some 1.2 %
drawn, a SHA-256 ticket for every eligible row, the drawn list with thresholds written to a file.

- Every side puts every row into its stratum and hashes every eligible one.
- *mingcha* is timed as a process, from start to exit: roll to written `result.json`. It also checks that ids are well-formed,
  ascending and distinct, counts every population and compares it with `sizes.json`; no peer does.
- Peers are timed inside a running process, from opening the file to the written list; imports and small tables are free. Their
  queries are in `scripts/bench/question.py` and `peers.py`. PostgreSQL reads a table loaded before; its memory is the server's.
- *Pruned* says that the query's author knew to keep only candidates under an upper bound on the ticket before the window; *as
  written* is the plain `row_number() over (partition by … order by ticket)`.
- Lists drawn with SHA-256 were equal, id by id and ticket by ticket, in every round; with another hash only the sizes can be.
- All sides run in turn in every round, on the same warm file; medians count.
"""

SECTIONS = {"draw": "## One draw", "whole-country": "## The whole country under a limit of 1 GB",
            "pages": "## Pages a second, beside an older build"}


def number(value, digits=2):
    return f"{value:,.{digits}f}"


def size(peak):
    return "–" if not peak else f"{peak / 1e6:,.0f} MB"


def table(head, rows, left=1):
    rule = ["---"] * left + ["--:"] * (len(head) - left)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *rows])


def setting_lines(setting):
    """Machine, versions, command and moment, as one list."""
    return "\n".join(f"- {name}: {value}" for name, value in setting.items())


def summary(sides, base):
    """Adds median, fastest, peak, rows a second and the ratio to the side `base` to what was measured."""
    middle = median(sides[base]["seconds"])
    return {name: side | {"median": median(side["seconds"]), "min": min(side["seconds"]), "peak": max(side["peaks"]),
                          "ratio": median(side["seconds"]) / middle}
            for name, side in sides.items()}


def draw_table(found):
    rows = []
    for side in found.values():
        rows.append([side["label"], str(len(side["seconds"])), number(side["median"], 3), number(side["min"], 3),
                     f"{side['rows'] / side['median'] / 1e6:,.1f} M", size(side["peak"]), number(side["ratio"]) + "×"])
    return table(["side", "rounds", "median s", "fastest s", "rows/s", "peak memory", "to mingcha draw"], rows)


GOALS = (
    ("draw ≤ 2.2 × its hashes alone", "draw", "hashes", 2.2),
    ("draw ≤ ½ of Polars with its own hash", "draw", "polars-hash", 0.5),
    ("draw ≤ ½ of Polars with its own hash, whose user prunes by hand", "draw", "polars-hash-pruned", 0.5),
    ("freezing ≤ 2 × its hashes alone", "freeze", "freeze-hashes", 2.0),
)


def goals(found):
    """(goal, ratio of the medians, whether it is met) of every goal whose two sides were measured."""
    return [(text, found[ours]["median"] / found[theirs]["median"], found[ours]["median"] <= limit * found[theirs]["median"])
            for text, ours, theirs, limit in GOALS if ours in found and theirs in found]


def goals_table(met):
    return table(["goal", "measured", "met"], [[text, number(ratio) + "×", "yes" if good else "no"] for text, ratio, good in met])


def country_table(runs):
    """`runs` as country.measure gives them."""
    rows = [[f"{run['rows']:,}", f"{run['drawn']:,}", number(median(run["seconds"])), number(run["cold"]),
             number(median(run["seconds"]) / run["rows"] * 1e9, 1), size(run["peak"]),
             size(max(held or 0 for held in run["held"]))] for run in runs]
    return table(["rows", "drawn", "median s", "from disk s", "ns a row", "resident", "with page cache"], rows, left=0)


def put(page, name, body):
    """The page with the section `name` replaced, added at its end if it is not there."""
    first, last = f"<!-- bench {name}: generated -->", f"<!-- bench {name}: end -->"
    made = f"{first}\n\n{body.strip()}\n\n{last}"
    if (first in page) != (last in page):
        raise BenchError(f"the page has only one of the two markers of {name}")
    if first not in page:
        return f"{page.rstrip()}\n\n{SECTIONS[name]}\n\n{made}\n"
    before, _, rest = page.partition(first)
    return before + made + rest.partition(last)[2]
