#!/usr/bin/env python3
"""Writes a roll to standard output as CSV for PostgreSQL's COPY: sets as array literals. Needs pyarrow."""

import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq


def main():
    for batch in pq.ParquetFile(sys.argv[1]).iter_batches(1 << 17):
        table = pa.table(batch)
        place = table.schema.get_field_index("tags")
        tags = pc.binary_join(table.column(place).combine_chunks().cast(pa.list_(pa.string())), ",")
        literal = pc.binary_join_element_wise("{", tags, "}", "")
        rows = table.set_column(place, "tags", literal)
        pyarrow.csv.write_csv(rows, sys.stdout.buffer, pyarrow.csv.WriteOptions(include_header=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
