#!/usr/bin/env python3
"""Writes a made-up roll of any length as Parquet (zstd), the same bytes for the same rows and seed.

    python roll.py OUT.parquet --rows 10000000 [--seed 20261120]

Eight columns in the types of the draw protocol §2. Ids are unified social credit codes: class 91, 92 or 93, the six digits of a
division, nine random characters, the check character of GB 32100; so the prefix of eight compresses and the rest does not, as in
a real register. They are made prefix by prefix in ascending order, so no sort is wider than one prefix and memory does not
grow with the length (200 million rows: below 1 GB). Firms of a division stand together, and most share its organ.

Row groups have 2^17 rows: within the range that readers recommend, small enough that two readers in parallel hold little, and
many enough (77 for 10 million) that both cores finish together. Needs numpy and pyarrow.
"""

import argparse
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GROUP_ROWS = 1 << 17
ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: 31 characters, ascending bytewise.
RANDOM_CHARACTERS = 9
WEIGHTS = [pow(3, place, 31) for place in range(17)]
CITY_DIVISIONS = 12

CLASSES = ((b"91", 0.32), (b"92", 0.65), (b"93", 0.03))
KINDS = {b"91": ("企业", "企业分支机构"), b"92": ("个体工商户", "个体工商户"), b"93": ("农民专业合作社", "农民专业合作社")}
STATUS = (("存续", 0.78), ("在营", 0.08), ("吊销", 0.08), ("注销", 0.05), ("迁出", 0.01))
RISK = ((None, 0.02), ("A", 0.28), ("B", 0.52), ("C", 0.15), ("D", 0.03))
CHECKS = ((None, 0.01), (0, 0.80), (1, 0.11), (2, 0.05), (3, 0.02), (4, 0.007), (5, 0.003))
# Sets of tags with their shares; members ascending bytewise.
TAGS = (
    ((), 0.70), (("食品经营",), 0.11), (("广告发布",), 0.04), (("计量器具",), 0.03), (("特种设备使用",), 0.02),
    (("药品零售",), 0.015), (("食品生产",), 0.008), (("危险化学品",), 0.004), (("检验检测",), 0.003), (("医疗器械",), 0.008),
    (("清算",), 0.01), (("歇业",), 0.02), (("电子商务平台",), 0.0002), (("计量器具", "食品经营"), 0.02),
    (("医疗器械", "药品零售"), 0.0048), (("广告发布", "计量器具", "食品经营"), 0.004), (("特种设备使用", "食品生产"), 0.002),
    (("危险化学品", "特种设备使用", "计量器具"), 0.001),
)
FIRST_DAY, LAST_DAY = 3_652, 20_758  # 1980-01-01 to 2026-11-01, in days since 1970.


def divisions_of(rows):
    """Six-digit codes, ascending: 8 to 276 by the length of the roll, twelve to a city, five cities to a province."""
    count = max(8, min(276, rows // 36_000))
    codes = []
    for index in range(count):
        city = index // CITY_DIVISIONS
        codes.append(f"{11 + city // 5}{1 + city % 5:02}{2 + index % CITY_DIVISIONS:02}")
    return codes


def ids_by_prefix(rows, divisions, random):
    """Yields (class, division's index, sorted distinct numbers below 31^9), prefixes ascending; `rows` numbers in all."""
    share = np.outer([share for _, share in CLASSES], random.dirichlet(np.full(len(divisions), 8.0))).ravel()
    counts = random.multinomial(rows, share / share.sum())
    for index, count in enumerate(counts):
        numbers = np.unique(random.integers(0, 31**RANDOM_CHARACTERS, count, dtype=np.int64))
        while len(numbers) < count:
            more = random.integers(0, 31**RANDOM_CHARACTERS, count - len(numbers), dtype=np.int64)
            numbers = np.unique(np.concatenate([numbers, more]))
        yield index // len(divisions), index % len(divisions), numbers


def groups(pieces):
    """Joins the pieces of `ids_by_prefix` into arrays (class, division, number) of GROUP_ROWS rows, the last one shorter."""
    held, length = [], 0
    for kind, division, numbers in pieces:
        while len(numbers):
            take = numbers[:GROUP_ROWS - length]
            numbers = numbers[len(take):]
            held.append((np.full(len(take), kind, np.int8), np.full(len(take), division, np.int16), take))
            length += len(take)
            if length == GROUP_ROWS:
                yield [np.concatenate(parts) for parts in zip(*held)]
                held, length = [], 0
    if held:
        yield [np.concatenate(parts) for parts in zip(*held)]


def id_column(kinds, divisions, numbers, division_codes):
    """The 18 characters of every id as an Arrow text column."""
    length = len(numbers)
    values = np.empty((length, 17), np.uint8)
    prefixes = np.array([[[int(digit) for digit in kind.decode() + code] for code in division_codes] for kind, _ in CLASSES],
                        np.uint8)
    values[:, :8] = prefixes[kinds, divisions]
    rest = numbers.astype(np.uint64)
    for place in range(16, 7, -1):
        rest, digit = np.divmod(rest, np.uint64(31))
        values[:, place] = digit
    # The check value of GB 32100; where it is 31 it stands for 0.
    check = (31 - values.astype(np.int32) @ np.array(WEIGHTS, np.int32) % 31) % 31
    text = np.empty((length, 18), np.uint8)
    alphabet = np.frombuffer(ALPHABET, np.uint8)
    text[:, :17] = alphabet[values]
    text[:, 17] = alphabet[check]
    offsets = np.arange(0, 18 * length + 1, 18, dtype=np.int32)
    return pa.StringArray.from_buffers(length, pa.py_buffer(offsets), pa.py_buffer(text))


def drawn_from(table, length, random):
    """Indices into a table of (value, share), by its shares."""
    shares = np.cumsum([share for _, share in table])
    return np.searchsorted(shares / shares[-1], random.random(length), side="right").astype(np.int8)


def choice(table, kind, length, random):
    values = pa.array([value for value, _ in table], kind)
    return values.take(pa.array(drawn_from(table, length, random)))


SCHEMA = pa.schema([
    pa.field("id", pa.string(), nullable=False), ("organ", pa.string()), ("kind", pa.string()), ("registered", pa.date32()),
    ("status", pa.string()), ("risk", pa.string()),
    ("tags", pa.list_(pa.field("element", pa.string(), nullable=False))), ("checks", pa.int64()),
])


def table_of(kinds, divisions, numbers, codes, random):
    """One row group."""
    length = len(numbers)
    # One firm in seven is registered with the city's bureau, not with that of its division.
    organs = codes + [code[:4] + "00" for code in codes]
    organ = divisions + np.where(random.random(length) < 1 / 7, len(codes), 0)
    branch = random.random(length) < 0.03
    names = [name for kind, _ in CLASSES for name in KINDS[kind]]
    registered = random.integers(FIRST_DAY, LAST_DAY + 1, length, dtype=np.int32)
    return pa.Table.from_arrays([
        id_column(kinds, divisions, numbers, codes),
        pa.array(organs, pa.string()).take(pa.array(organ)),
        pa.array(names, pa.string()).take(pa.array(kinds * 2 + branch)),
        pa.array(registered, pa.date32()),
        choice(STATUS, pa.string(), length, random),
        choice(RISK, pa.string(), length, random),
        choice([(list(tags), share) for tags, share in TAGS], SCHEMA.field("tags").type, length, random),
        choice(CHECKS, pa.int64(), length, random),
    ], schema=SCHEMA)


def write(path, rows, seed):
    random = np.random.Generator(np.random.PCG64(seed))
    codes = divisions_of(rows)
    others = [name for name in SCHEMA.names if name not in ("id", "tags")]
    options = {"compression": "zstd", "compression_level": 3, "use_dictionary": [*others, "tags.list.element"],
               "write_statistics": True, "store_schema": False}
    with pq.ParquetWriter(path, SCHEMA, **options) as writer:
        for kinds, divisions, numbers in groups(ids_by_prefix(rows, codes, random)):
            writer.write_table(table_of(kinds, divisions, numbers, codes, random), row_group_size=GROUP_ROWS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", type=int, default=20261120)
    given = parser.parse_args()
    write(given.path, given.rows, given.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
