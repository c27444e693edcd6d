"""One `mingcha serve` of a demo city, started, watched, stopped and killed."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from client import Client, Lost

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import postgres  # noqa: E402

BINARY = Path(os.environ.get("MINGCHA_TEST_BINARY", ROOT / "target" / "debug" / "mingcha"))
START_SECONDS_MAX = 90


class SoakError(Exception):
    """Why the run means nothing."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """A small demo city in a folder of its own, on SQLite or in a database of its own on `cluster`."""

    def __init__(self, engine, folder, cluster=None):
        self.engine, self.home, self.port, self.process = engine, Path(folder) / engine, free_port(), None
        self.log = Path(folder) / f"{engine}.log"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("MINGCHA_")}
        if engine == "postgres":
            self.environment["MINGCHA_DATABASE"] = self._database(cluster)
        self.run("demo", "--scale", "small", "--no-serve")

    def _database(self, cluster):
        name = "soak_" + secrets.token_hex(4)
        made = subprocess.run([postgres.binaries() / "psql", cluster.url, "-qc", f"CREATE DATABASE {name}"],
                              capture_output=True, text=True)
        if made.returncode:
            raise SoakError(made.stderr)
        return re.sub(r"/[^/]*$", f"/{name}", cluster.url)

    def run(self, *arguments, codes=(0,)):
        """Runs a command of the product on this installation and returns what it printed."""
        done = subprocess.run([BINARY, *arguments, "--home", self.home], env=self.environment, capture_output=True, text=True)
        if done.returncode not in codes:
            raise SoakError(f"mingcha {' '.join(arguments)}: {done.returncode}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
        return done.stdout

    def start(self):
        """Starts the server; returns the seconds until it was ready."""
        begun = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--home", self.home, "--listen", f"127.0.0.1:{self.port}"], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while time.monotonic() - begun < START_SECONDS_MAX:
            if self.process.poll() is not None:
                raise SoakError(f"serve ended with {self.process.returncode}; see {self.log}")
            client = Client(self.port)
            try:
                if client.get("/healthz").status == 200:
                    return time.monotonic() - begun
            except Lost:
                pass
            finally:
                client.close()
            time.sleep(0.02)
        raise SoakError(f"serve was not ready in {START_SECONDS_MAX} s")

    def resident(self):
        """Bytes of resident memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def resident_most(self):
        """Bytes of resident memory at its most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Asks it to end; returns the seconds that it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise SoakError("serve did not end within 60 s") from error
        return time.monotonic() - begun

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)
