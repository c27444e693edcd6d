"""The three verifiers, asked in bulk: the product through an example of its crate, verify.py, and verify.html in Chromium.

All three take the same requests, one to a line and its fields apart by tabs, and give for each an `Answer`:
`bundle PATH` judges a folder or a zip; `change FILE PLACE BYTE` judges the last folder with one byte changed.
"""

import multiprocessing
import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import verify

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = Path(os.environ.get("MINGCHA_TEST_VERDICTS") or ROOT / "target" / "debug" / "examples" / "verdicts")
BUILD = "cargo build --locked -p cli -p bundle --example verdicts"
SECONDS_MAX = 600


class Answer(NamedTuple):
    """`step` and `code` of what failed first, or empty; `owed` are the steps that were checked in part only."""

    verdict: str
    step: str
    code: str
    owed: tuple = ()


class Program:
    """A verifier that is a program of its own. It begins at once, so that the others can work meanwhile."""

    def __init__(self, command, requests):
        self.input = tempfile.TemporaryFile()
        self.input.write("".join("\t".join(map(str, one)) + "\n" for one in requests).encode())
        self.input.seek(0)
        self.output = tempfile.TemporaryFile()
        self.running = subprocess.Popen(command, stdin=self.input, stdout=self.output, stderr=subprocess.PIPE, text=True)
        self.count = len(requests)

    def lines(self):
        """What it says, a line for each request; waits for its end. AssertionError where it ended badly."""
        _, said = self.running.communicate(timeout=SECONDS_MAX)
        self.output.seek(0)
        lines = self.output.read().decode().splitlines()
        self.input.close()
        self.output.close()
        if self.running.returncode or len(lines) != self.count:
            raise AssertionError(f"{self.running.args} answered {len(lines)} of {self.count}: {said}")
        return lines

    def answers(self):
        return [Answer(verdict, step, code, tuple(owed.split(",")) if owed else ())
                for verdict, step, code, owed in (line.split("\t") for line in self.lines())]  # fmt: skip


def product(requests):
    if not PRODUCT.exists():
        raise AssertionError(f"{PRODUCT.name} is not built: {BUILD}")
    return Program([str(PRODUCT)], requests)


def page(requests):
    return Program(["node", str(Path(__file__).with_name("page.mjs"))], requests)


def finding(check):
    """What verify.py found."""
    failure = check.failure or {"step": "", "code": ""}
    owed = tuple(step["step"] for step in check.steps if step["verdict"] == "partial")
    return Answer(check.verdict, failure["step"], failure["code"], owed)


def opened(path):
    """A folder in memory, or a zip."""
    path = Path(path)
    if path.is_dir():
        return {str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()}
    return verify.opened(path)


def judged(files):
    return finding(verify.verify(files))


BASE = {}


def python_one(request):
    kind, path, *change = request
    if kind == "bundle":
        return judged(opened(path))
    if path not in BASE:
        BASE.clear()
        BASE[path] = opened(path)
    name, place, byte = change
    data = bytearray(BASE[path][name])
    data[place] = byte
    return judged(BASE[path] | {name: bytes(data)})


def python(requests):
    """The answers of verify.py, on all processors."""
    whole, path = [], None
    for one in requests:
        path = one[1] if one[0] == "bundle" else path
        whole.append(one if one[0] == "bundle" else ("change", path, *one[1:]))
    with multiprocessing.Pool() as pool:
        return pool.map(python_one, whole, chunksize=100)


def ask(requests):
    """[(request, product's answer, verify.py's, verify.html's)]."""
    others = product(requests), page(requests)
    try:
        mine = python(requests)
        first, last = (other.answers() for other in others)
        return list(zip(requests, first, mine, last, strict=True))
    finally:
        for other in others:
            other.running.kill()
