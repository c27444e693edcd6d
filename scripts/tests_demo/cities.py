"""Demo cities: made once by the binary, read by all tests, deleted when the tests end.

The binary is MINGCHA_TEST_BINARY, or the one that the step `build` leaves; the server is that of MINGCHA_TEST_POSTGRES.
"""

import atexit
import contextlib
import functools
import json
import os
import secrets
import subprocess
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

from .scenario import FULL, SMALL, Scale
from .tables import Postgres, Sqlite

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("MINGCHA_TEST_BINARY") or ROOT / "target" / "debug" / "mingcha").resolve()
ALSO_FULL = os.environ.get("MINGCHA_TEST_FULL") == "1"
DEMO_SECONDS_MAX = 20 * 60

_leftovers = contextlib.ExitStack()
atexit.register(_leftovers.close)


@dataclass(frozen=True)
class City:
    """One finished demo: its folder, what it said of itself, and its tables."""

    scale: Scale
    database: str
    home: Path
    summary: dict
    tables: Sqlite | Postgres

    @property
    def files(self):
        """The folder with the bureaus' files and the bundle."""
        return self.home / "demo-files"

    @property
    def bundle(self):
        return self.files / "证明包.zip"

    def stored(self, digest):
        """The path of a content-addressed file."""
        return self.home / "files" / digest[:2] / digest


def folder():
    """A new empty folder that is gone when the tests end."""
    return Path(_leftovers.enter_context(tempfile.TemporaryDirectory(prefix="mingcha-demo-")))


def mingcha(*arguments, seconds_max=DEMO_SECONDS_MAX):
    """Runs the binary without a configuration of the developer's own; returns the finished process with text output."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MINGCHA_")}
    return subprocess.run([BINARY, *map(str, arguments)], env=clean, cwd=folder_of_nothing(), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=seconds_max)


@functools.cache
def folder_of_nothing():
    return folder()


@functools.cache
def city(database, scale=SMALL, reproducible=False, copy=1):
    """The city on `sqlite` or `postgres`; `copy` tells repetitions apart. AssertionError with the last words if it failed."""
    home = folder() / "home"
    arguments = ["demo", "--home", home, "--scale", scale.name, "--no-serve", "--json"]
    tables = Sqlite(home / "mingcha.db")
    if database == "postgres":
        tables = new_database()
        arguments += ["--database", tables.url]
    if reproducible:
        arguments.append("--reproducible")
    made = mingcha(*arguments)
    if made.returncode != 0:
        raise AssertionError(f"mingcha demo ended with code {made.returncode}:\n{made.stderr[-2000:]}")
    return City(scale, database, home, json.loads(made.stdout), tables)


def new_database():
    """A new database of the throw-away cluster, dropped when the tests end."""
    url = os.environ.get("MINGCHA_TEST_POSTGRES")
    if not url:
        raise AssertionError("MINGCHA_TEST_POSTGRES is not set; see scripts/postgres.py")
    admin, name = Postgres(url), f"demo_{secrets.token_hex(6)}"
    admin.command(f"CREATE DATABASE {name}")
    _leftovers.callback(admin.command, f"DROP DATABASE {name} WITH (FORCE)")
    return Postgres(url.rpartition("/")[0] + "/" + name)


def on_each_city(module):
    """A decorator that makes test cases of a class: one for each database, and for each scale that was asked for."""
    def make(body):
        for scale in (SMALL, FULL) if ALSO_FULL else (SMALL,):
            for database in ("sqlite", "postgres"):
                name = f"{body.__name__}_{scale.name}_{database}"
                members = {"scale": scale, "database": database, "__module__": module["__name__"], "__qualname__": name}
                module[name] = type(name, (body, unittest.TestCase), members)
        return body
    return make


class OfCity:
    """Part of a test case with its city in `self.city`; `on_each_city` adds the rest."""

    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.city = city(cls.database, cls.scale)
        cls.tables = cls.city.tables
