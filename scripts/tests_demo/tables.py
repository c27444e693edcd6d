"""Reads tables through the engines' own readers, read-only. All values are text or None, so that both give equal rows."""

import csv
import io
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import postgres  # noqa: E402

# What COPY writes for NULL; no text of the demo is this.
NULL = "\\N"


class Sqlite:
    """A database file, through Python's sqlite3."""

    def __init__(self, path):
        self.path = path

    def rows(self, query):
        """All rows of a query as tuples."""
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            return [tuple(None if v is None else str(v) for v in row) for row in connection.execute(query)]
        finally:
            connection.close()

    def schema(self):
        """The names of the tables."""
        return {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def dump(self):
        """The whole content as SQL, in the file's order, without how far a job last said it was: that is a matter of speed."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as source, closing(sqlite3.connect(":memory:")) as copy:
            source.backup(copy)
            copy.execute("UPDATE job SET done = 0, total = 0, step = ''")
            return list(copy.iterdump())


class Postgres:
    """A database of a server, through its own psql."""

    def __init__(self, url):
        self.url = url

    def rows(self, query):
        """All rows of a query as tuples."""
        text = self._psql(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, NULL '{NULL}')", "-c default_transaction_read_only=on")
        return [tuple(None if v == NULL else v for v in row) for row in csv.reader(io.StringIO(text))]

    def schema(self):
        """The names of the tables."""
        return {name for (name,) in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    def command(self, statement):
        """Runs one statement that gives no rows."""
        self._psql(statement, "")

    def _psql(self, statement, options):
        parts = urlsplit(self.url)
        # PG… variables of the caller's shell would lead psql to somebody's real server.
        values = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {
            "PGHOST": parts.hostname, "PGPORT": str(parts.port), "PGUSER": unquote(parts.username),
            "PGPASSWORD": unquote(parts.password), "PGDATABASE": parts.path.lstrip("/"), "PGOPTIONS": options,
            "PGCLIENTENCODING": "UTF8",
        }
        command = [postgres.binaries() / "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement]
        done = subprocess.run(command, env=values, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr.strip()}")
        return done.stdout
