"""The bench's draw in SQL, said once for the engines that speak it, and what a user knows before it: cells, sizes, bounds.

A peer answers with a CSV file without header, `stratum index, cell, id, ticket`, a cell's rows in ticket order (so the threshold
is the ticket of a cell's last row), cells in any order. It is told the sizes of all cells and counts no population.
"""

import math

STRATA = ["P1", "P2", "P3", "P4", "P5", "P6", "E1", "E2", "C1", "I1", "I2"]
BY_ORGAN, BY_RISK = STRATA.index("E2"), STRATA.index("I1")
CELL = f"case s when {BY_ORGAN} then coalesce(organ, '') when {BY_RISK} then coalesce(risk, '') else '' end"


def kept(has):
    """The condition of a row that meets no exclusion. `has(tag, …)` is the engine's test of a set."""
    return f"status in ('存续', '在营') and (checks is null or checks < 3) and not coalesce({has('清算', '歇业')}, false)"


def by_kind(food):
    return (f"case when kind = '个体工商户' then {food} when kind = '农民专业合作社' then 8 "
            "when kind in ('企业', '企业分支机构') then case when risk in ('C', 'D') then 6 else 7 end end")


def stratum(has, untagged=None):
    """The index of a row's stratum. `untagged` is a condition that spares rows without tags the other tests, where that pays."""
    tests = [("电子商务平台",), ("危险化学品",), ("食品生产",), ("特种设备使用",), ("药品零售", "医疗器械"), ("检验检测",)]
    first = f"when {untagged} then {by_kind('10')} " if untagged else ""
    whens = " ".join(f"when {has(*tags)} then {index}" for index, tags in enumerate(tests))
    food = by_kind(f"case when {has('食品经营')} then 9 else 10 end")
    return f"case {first}{whens} else {food} end"


def cells(job):
    """(stratum index, cell, size) of every cell."""
    return [(STRATA.index(code), cell or "", size) for code, cell, _, size in job["cells"]]


def values(rows):
    """Rows of numbers and plain texts as the body of a SQL VALUES."""
    return ", ".join("(" + ", ".join(str(v) if isinstance(v, int) else f"'{v}'" for v in row) + ")" for row in rows)


def bounds(job):
    """For every stratum an upper bound on the first 64 bits of its drawn tickets, 2^64 for none.

    The tickets of a cell below the bound are some `size + 6√size + 20`, or more where another cell of its stratum asks for
    a wider bound: that fewer than `size` are found has a chance below one in a million, and would show as an answer that differs.
    """
    found = [0] * len(STRATA)
    for code, _, rows, size in job["cells"]:
        wanted = size + 6 * math.sqrt(size) + 20
        index = STRATA.index(code)
        found[index] = max(found[index], 2**64 if wanted >= rows else int(wanted * 2**64 / rows))
    return found


def window(source, order="ticket"):
    """The smallest tickets of every cell out of `source` (s, cell, size, id, ticket), as the issue asks for it."""
    return (f"select s, cell, id, ticket from (select s, cell, size, id, ticket, row_number() over "
            f"(partition by s, cell order by {order}) as place from {source}) as numbered where place <= size")
