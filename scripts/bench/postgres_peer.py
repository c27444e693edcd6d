"""PostgreSQL as a peer: a throw-away server with the roll in a table, two parallel workers and room to sort in memory.

Loading (COPY into an unlogged table, VACUUM ANALYZE) is not timed. A run is `psql -c 'COPY (query) TO STDOUT'` from start to end.
"""

import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import postgres  # noqa: E402
import question  # noqa: E402
from measure import BenchError, Watch, run  # noqa: E402
from postgres import PostgresError  # noqa: E402, F401
from question import CELL  # noqa: E402

SETTINGS = {"shared_buffers": "2GB", "work_mem": "512MB", "max_parallel_workers": 2, "max_parallel_workers_per_gather": 2,
            "jit": "off"}
LOOK_SECONDS = 0.1


def has(*tags):
    return "(" + " or ".join(f"'{tag}' = any(tags)" for tag in tags) + ")"


class Server:
    """Started and loaded on entry, deleted on exit. `python` has pyarrow."""

    def __init__(self, python, folder, job):
        self.python, self.roll, self.job = python, folder / "roll.parquet", job
        self.cluster = postgres.Cluster()

    def __enter__(self):
        before = dict(postgres.SETTINGS)
        postgres.SETTINGS.update(SETTINGS)
        try:
            self.cluster.start()
        finally:
            postgres.SETTINGS.clear()
            postgres.SETTINGS.update(before)
        try:
            self.load()
        except BaseException:
            self.cluster.stop()
            raise
        return self

    def __exit__(self, *_):
        self.cluster.stop()

    def sql(self, *statements):
        command = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", self.cluster.url]
        return run([*command, *(part for text in statements for part in ("-c", text))]).output.strip()

    def load(self):
        self.sql('create unlogged table roll (id text collate "C" not null, organ text collate "C", kind text collate "C", '
                 'registered date, status text collate "C", risk text collate "C", tags text[] collate "C", checks int)')
        rows = subprocess.Popen([self.python, Path(__file__).parent / "roll_csv.py", self.roll], stdout=subprocess.PIPE)
        copy = ["psql", "-X", "-q", self.cluster.url, "-c", "copy roll from stdin (format csv)"]
        copied = subprocess.run(copy, stdin=rows.stdout, capture_output=True, text=True)
        rows.stdout.close()
        if rows.wait() != 0 or copied.returncode != 0:
            raise BenchError(f"PostgreSQL was not loaded: {copied.stderr.strip()}")
        self.sql("vacuum analyze roll", 'create unlogged table cells (s int, cell text collate "C", size bigint)',
                 f"insert into cells values {question.values(question.cells(self.job))}", "analyze cells")
        self.version = self.sql("show server_version").split()[0]

    def query(self, pruned):
        bounds = ["ff" * 33 if bound >= 2**64 else f"{bound:016x}" for bound in question.bounds(self.job)]
        highest = ", ".join(f"'\\x{bound}'::bytea" for bound in bounds)
        stratum = question.stratum(has, "tags = '{}'")
        rows = f"(select id, organ, risk, {stratum} as s from roll where {question.kept(has)}) as rows"
        # `offset 0` keeps PostgreSQL from computing the ticket a second time for the condition.
        tickets = f"(select *, sha256('\\x{self.job['block']}'::bytea || id::bytea) as ticket from {rows} offset 0) as tickets"
        where = f"where ticket <= (array[{highest}])[s + 1]" if pruned else ""
        source = f"(select s, {CELL} as cell, id, ticket from {tickets} {where}) as candidates join cells using (s, cell)"
        if not pruned:
            source = source.replace(" offset 0", "")
        return f"select s, cell, id, encode(ticket, 'hex') from ({question.window(source)}) as drawn order by s, cell, ticket"

    def draw(self, pruned, out):
        """One run: seconds and the server's largest memory (what its processes hold, shared buffers once)."""
        watch, done = Watch(self.cluster.process.pid), threading.Event()

        def looking():
            while not done.wait(LOOK_SECONDS):
                watch.look()

        thread = threading.Thread(target=looking)
        thread.start()
        try:
            command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", out, self.cluster.url, "-c",
                       f"copy ({self.query(pruned)}) to stdout (format csv)"]
            seconds = run(command).seconds
        finally:
            done.set()
            thread.join()
        return seconds, watch.peak
