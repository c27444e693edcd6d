#!/usr/bin/env python3
"""`make run`: installs what is missing, builds, makes the demo city where there is no data yet, and serves it.

Each stage is skipped when nothing changed, so that a second start takes seconds. Data that exists is never touched: a folder
that is there already is served as it is.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import setup

ROOT = Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "debug" / "mingcha"


def build():
    # The default profile, as in `make test`: one set of artefacts serves both (ADR 0003).
    if subprocess.run(["cargo", "build", "--locked", "-p", "cli"], cwd=ROOT, stdin=subprocess.DEVNULL).returncode != 0:
        raise setup.SetupError("the build failed (see above)")


def demo(home):
    """Makes the demo. What this call began and could not finish it takes away, so that the next start begins anew."""
    made = None
    try:
        made = subprocess.run([BINARY, "demo", "--home", home, "--no-serve"], stdin=subprocess.DEVNULL)
    finally:
        if made is None or made.returncode != 0:
            shutil.rmtree(home, ignore_errors=True)
    if made.returncode != 0:
        raise setup.SetupError("the demo could not be made (see above)")


def serve(home, listen):
    """Becomes the server: a signal to `make run` reaches it directly, and its exit code is ours."""
    command = [str(BINARY), "serve", "--home", str(home)]
    if listen:
        command += ["--listen", listen]
    sys.stdout.flush()
    os.execv(BINARY, command)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=Path("mingcha-data"), help="the folder that holds the installation")
    parser.add_argument("--listen", help="ADDRESS:PORT to serve on; without it the product's own default")
    arguments = parser.parse_args()
    # Without this, a SIGTERM during the demo would skip the clearing away of a half-made city.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        setup.setup("run")
        setup.assets()
        build()
        if not arguments.home.exists():
            demo(arguments.home)
        serve(arguments.home, arguments.listen)
    except setup.SetupError as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
