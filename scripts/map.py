#!/usr/bin/env python3
"""Writes docs/map/: from each area to its pages, use cases, tables and tests, and from each requirement to the tests that prove it.

Everything but the judgement is read from the sources: use cases and their pages from the registry, addresses from the table of
routes, tables from the migrations and the queries of `store`, tests from the files in which they stand. The judgement (which test
proves which requirement, and what is missing) is docs/map/requirements.toml, written by hand. With --check nothing is written, and
the command fails when the written map is another, or when a named test does not exist. There are no counts and no line numbers in the
map, so that it changes only when what it says changes.
"""

import argparse
import os
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAP = "docs/map"
REQUIREMENTS, ARTICLES = 142, 24
STATES = {"done": "done", "part": "in part", "open": "open"}
CELL_SEPARATOR = "<br>"


class MapError(Exception):
    """Something in the sources or in requirements.toml does not fit; says where."""


# What is read


def read(root, path):
    return Path(root, path).read_text(encoding="utf-8")


def files(root, folder, suffix):
    """Paths below a folder, relative to the root, sorted; what is built or installed is not ours."""
    found = []
    for path in sorted(Path(root, folder).rglob(f"*{suffix}")):
        relative = path.relative_to(root)
        if path.is_file() and not {"node_modules", "target", "dist"} & set(relative.parts):
            found.append(relative.as_posix())
    return found


def use_cases(text):
    """Rows of the registry: `{variant: (name, page)}`, in its order. A line that is none is an error, never left out."""
    block = re.search(r"^registry! \{\n(.*?)^\}", text, re.M | re.S)
    if not block:
        raise MapError("the registry has no table")
    rows = {}
    for line in block[1].splitlines():
        line = line.strip()
        if not line or line.startswith("//"):
            continue
        row = re.fullmatch(r'(\w+) "([a-z_.]+)" (?:read|noted|write) .+, (?:Some\("([^"]+)"\)|None);', line)
        if not row:
            raise MapError(f"the registry has a row that is not understood: {line}")
        rows[row[1]] = (row[2], row[3])
    return rows


def areas(root):
    """Crates that hold use cases, each behind those that it uses: all that use `store`, apart from the tests' own."""
    uses = {}
    for manifest in sorted(Path(root, "crates").glob("*/Cargo.toml")):
        text = manifest.read_text(encoding="utf-8").split("[dependencies]")[-1].split("\n[")[0]
        uses[manifest.parent.name] = set(re.findall(r"^([\w-]+)", text, re.M))
    found = {name for name in uses if "store" in uses[name] and name != "testkit"}

    def below(name):
        mine = uses[name] & found
        return mine.union(*map(below, mine))

    return sorted(found, key=lambda name: (len(below(name)), name))


def commands(root, area):
    """Where an area decides on a use case: `{variant: [path]}`. A permission is asked for, or a command begun, by its name."""
    where = defaultdict(list)
    for path in files(root, f"crates/{area}/src", ".rs"):
        text = read(root, path).split("#[cfg(test)]")[0]
        for variant in sorted(set(re.findall(r"(?<!role, )UseCase::([A-Z]\w+)", text))):
            where[variant].append(path)
    return where


def routes(root):
    """Addresses of the office by use case: `{variant: [(address, path)]}`."""
    table = defaultdict(list)
    for path in files(root, "crates/office/src", ".rs"):
        text = read(root, path).split("#[cfg(test)]")[0]
        constants = dict(re.findall(r'const ([A-Z_]+): &str = "(/[^"]*)";', text))
        for address, variant in re.findall(r'\.(?:get|post)(?:_heavy)?\(\s*("/[^"]*"|[A-Z_]+),\s*UseCase::(\w+)', text):
            if address[0] != '"' and address not in constants:
                raise MapError(f"{path} serves the address {address}, which is no text of its own")
            table[variant].append((constants.get(address, address.strip('"')), path))
    return table


def public_routes(root):
    """Addresses that need no account: `[(address, path)]`."""
    found = []
    for path in files(root, "crates/public/src", ".rs"):
        found += [(address, path) for address in re.findall(r'\.route\(\s*"(/[^"]*)"', read(root, path))]
    return found


def tables(root):
    """`{table: [script]}` from the migrations, in their order."""
    found = defaultdict(list)
    for path in files(root, "crates/store/src/migration", ".sql"):
        for name in re.findall(r"^CREATE TABLE (?:IF NOT EXISTS )?(\w+)", read(root, path), re.M):
            found[name].append(path)
    return found


def repositories(root, names):
    """Which tables the queries of a module of `store::repo` name: `{module: {table}}`. A folder is one module."""
    found = defaultdict(set)
    base = "crates/store/src/repo"
    for path in files(root, base, ".rs"):
        module = Path(path).relative_to(base).parts[0].removesuffix(".rs")
        text = read(root, path).split("#[cfg(test)]")[0]
        named = set(re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)", text)) | set(re.findall(r'\bbulk::\w+\([^"]*"(\w+)"', text))
        found[module] |= named & set(names)
    return found


def reached(root, area, modules):
    """Modules of `store::repo` that an area's code names."""
    named = set()
    for path in files(root, f"crates/{area}/src", ".rs"):
        text = read(root, path)
        named |= set(re.findall(r"\brepo::(\w+)", text))
        for group in re.findall(r"\brepo::\{([^;]*)\};", text):
            named |= set(re.findall(r"\w+", group))
    return named & set(modules)


# Tests


def opens(text, addresses):
    """Whether a test names one of the addresses, with anything in the place of the parts that vary."""
    part = r"""[^/\s"'`?]+"""
    patterns = [re.sub(r"\\{\w+\\}", lambda _: part, re.escape(address)) for address in addresses]
    return any(re.search(pattern + r"""(?=["'`?#\s]|$)""", text) for pattern in patterns)


def rust_tests(text):
    """Names of the tests in a Rust file: marked ones, and those that run on both engines."""
    text = re.sub(r"^macro_rules! .*?^\}", "", text, flags=re.M | re.S)
    names = re.findall(r"#\[(?:tokio::)?test(?:\([^)]*\))?\]\s*(?:#\[[^\n]*\]\s*|//[^\n]*\n\s*)*(?:async )?fn (\w+)", text)
    for block in re.finditer(r"^(?:\w+::)?on_both! \{\n(.*?)^\}", text, re.M | re.S):
        names += re.findall(r"^    (?:async )?fn (\w+)\(\w+\)", block[1], re.M)
    return names


def script_tests(text):
    """Titles of the tests in a TypeScript file."""
    return [title for _, title in re.findall(r"^\s*test\(\s*([\"'`])(.+?)\1,", text, re.M)]


def tests(root):
    """`{path: [name]}` of every test of the repository."""
    found = {}
    sources = [("crates", ".rs", rust_tests), ("client/tests", ".ts", script_tests), ("e2e/journeys", ".ts", script_tests)]
    sources += [(folder, ".py", lambda text: re.findall(r"^    def (test_\w+)", text, re.M))
                for folder in ("scripts/tests", "scripts/tests_demo", "verifiers/tests")]
    for folder, suffix, names in sources:
        for path in files(root, folder, suffix):
            found[path] = names(read(root, path))
    return {path: names for path, names in found.items() if names}


def place(reference, found):
    """The file of a test. `name`, or `end/of/the/path.rs::name` where several tests have that name."""
    path, _, name = reference.rpartition("::")
    places = [p for p, names in found.items() if name in names and (not path or f"/{p}".endswith(f"/{path}"))]
    if len(places) != 1:
        why = "does not exist" if not places else "is the name of several: " + ", ".join(places)
        raise MapError(f"the test `{reference}` {why}")
    return places[0], name


# Requirements


def requirements(text, found):
    """The checked judgement: `({id: entry}, {number: article})`, with the tests as `(path, name)`."""
    data = tomllib.loads(text)
    entries, problems = {}, []
    for entry in data.get("requirement", []):
        name = entry.get("id", "?")
        if name in entries:
            problems.append(f"{name} stands twice")
        entries[name] = entry
        problems += judged(entry)
        entry["places"] = []
        for reference in entry.get("tests", []):
            try:
                entry["places"].append(place(reference, found))
            except MapError as error:
                problems.append(f"{name}: {error}")
    wanted = [f"R{number}" for number in range(1, REQUIREMENTS + 1)]
    if list(entries) != wanted:
        problems.append("requirements are R1 to R%d, once each and in order; of them missing: %s"
                        % (REQUIREMENTS, ", ".join(sorted(set(wanted) - set(entries))) or "none"))
    articles = {article.get("number"): article for article in data.get("article", [])}
    if list(articles) != list(range(1, ARTICLES + 1)) or len(articles) != len(data.get("article", [])):
        problems.append(f"articles are 1 to {ARTICLES}, once each and in order")
    for number, article in articles.items():
        unknown = set(article.get("requirements", [])) - set(entries)
        if unknown:
            problems.append(f"article {number} names {', '.join(sorted(unknown))}, which do not stand here")
        if bool(article.get("requirements")) == bool(article.get("none")):
            problems.append(f"article {number} names its requirements, or in `none` why it asks nothing of a platform")
    if problems:
        raise MapError("\n".join(problems))
    return entries, articles


def judged(entry):
    """Complaints about one requirement: what each state must and must not say."""
    name, state = entry.get("id", "?"), entry.get("state")
    if state not in STATES or not entry.get("title"):
        return [f"{name} has a title and one of the states {', '.join(STATES)}"]
    wanted = {"done": {"tests"}, "part": {"tests", "missing", "issue"}, "open": {"issue"}}[state]
    present = {key for key in ("tests", "missing", "issue") if entry.get(key)}
    if present - (wanted | ({"missing"} if state == "open" else set())) or wanted - present:
        return [f"{name} is {state} and so has {', '.join(sorted(wanted))} and nothing else"]
    return []


def article_state(article, entries):
    states = {entries[name]["state"] for name in article.get("requirements", [])}
    if not states:
        return "nothing asked"
    return STATES[states.pop()] if len(states) == 1 else STATES["part"]


# What is written


def link(path, label=None):
    label = label or path.removeprefix("crates/")
    return f"[{label}]({os.path.relpath(path, MAP)})"


def cell(parts):
    return CELL_SEPARATOR.join(parts) or "–"


def proof(places):
    """Tests by file: the file as a link, the names behind it."""
    by_file = defaultdict(list)
    for path, name in places:
        by_file[path].append(name)
    return cell(f"{link(path)}: " + ", ".join(f"`{name}`" for name in names) for path, names in by_file.items())


def requirements_page(entries, articles):
    lines = [
        "# Requirements",
        "",
        "Written by `scripts/map.py` from [requirements.toml](requirements.toml): change that file, never this one. *Done* means that the",
        "tests named prove it; *in part* says what is missing; the number is that of the issue that brings the rest.",
        "",
        "## R1 to R%d" % REQUIREMENTS,
        "",
        "| | what | state | tests | missing |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, entry in entries.items():
        missing = entry.get("missing", "")
        issue = f"issue {entry['issue']}" if entry.get("issue") else ""
        rest = "; ".join(part for part in (missing, issue) if part) or "–"
        lines.append(f"| {name} | {entry['title']} | {STATES[entry['state']]} | {proof(entry['places'])} | {rest} |")
    lines += [
        "",
        "## The %d articles of the joint rules (seed 004)" % ARTICLES,
        "",
        "| article | what | requirements | state | tests |",
        "| --- | --- | --- | --- | --- |",
    ]
    for number, article in articles.items():
        named = article.get("requirements", [])
        places = list(dict.fromkeys(where for name in named for where in entries[name]["places"]))
        asked = ", ".join(f"{name} ({STATES[entries[name]['state']]})" for name in named) or article["none"]
        lines.append(f"| {number} | {article['title']} | {asked} | {article_state(article, entries)} | {proof(places)} |")
    return "\n".join(lines) + "\n"


def areas_page(root, found):
    registry = use_cases(read(root, "crates/domain/src/registry.rs"))
    names, served = areas(root), routes(root)
    decided = {area: commands(root, area) for area in names}
    scripts = tables(root)
    modules = repositories(root, scripts)
    uses = {area: reached(root, area, modules) for area in names}
    homes = {variant: next((a for a in names if variant in decided[a]), None) for variant in registry}
    unknown = {v for where in [*decided.values(), served] for v in where if v != "ALL"} - set(registry)
    if unknown:
        raise MapError(f"use cases that the registry does not have: {', '.join(sorted(unknown))}")

    lines = [
        "# Map",
        "",
        "Where each thing is: written by `python3 scripts/map.py` from the sources, held by `make test`; do not edit. What is proven of the",
        "requirements, and by which tests: [requirements.md](requirements.md).",
        "",
        "An area is a crate that holds use cases. A use case stands under the lowest area that decides on it; *page* is its address in the",
        "registry and the file that serves it, *rule* the files that ask for its permission or begin its command.",
    ]
    fronts = [p for p in found if p.startswith(("crates/office/tests/", "crates/public/tests/", "e2e/journeys/"))]
    for area in [*names, None]:
        mine = [v for v in registry if homes[v] == area]
        if not mine and area is None:
            continue
        lines += ["", f"## {area or 'In the registry, decided by no area'}", ""]
        if mine:
            lines += ["| use case | page | rule |", "| --- | --- | --- |"]
        for variant in mine:
            name, page = registry[variant]
            handlers = sorted({path for _, path in served.get(variant, [])})
            rules = [path for a in names for path in decided[a].get(variant, [])]
            address = [f"`{page}`"] if page else []
            lines.append(f"| `{name}` | {cell([*address, *map(link, handlers)])} | {cell(map(link, rules))} |")
        if area is None:
            continue
        reach = sorted({table for module in uses[area] for table in modules[module]}, key=list(scripts).index)
        lines += ["", "Tables, through the queries of `store::repo`: " + (", ".join(f"`{table}`" for table in reach) or "none") + "."]
        addresses = [address for variant in mine for address, _ in served.get(variant, [])]
        own = [path for path in found if path.startswith(f"crates/{area}/")]
        through = [path for path in fronts if opens(read(root, path), addresses)]
        lines += ["", "Tests: " + (", ".join(map(link, own)) or "none of its own") + "."]
        if through:
            lines += ["", "Tests that name its addresses: " + ", ".join(map(link, through)) + "."]
    lines += ["", "## Without an account", "", "| address | page |", "| --- | --- |"]
    lines += [f"| `{address}` | {link(path)} |" for address, path in public_routes(root)]
    lines += ["", "## Tables", "", "| table | made in | queries | areas that reach it |", "| --- | --- | --- | --- |"]
    for table, made in scripts.items():
        holders = sorted(module for module, held in modules.items() if table in held)
        who = [area for area in names if uses[area] & set(holders)]
        queries = ", ".join(f"`{holder}`" for holder in holders)
        lines.append(f"| `{table}` | {cell(link(p, Path(p).name) for p in made)} | {queries or '–'} | {', '.join(who) or '–'} |")
    return "\n".join(lines) + "\n"


def pages(root):
    """What docs/map/ has to hold: `{path: text}`."""
    found = tests(root)
    entries, articles = requirements(read(root, f"{MAP}/requirements.toml"), found)
    return {f"{MAP}/README.md": areas_page(root, found), f"{MAP}/requirements.md": requirements_page(entries, articles)}


def main(arguments):
    parser = argparse.ArgumentParser(description="Writes docs/map/ from the sources.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if what is written is not what would be")
    check = parser.parse_args(arguments).check
    try:
        wanted = pages(ROOT)
    except MapError as error:
        print(f"map: {error}", file=sys.stderr)
        return 1
    stale = [path for path, text in wanted.items() if not Path(ROOT, path).exists() or read(ROOT, path) != text]
    if check:
        for path in stale:
            print(f"map: {path} is not what the sources say; run `python3 scripts/map.py`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        Path(ROOT, path).write_text(wanted[path], encoding="utf-8")
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
