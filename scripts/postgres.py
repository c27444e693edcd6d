#!/usr/bin/env python3
"""Starts and stops a throw-away PostgreSQL cluster for the tests.

As a command:   export MINGCHA_TEST_POSTGRES="$(scripts/postgres.py start)"   …   scripts/postgres.py stop
As a library:   with Cluster() as cluster: cluster.url

The cluster lives in a new temporary folder, listens on a free loopback port and on a socket in that folder, and is
deleted when it stops. It trades durability for speed (fsync off), so it refuses to use a folder that exists already:
nobody's data can be put behind it by mistake. It never touches a cluster that the system runs.
"""

import argparse
import ctypes
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".setup" / "postgres.json"
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
CONNECTIONS_MAX = 200
ROLE = "mingcha"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": CONNECTIONS_MAX,
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # The server must not depend on the machine's language or zone: tests compare sorted lists and instants.
    "timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
    # CREATE DATABASE … TEMPLATE is how tests get a database of their own; a checkpoint per copy would cost most of it.
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "5min",
}


class PostgresError(Exception):
    """Says what could not be done and what to do about it."""


def binaries():
    """The newest server's folder of programs; Debian keeps it out of PATH."""
    folders = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda p: [int(n) for n in p.parent.name.split(".") if n.isdigit()])
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    raise PostgresError("no PostgreSQL server found: run `make setup-test` (it installs the package postgresql)")


def owner():
    """The account that runs the server: PostgreSQL refuses root, so root lends it to `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresError("PostgreSQL refuses to run as root and there is neither an account `postgres` nor `nobody`")


def free_port():
    """A port that was free a moment ago; a lost race shows as a failed start, which `start` tries again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def die_with_parent():
    """Asks the kernel to stop the server when the test run is killed, even by a signal that cannot be caught."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # 1 is PR_SET_PDEATHSIG; SIGINT is PostgreSQL's fast shutdown.


class Cluster:
    """One running server. `detached` servers outlive the process that started them and are stopped by `stop`."""

    def __init__(self, detached=False):
        self.detached = detached
        self.folder = None
        self.process = None
        self.url = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        programs, account = binaries(), owner()
        self.folder = Path(tempfile.mkdtemp(prefix="mingcha-pg-"))
        try:
            if account:
                os.chown(self.folder, account.pw_uid, account.pw_gid)
            password = secrets.token_hex(16)
            self._initialise(programs, account, password)
            for last in (False, False, True):
                port = free_port()
                if self._launch(programs, account, port):
                    break
                if last:
                    raise PostgresError("the server did not start; its last words:\n" + self._last_words())
            self.url = f"postgres://{ROLE}:{password}@127.0.0.1:{port}/postgres"
        except BaseException:
            self.stop()
            raise

    def _run_as(self, account):
        if account is None:
            return {}
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _environment(self):
        # PG… variables of the caller's shell would lead programs to somebody's real server.
        return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C.UTF-8"}

    def _initialise(self, programs, account, password):
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password + "\n")
        if account:
            os.chown(secret, account.pw_uid, account.pw_gid)
        made = subprocess.run(
            [programs / "initdb", "-D", self.folder / "data", "-U", ROLE, f"--pwfile={secret}", "--auth=password",
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            **self._run_as(account))
        secret.unlink()
        if made.returncode != 0:
            raise PostgresError("initdb failed:\n" + made.stdout + made.stderr)
        with open(self.folder / "data" / "postgresql.conf", "a", encoding="utf-8") as out:
            for name, value in SETTINGS.items():
                out.write(f"{name} = '{value}'\n")
            out.write(f"unix_socket_directories = '{self.folder}'\n")

    def _launch(self, programs, account, port):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [programs / "postgres", "-D", self.folder / "data", "-p", str(port)],
                cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=None if self.detached else die_with_parent,
                **self._run_as(account))
        until = time.monotonic() + START_SECONDS_MAX
        status = self.folder / "data" / "postmaster.pid"
        while time.monotonic() < until:
            if self.process.poll() is not None:
                return False
            # Line 8 of the pid file becomes "ready" when the server accepts connections.
            lines = status.read_text().splitlines() if status.exists() else []
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return True
            time.sleep(0.05)
        self.process.kill()
        self.process.wait()
        return False

    def _last_words(self):
        log = self.folder / "log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else "(no log)"

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    # A server that was started from a shell's subprocess and is gone may remain as a zombie until it is waited for.
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def command_start():
    if STATE.exists():
        state = json.loads(STATE.read_text())
        if alive(state["pid"]):
            print(state["url"])
            return
        command_stop()
    cluster = Cluster(detached=True)
    cluster.start()
    STATE.parent.mkdir(exist_ok=True)
    STATE.touch(mode=0o600)
    STATE.write_text(json.dumps({"url": cluster.url, "pid": cluster.process.pid, "folder": str(cluster.folder)}))
    print(cluster.url)


def command_stop():
    if not STATE.exists():
        print("no test cluster was started from this folder", file=sys.stderr)
        return
    state = json.loads(STATE.read_text())
    pid_file = Path(state["folder"]) / "data" / "postmaster.pid"
    # The pid is trusted only while the cluster's own pid file names it: after a restart of the machine it may be anybody's.
    if pid_file.exists() and pid_file.read_text().splitlines()[0] == str(state["pid"]) and alive(state["pid"]):
        os.kill(state["pid"], signal.SIGINT)
        until = time.monotonic() + STOP_SECONDS_MAX
        while alive(state["pid"]) and time.monotonic() < until:
            time.sleep(0.05)
    shutil.rmtree(state["folder"], ignore_errors=True)
    STATE.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["start", "stop"])
    command = parser.parse_args().command
    try:
        command_start() if command == "start" else command_stop()
    except PostgresError as error:
        print(f"postgres.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
