#!/usr/bin/env python3
"""One peer does the bench's draw once, from the same Parquet file, and prints `{"seconds", "version"}`.

    python peers.py PEER BUNDLE OUT.csv

The time runs from opening the file to the written list; the start of Python, the import of the engine and the two small tables of
cells and bounds are not counted. Every engine may use two threads. Needs the packages of requirements.txt.
"""

import json
import os
import sys
import time
from pathlib import Path

import question
from question import BY_ORGAN, BY_RISK, CELL, STRATA

THREADS = 2


def timed(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def duckdb(roll, job, out, ticket, pruned):
    """`ticket` is `sha256` or `hash`. Pruned: a join with the strata's bounds leaves some 2 % of the rows to the window."""
    import duckdb as engine

    def has(*tags):
        return "(" + " or ".join(f"list_contains(tags, '{tag}')" for tag in tags) + ")"

    found = question.bounds(job)
    block = "".join(f"\\x{byte:02X}" for byte in bytes.fromhex(job["block"]))
    if ticket == "sha256":
        formula, kind = f"sha256('{block}'::blob || encode(id))", "varchar"
        bounds = ["'g'" if bound >= 2**64 else f"'{bound:016x}'" for bound in found]
    else:
        formula, kind = "hash(id)", "ubigint"
        bounds = [str(min(bound, 2**64 - 1)) for bound in found]
    connection = engine.connect(config={"threads": THREADS, "preserve_insertion_order": False})
    connection.execute("create temp table cells (s tinyint, cell varchar, size bigint)")
    connection.execute(f"insert into cells values {question.values(question.cells(job))}")
    connection.execute(f"create temp table bounds (s tinyint, bound {kind})")
    connection.execute("insert into bounds values " + ", ".join(f"({s}, {bound})" for s, bound in enumerate(bounds)))
    rows = (f"select id, organ, risk, ({question.stratum(has, 'len(tags) = 0')})::tinyint as s from '{roll}' "
            f"where {question.kept(has)}")
    tickets = f"(select *, {formula} as ticket from ({rows}))"
    if pruned:
        tickets = f"(select * from {tickets} join bounds using (s) where ticket <= bound)"
    source = f"(select s, {CELL} as cell, id, ticket from {tickets}) join cells using (s, cell)"
    query = f"copy ({question.window(source)} order by s, cell, ticket) to '{out}' (format csv, header false)"
    return timed(lambda: connection.execute(query)), engine.__version__


def polars(roll, job, out, pruned):
    """Its own hash, streaming: the quickest of streaming and in-memory, window by sort, rank and bottom_k."""
    import polars as pl
    column = pl.col

    def has(*tags):
        tests = [column("tags").list.contains(tag) for tag in tags]
        return pl.any_horizontal(tests) if len(tests) > 1 else tests[0]

    def number(value):
        return pl.lit(value, dtype=pl.UInt8)

    def switch(pairs, otherwise):
        for condition, value in reversed(pairs):
            otherwise = pl.when(condition).then(value).otherwise(otherwise)
        return otherwise

    cells = pl.DataFrame(question.cells(job), schema={"s": pl.UInt8, "cell": pl.String, "size": pl.Int64}, orient="row")
    bounds = [pl.lit(min(bound, 2**64 - 1), dtype=pl.UInt64) for bound in question.bounds(job)]
    kind = column("kind")
    by_kind = switch([
        (kind == "个体工商户", pl.when(has("食品经营")).then(number(9)).otherwise(number(10))),
        (kind == "农民专业合作社", number(8)),
        (kind.is_in(["企业", "企业分支机构"]),
         pl.when(column("risk").is_in(["C", "D"])).then(number(6)).otherwise(number(7)))],
        pl.lit(None, dtype=pl.UInt8))
    tests = [("电子商务平台",), ("危险化学品",), ("食品生产",), ("特种设备使用",), ("药品零售", "医疗器械"), ("检验检测",)]
    stratum = switch([(has(*tags), number(index)) for index, tags in enumerate(tests)], by_kind)
    bound = switch([(column("s") == index, bounds[index]) for index in range(len(STRATA) - 1)], bounds[-1])
    cell = switch([(column("s") == BY_ORGAN, column("organ").fill_null("")),
                   (column("s") == BY_RISK, column("risk").fill_null(""))], pl.lit(""))

    def work():
        kept = (column("status").is_in(["存续", "在营"]) & (column("checks").fill_null(0) < 3)
                & ~has("清算", "歇业").fill_null(False))
        rows = pl.scan_parquet(roll).filter(kept).select("id", "organ", "risk", stratum.alias("s"))
        rows = rows.with_columns(column("id").hash(20261120).alias("ticket"))
        if pruned:
            rows = rows.filter(column("ticket") <= bound)
        found = (rows.select("s", "id", "ticket", cell.alias("cell")).join(cells.lazy(), on=["s", "cell"])
                 .sort("s", "cell", "ticket").filter(pl.int_range(pl.len()).over("s", "cell") < column("size"))
                 .select("s", "cell", "id", "ticket").collect(engine="streaming"))
        found.write_csv(out, include_header=False)

    return timed(work), pl.__version__


def datafusion(roll, job, out, pruned):
    import datafusion as engine
    import pyarrow

    def has(*tags):
        return "(" + " or ".join(f"array_has(tags, '{tag}')" for tag in tags) + ")"

    context = engine.SessionContext(engine.SessionConfig().with_target_partitions(THREADS))
    s, cell, size = zip(*question.cells(job))
    highest = [b"\xff" * 33 if bound >= 2**64 else bound.to_bytes(8, "big") for bound in question.bounds(job)]
    numbers = pyarrow.int64()
    tables = {"cells": {"s": pyarrow.array(s, numbers), "cell": pyarrow.array(cell), "size": pyarrow.array(size, numbers)},
              "bounds": {"s": pyarrow.array(range(len(STRATA)), numbers), "bound": pyarrow.array(highest, pyarrow.binary())}}
    for name, columns in tables.items():
        context.register_record_batches(name, [pyarrow.table(columns).to_batches()])

    def work():
        context.register_parquet("roll", roll)
        rows = f"(select id, organ, risk, {question.stratum(has)} as s from roll where {question.kept(has)})"
        tickets = f"(select *, sha256(X'{job['block']}' || arrow_cast(id, 'Binary')) as ticket from {rows})"
        if pruned:
            tickets = f"(select a.*, b.bound from {tickets} a join bounds b on a.s = b.s where ticket <= bound)"
        source = (f"(select c.s, c.cell, c.size, id, ticket from (select s, {CELL} as cell, id, ticket from {tickets}) t "
                  "join cells c on t.s = c.s and t.cell = c.cell)")
        # Without the frame it refuses to order by bytes.
        drawn = question.window(source, "ticket rows between unbounded preceding and current row")
        query = f"select s, cell, id, encode(ticket, 'hex') as ticket from ({drawn}) order by s, cell, ticket"
        options = "stored as csv options ('format.has_header' 'false')"
        context.sql(f"copy ({query}) to '{out}' {options}").collect()

    return timed(work), engine.__version__


PEERS = {
    "duckdb-sha256": lambda *at: duckdb(*at, "sha256", False),
    "duckdb-sha256-pruned": lambda *at: duckdb(*at, "sha256", True),
    "duckdb-hash": lambda *at: duckdb(*at, "hash", False),
    "duckdb-hash-pruned": lambda *at: duckdb(*at, "hash", True),
    "polars-hash": lambda *at: polars(*at, False),
    "polars-hash-pruned": lambda *at: polars(*at, True),
    "datafusion-sha256": lambda *at: datafusion(*at, False),
    "datafusion-sha256-pruned": lambda *at: datafusion(*at, True),
}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in PEERS:
        print(f"usage: peers.py {'|'.join(PEERS)} BUNDLE OUT.csv", file=sys.stderr)
        return 2
    name, folder, out = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    job = json.loads((folder.parent / (folder.name + ".job.json")).read_text(encoding="utf-8"))
    seconds, version = PEERS[name](str(folder / "roll.parquet"), job, out)
    print(json.dumps({"seconds": seconds, "version": version}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
