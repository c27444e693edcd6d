#!/usr/bin/env python3
"""Installs what is missing for `make run` or `make test`, and nothing that is there already.

Expects Rust, Node 20 with npm, and Python 3.11; everything else comes from apt, npm and (for the tests) pip. It refuses to
guess: where it may not install a package, it says which command an administrator has to run, and stops.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".setup"
# Python's packages for the tests live here, apart from the machine's.
VENV = STAMPS / "venv"
REQUIREMENTS = ROOT / "scripts" / "requirements.txt"

# A package is skipped when one of these paths exists, whoever put it there.
APT = {
    "build-essential": ["/usr/bin/cc", "/usr/local/bin/cc"],
    "fonts-noto-cjk": ["/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"],
    "postgresql": ["/usr/lib/postgresql/*/bin/initdb"],
    "chromium": ["/usr/bin/chromium"],
    "poppler-utils": ["/usr/bin/pdftotext"],
    # Debian takes ensurepip out of its Python; others have it.
    "python3-venv": [sysconfig.get_path("stdlib") + "/ensurepip/__init__.py"],
}
APT_FOR = {
    "run": ["build-essential", "fonts-noto-cjk"],
    "test": ["build-essential", "fonts-noto-cjk", "postgresql", "chromium", "poppler-utils", "python3-venv"],
}
NPM_FOR = {"run": ["."], "test": [".", "e2e"]}
# What changes the result of the browser build. The folder itself is written by someone's editor, so its digest decides.
ASSET_SOURCES = ["package.json", "package-lock.json", "tsconfig.json", "client"]


class SetupError(Exception):
    """Says what is missing and who can mend it."""


def say(text):
    print(f"setup: {text}", flush=True)


def version_of(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else None


def tools():
    """Rust, Node, npm and Python are the machine's; their versions are only checked."""
    rust = re.search(r'rust-version = "(\d+)\.(\d+)"', (ROOT / "Cargo.toml").read_text())
    wanted = [
        (["cargo", "--version"], (int(rust[1]), int(rust[2])), "Rust (https://rustup.rs)"),
        (["node", "--version"], (20, 0), "Node.js 20"),
        (["npm", "--version"], (9, 0), "npm"),
        (["python3", "--version"], (3, 11), "Python 3.11"),
    ]
    for command, least, name in wanted:
        have = version_of(command)
        if have is None:
            raise SetupError(f"{name} is needed and `{command[0]}` does not run here; install it and try again")
        if have < least:
            raise SetupError(f"{name}: at least {least[0]}.{least[1]} is needed, {have[0]}.{have[1]} is installed")


def installed(package):
    """True if dpkg holds the package or one of its telling files is there."""
    for pattern in APT[package]:
        if any(Path("/").glob(pattern.lstrip("/"))):
            return True
    if not shutil.which("dpkg-query"):
        return False
    asked = subprocess.run(["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True)
    return asked.stdout.strip() == "install ok installed"


def apt(packages):
    missing = [p for p in packages if not installed(p)]
    if not missing:
        return
    by_hand = f"apt-get install --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get"):
        raise SetupError(f"this is not Debian; install what these packages hold: {' '.join(missing)}")
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo"):
        prefix = ["sudo", "--preserve-env=DEBIAN_FRONTEND"]
    else:
        raise SetupError(f"run this as root, then try again:\n  {by_hand}")
    say(f"installing {', '.join(missing)}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = [*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]

    def call(command):
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode == 0

    # Package lists may be absent or stale; they are fetched only when the first try shows that they are.
    if call(install):
        return
    say("the first try failed; fetching package lists and trying again")
    if not (call([*prefix, "apt-get", "update", "-q"]) and call(install)):
        raise SetupError(f"apt could not install {', '.join(missing)} (see above); after mending, run as root:\n  {by_hand}")


def digest(paths):
    """One digest over names and contents, in a fixed order."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def unchanged(name, value):
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == value


def remember(name, value):
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(value)


def npm(folder):
    """`npm ci`, skipped while the lock file and Node are those of the last time."""
    place = ROOT / folder
    lock = place / "package-lock.json"
    if not lock.exists():
        raise SetupError(f"{lock.relative_to(ROOT)} is missing from this checkout")
    name = f"npm-{folder.replace('.', 'root')}"
    value = f"{digest([lock])} node {version_of(['node', '--version'])}"
    if (place / "node_modules").is_dir() and unchanged(name, value):
        return
    say(f"npm ci in {place.relative_to(ROOT.parent)}")
    environment = os.environ | {"PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"}
    command = ["npm", "ci", "--no-audit", "--no-fund"]
    if subprocess.run(command, cwd=place, env=environment, stdin=subprocess.DEVNULL).returncode != 0:
        raise SetupError(f"`npm ci` failed in {folder} (see above); the package registry must be reachable once")
    remember(name, value)


def python():
    """The tests' own Python with the pinned packages, skipped while requirements and Python are those of the last time."""
    value = f"{digest([REQUIREMENTS])} python {sys.version}"
    program = VENV / "bin" / "python"
    if program.exists() and unchanged("python", value):
        return
    say(f"installing {REQUIREMENTS.relative_to(ROOT)} into {VENV.relative_to(ROOT)}")
    careful = ["--disable-pip-version-check", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    install = [program, "-m", "pip", "install", *careful, "-r", REQUIREMENTS]
    for command in ([sys.executable, "-m", "venv", "--clear", VENV], install):
        if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode != 0:
            raise SetupError("Python's packages could not be installed (see above); the package index must be reachable once")
    remember("python", value)


def asset_sources():
    for name in ASSET_SOURCES:
        path = ROOT / name
        if path.is_file():
            yield path
        elif path.is_dir():
            made = {path / "dist", path / ".tests"}
            yield from (p for p in path.rglob("*") if p.is_file() and made.isdisjoint(p.parents))


def assets():
    """Builds the browser assets, skipped while their sources are those of the last time."""
    value = digest(asset_sources())
    if (ROOT / "client" / "dist").is_dir() and unchanged("assets", value):
        return
    say("building the browser assets")
    if subprocess.run(["npm", "run", "--silent", "build"], cwd=ROOT, stdin=subprocess.DEVNULL).returncode != 0:
        raise SetupError("`npm run build` failed (see above)")
    remember("assets", value)


def setup(purpose):
    tools()
    apt(APT_FOR[purpose])
    for folder in NPM_FOR[purpose]:
        npm(folder)
    if purpose == "test":
        python()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("purpose", choices=["run", "test", "assets"])
    purpose = parser.parse_args().purpose
    try:
        setup("run" if purpose == "assets" else purpose)
        if purpose == "assets":
            assets()
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
