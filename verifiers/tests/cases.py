"""The bundles that all verifiers judge: every feature of `mc1`, and every rule broken in a bundle that holds otherwise."""

import hashlib
import itertools
import json
import random
from pathlib import Path

from .generator import Draw

HEADER = ["id:text", "name:text", "kind:text", "organ:text", "opened:date", "risk:text", "tags:set", "checks:int"]
VECTORS = Path(__file__).resolve().parents[2] / "crates" / "bundle" / "tests" / "vectors"
DRAND = "drand:52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
# Round 1000 of drand's quicknet, public and widely used as a test vector; that the value is the proof's SHA-256 is tested.
ROUND = {
    "proof": "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    "value": "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
}
CHAINS = {"source": DRAND, "round": "1000", "form": "hex64", "at": "2023-08-23T15:59:24Z"}
BEFORE_ROUND = {"at": "2023-08-23T08:00:00Z", "committed_at": "2023-08-23T09:00:00Z", "reveal_by": "2023-08-23T15:59:23.9Z"}
LOTTERY = {"source": "福彩双色球", "round": "2026021", "form": "digits", "at": "2026-02-28T21:30:00+08:00"}
NOTICE = {"value": "03091417253108", "proof": "第 2026021 期公告"}
FIRST_CHAIN = {"source": "drand:8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce", "round": "123",
               "form": "hex64", "at": "2020-07-22T16:18:30Z"}  # fmt: skip
BEFORE_FIRST = {"at": "2020-07-22T08:00:00Z", "committed_at": "2020-07-22T09:00:00Z", "reveal_by": "2020-07-22T16:00:00Z"}
AGAIN = {"attempt": 2, "previous": "cd" * 32, "replaces": {"commitment": "ab" * 32, "reason": "缺席", "approved_by": "局长"}}
# (who, how, a byte that makes the key, the document).
SIGNED = [("公证处", "Ed25519", 1, "commitment.json"), ("公证处", "SM2", 2, "commitment.json"),
          ("审计员", "SM2", 3, "result.json"), ("公证处", "Ed25519", 1, "reveals.json")]  # fmt: skip


def rows(count=24):
    kinds, organs, tags = ["企业", "个体户", "合作社"], ["130302", "130303", "Ａ区", "😀区", ""], ["", "a", "a,b", "b", "直销,网店"]
    made = []
    for i in range(count):
        day = "" if i % 7 == 3 else f"20{10 + i % 12}-{1 + i % 12:02}-{1 + i % 28:02}"
        name = f'第"{i}"号, 店' if i % 6 == 5 else f"第{i}号店"
        checks = ["0", "-3", "", "12", "7"][i % 5]
        risk = "ABCD"[i % 4] if i % 9 else ""
        made.append([f"S-{i:04}", name, kinds[i % 3], organs[i * 7 % 5], day, risk, tags[i % 5], checks])
    return made


def stratum(code, when, size, population="P", **more):
    return {"code": code, "label": f"层{code}", "population": population, "items": ["登记"], "when": when, "size": size, **more}


KIND, ANY = {"column": "kind", "in": ["企业", "合作社"]}, {"not": {"column": "kind", "empty": True}}
HALF = {"ratio": "0.5", "rounding": "ceil"}
CLASSES = {"by": "risk", "ratios": {"": "0", "A": "1", "B": "0.5", "C": "0.25", "D": "0.000000001", "Z": "0"}, "rounding": "ceil"}


def scheme(**more):
    return {
        "scheme": "mc1", "title": "抽查", "membership": "first", "reserves": 2,
        "exclude": [{"code": "cap", "label": "已查", "when": {"column": "checks", "at_least": 10, "at_most": 99}}],
        "strata": [stratum("E1", KIND, HALF, split={"by": "organ", "method": "random"}), stratum("E2", ANY, {"count": 3})],
    } | more  # fmt: skip


def draw(count=24, **more):
    return Draw(HEADER, more.pop("rows", None) or rows(count), more.pop("scheme", None) or scheme(), **more)


def setter(*path, value):
    """A change of a document: the value at a path of keys and places."""

    def change(doc):
        here = doc
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = value

    return change


def one(when, size=HALF, **more):
    """A scheme of one stratum."""
    return scheme(strata=[stratum("E", when, size, **more)])


def chance(seed):
    """A draw made by chance, always the same for a seed: columns, rows, predicates, sizes, splits, parties, suite."""
    dice = random.Random(f"mc1 {seed}")
    texts = ["", "甲", "乙", "Ａ区", "😀区", "\ue000", "a,b", 'a"b', "aa", "ab"]
    days = ["", "0001-01-01", "2020-02-29", "2021-12-31", "9999-12-31"]
    numbers = ["", "0", "-1", "7", "-9007199254740993", "9" * 30]
    sets = ["", "a", "a,b", "a,b,😀", "b,Ａ", "Ａ,😀"]
    table = []
    names = {f"{dice.choice('AaZz09._-')}{dice.randrange(10 ** dice.randint(1, 9))}" for _ in range(dice.randint(0, 90))}
    for name in sorted(names):
        table.append([name, dice.choice(texts), dice.choice(texts), dice.choice(texts[:6]), dice.choice(days), dice.choice("ABC"),
                      dice.choice(sets), dice.choice(numbers)])  # fmt: skip

    def predicate(depth=0):
        kind = dice.randrange(9 if depth < 3 else 6)
        if kind == 0:
            return {"column": dice.choice(["kind", "organ"]), "in": dice.sample(texts, dice.randint(1, 5))}
        if kind == 1:
            return {"column": dice.choice(["kind", "organ"]), "prefix": dice.sample(["a", "甲", "😀", "\ue000", "Ａ区"], 2)}
        if kind == 2:
            return {"column": "tags", "has": dice.sample(["a", "b", "Ａ", "😀", "c"], dice.randint(1, 3))}
        if kind in (3, 4):
            column, pool, ends = dice.choice([("opened", days[1:], ("from", "to")), ("organ", texts, ("from", "to")),
                                              ("checks", [-1, 0, 6, 2**53 - 1, 1 - 2**53], ("at_least", "at_most"))])  # fmt: skip
            return {"column": column} | {end: dice.choice(pool) for end in dice.choice([ends, ends[:1], ends[1:]])}
        if kind == 5:
            return {"column": dice.choice(["kind", "tags", "opened", "checks"]), "empty": dice.random() < 0.5}
        if kind == 6:
            return {"not": predicate(depth + 1)}
        return {"all" if kind == 7 else "any": [predicate(depth + 1) for _ in range(dice.randint(1, 3))]}

    def ratio():
        return dice.choice(["0", "1", "0.5", "0.333333333", "0.03", f"0.{dice.randrange(10**9):09}", "0.1"])

    def layer(number, every):
        rounding, more = {"rounding": dice.choice(["ceil", "half-up", "floor"])}, {}
        size = dice.choice([{"ratio": ratio()} | rounding, {"ratio": ratio(), "at_least": dice.randrange(9)} | rounding,
                            {"count": dice.randrange(40)},
                            {"by": "risk", "ratios": {c: ratio() for c in "ABCD"}} | rounding])  # fmt: skip
        if "by" not in size and dice.random() < 0.6:
            by = dice.choice(["organ", "kind", "opened", "checks"])
            more["split"] = {"by": by, "method": dice.choice(["random", "hamilton"])}
        if every and dice.random() < 0.3:
            more["else"] = True
        return stratum(f"s.{number}", predicate(), size, dice.choice("PQ"), **more)

    every = dice.random() < 0.5
    exclude = [{"code": f"x{i}", "label": "", "when": predicate()} for i in range(dice.randrange(3))]
    made = scheme(membership="every" if every else "first", exclude=exclude, reserves=dice.randrange(5),
                  strata=[layer(i, every) for i in range(dice.randrange(6))])  # fmt: skip
    parties = [(f"方{i}", dice.randbytes(32), dice.choice(["1", "值" * 21, "😀"])) for i in range(dice.randint(1, 4))]
    return Draw(HEADER, table, made, parties=parties, suite=dice.choice(["sha256", "sm3"]), key=dice.randbytes(32),
                proofs=dice.sample(range(len(table)), min(len(table), 3)), draw=f"D-{seed}")  # fmt: skip


def good():
    """name -> (draw, verdict)."""
    every = [
        stratum("p1", {"column": "tags", "has": ["a", "b"]}, {"ratio": "0.333333333", "rounding": "half-up", "at_least": 4}),
        stratum("p2", {"any": [{"column": "kind", "in": ["企业"]}, {"column": "checks", "at_most": -1}]}, {"count": 99}),
        stratum("p9", ANY, {"ratio": "0.3", "rounding": "floor"}, **{"else": True}),
        stratum("q1", ANY, {"ratio": "1", "rounding": "ceil"}, "Q", split={"by": "kind", "method": "hamilton"}),
    ]
    beacon = {"beacon": LOTTERY, "beacon_document": NOTICE}
    away = [("平台", bytes(32), "甲"), ("公证处", b"\1" * 32, None), ("企业代表", b"\2" * 32, "六")]
    tests = [
        {"column": "kind", "prefix": ["企", "个"]}, {"column": "opened", "from": "2012-02-29", "to": "2020-01-01"},
        {"column": "organ", "from": "130303", "to": "Ａ"}, {"column": "organ", "in": [""]}, {"column": "checks", "in": ["12", ""]},
        {"column": "opened", "empty": False}, {"column": "tags", "has": ["直销"]}, {"column": "checks", "at_least": -3},
        {"not": {"column": "opened", "to": "2018-01-01"}}, {"column": "organ", "from": "😀"}, {"column": "tags", "empty": True},
    ]  # fmt: skip
    made = {f"test-{i}": draw(scheme=one(test)) for i, test in enumerate(tests)}
    made |= {f"rows-{n}": draw(rows=rows(n) or [], count=n) for n in (1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65)}
    made |= {
        f"{method}-{n}": draw(60, scheme=one(ANY, {"count": n}, split={"by": "organ", "method": method}), draw=f"D-{n}")
        for method in ("random", "hamilton") for n in (0, 1, 4, 7, 13, 29, 59, 60)
    }  # fmt: skip
    big = rows(6)
    for row, number in zip(big, ["9" * 40, "-" + "9" * 40, "9007199254740993", "-9007199254740993", "9007199254740991", "0"]):
        row[7] = number
    rare = rows(4)
    rare[0][1], rare[1][1], rare[2][1] = "𲎯𮹝", "\ue000", "é"
    made |= {
        "plain": draw(), "sm3": draw(suite="sm3"), "every": draw(40, scheme=scheme(membership="every", strata=every)),
        "classes": draw(40, scheme=one(ANY, CLASSES)),
        "classes-half": draw(40, scheme=one(ANY, CLASSES | {"rounding": "half-up"})),
        "classes-empty": draw(scheme=one({"column": "kind", "in": ["无"]}, CLASSES)),
        "split-empty": draw(scheme=one({"column": "kind", "in": ["无"]}, HALF, split={"by": "risk", "method": "random"})),
        "no-strata": draw(scheme=scheme(strata=[], exclude=[])), "beacon": draw(**beacon), "away": draw(parties=away, **beacon),
        "second": draw(**AGAIN),
        "rehearsal": draw(parties=[("平台", bytes(32), "甲")]), "proofs": draw(23, proofs=[0, 5, 21, 22]),
        "rejected": draw(rejected=[{"party": "公证处", "at": "2026-02-28T09:30:00+08:00"}]),
        "big-numbers": draw(rows=big, scheme=one({"column": "checks", "at_least": 9007199254740991})),
        "rare-letters": draw(rows=rare),
        "times": draw(times={"at": "2026-02-28T01:00:00.10Z", "committed_at": "2026-02-28T09:00:00.1+08:00",
                             "reveal_by": "2026-02-28T01:00:00.1000001Z"}),
        "long-value": draw(parties=[("平台", bytes(32), "值" * 21 + "a"), ("乙", bytes(32), "x")]),
        "addenda": draw(addenda=[(-1, 0, 0), (-1, 1, 1)]),
        "addenda-none-left": draw(addenda=[(-1, 0, 0), (-1, 1, 1), (-1, 2, None)], scheme=one(ANY)),
        "reserves-none": draw(scheme=scheme(reserves=0)),
    }  # fmt: skip
    made |= {f"chance-{seed}": chance(seed) for seed in range(60)}
    new = rows(4)
    new[1][1] = "\U0001611e"
    made["new-letters"] = draw(rows=new)
    without = {"roll_file": None}
    partial = {
        "no-roll": draw(**without), "no-roll-every": draw(scheme=scheme(membership="every", strata=every), **without),
        # As the product publishes it where the scheme reads a column for regulators only.
        "no-roll-classes": draw(40, scheme=one(ANY, CLASSES), **without),
        "no-roll-split": draw(40, scheme=one(ANY, HALF, split={"by": "risk", "method": "random"}), **without),
        "no-roll-sm3": draw(40, scheme=one(ANY, CLASSES), suite="sm3", **without),
        "no-roll-proofs": draw(proofs=[1, 2, 3], **without), "parquet": draw(roll_file="roll.parquet"),
        "signed": draw(signatures=SIGNED), "signed-sm3": draw(signatures=SIGNED, suite="sm3"),
        "signed-ed25519": draw(signatures=SIGNED[:1]), "signed-sm2": draw(signatures=SIGNED[1:2]),
        "drand": draw(beacon=CHAINS, beacon_document=ROUND, times=BEFORE_ROUND),
        "drand-first": draw(beacon=FIRST_CHAIN, beacon_document=ROUND, times=BEFORE_FIRST),
        "drand-other": draw(beacon=CHAINS | {"source": "drand:" + "0" * 64}, beacon_document=ROUND, times=BEFORE_ROUND),
    }  # fmt: skip
    return {name: (one, "ok") for name, one in made.items()} | {name: (one, "partial") for name, one in partial.items()}


def broken():
    """name -> (draw, step, code): one rule broken, every digest renewed."""
    made = {}

    def tampered(name, step, code, document, change, **more):
        made[name] = (draw(tamper={document: change}, **more), step, code)

    def sealed(name, code, *path, value, **more):
        tampered(f"commitment-{name}", "commitment", code, "commitment.json", setter(*path, value=value), **more)

    sealed("suite", "suite", "protocol", value="mc2-sha256")
    sealed("purpose", "shape", "purpose", value="match")
    sealed("extra", "shape", "note", value="x")
    sealed("attempt", "chain", "attempt", value=0)
    sealed("attempt-alone", "chain", "attempt", value=2)
    sealed("replaces-alone", "chain", "replaces", value={"commitment": "ab" * 32, "reason": "缺席", "approved_by": "局长"})
    sealed("roles", "parties", "parties", 1, "role", value="platform")
    sealed("no-platform", "parties", "parties", 0, "role", value="witness")
    sealed("same-party", "parties", "parties", 1, "party", value="平台")
    sealed("no-party", "shape", "parties", value=[])
    sealed("roll-late", "times", "roll", "at", value="2026-02-28T09:00:00.000000001+08:00")
    sealed("reveal-early", "times", "reveal_by", value="2026-02-28T01:00:00Z")
    sealed("beacon-early", "times", "beacon", "at", value="2026-02-28T09:30:00+08:00", beacon=LOTTERY, beacon_document=NOTICE)
    sealed("no-such-day", "shape", "committed_at", value="2026-02-29T09:00:00+08:00")
    sealed("not-an-instant", "shape", "committed_at", value="2026-02-28 09:00:00")
    sealed("upper-case", "shape", "previous", value="AB" * 32)
    sealed("form", "shape", "beacon", "form", value="hex32", beacon=LOTTERY, beacon_document=NOTICE)
    sealed("leap-second", "shape", "committed_at", value="2026-02-28T09:00:60+08:00")
    sealed("year-zero", "shape", "roll", "at", value="0000-02-28T09:00:00+08:00")
    for path in (("draw",), ("organiser",), ("roll", "source"), ("parties", 1, "party"), ("beacon", "source"), ("beacon", "round"),
                 ("replaces", "reason"), ("replaces", "approved_by")):  # fmt: skip
        sealed("empty-" + "-".join(map(str, path)), "shape", *path, value="", beacon=LOTTERY, beacon_document=NOTICE, **AGAIN)
    sealed("letter", "text", "organiser", value="某\u200b局")
    sealed("not-nfc", "text", "organiser", value="e\u0301")
    sealed("unassigned", "text", "organiser", value="\U000323b0")
    sealed("private-plane", "text", "organiser", value="\U000e0002")
    sealed("escape", "text", "organiser", value="a\tb")
    sealed("large", "json", "attempt", value=2**53)

    def schemed(name, code, *path, value):
        tampered(f"scheme-{name}", "scheme", code, "scheme.json", setter(*path, value=value))

    when = ("strata", 1, "when")
    schemed("version", "shape", "scheme", value="mc2")
    schemed("membership", "shape", "membership", value="any")
    schemed("reserves", "shape", "reserves", value=-1)
    schemed("else", "scheme", "strata", 1, "else", value=True)
    schemed("else-text", "shape", "strata", 1, "else", value="true")
    schemed("else-false", "shape", "strata", 1, "else", value=False)
    schemed("same-code", "shape", "strata", 1, "code", value="E1")
    schemed("code", "shape", "strata", 1, "code", value="甲")
    schemed("long-code", "shape", "exclude", 0, "code", value="x" * 33)
    schemed("empty-all", "shape", *when, value={"all": []})
    schemed("two-tests", "shape", *when, value={"column": "kind", "in": ["a"], "empty": True})
    schemed("two-joins", "shape", *when, value={"all": [ANY], "any": [ANY]})
    schemed("no-test", "shape", *when, value={"column": "kind"})
    schemed("empty-in", "shape", *when, value={"column": "kind", "in": []})
    schemed("empty-member", "scheme", *when, value={"column": "tags", "has": [""]})
    schemed("empty-prefix", "scheme", *when, value={"column": "kind", "prefix": [""]})
    schemed("in-set", "scheme", *when, value={"column": "tags", "in": ["a"]})
    schemed("has-text", "scheme", *when, value={"column": "kind", "has": ["a"]})
    schemed("from-int", "scheme", *when, value={"column": "checks", "from": "1"})
    schemed("at-least-text", "scheme", *when, value={"column": "kind", "at_least": 1})
    schemed("prefix-date", "scheme", *when, value={"column": "opened", "prefix": ["20"]})
    schemed("no-such-bound", "scheme", *when, value={"column": "opened", "to": "2021-02-29"})
    schemed("in-number", "shape", *when, value={"column": "checks", "in": [1]})
    schemed("by-id", "scheme", *when, value={"column": "id", "in": ["S-0001"]})
    schemed("by-name", "scheme", *when, value={"column": "name", "prefix": ["第"]})
    schemed("no-column", "scheme", *when, value={"column": "zone", "in": ["a"]})
    schemed("split-by-id", "scheme", "strata", 0, "split", "by", value="id")
    schemed("split-by-set", "scheme", "strata", 0, "split", "by", value="tags")
    schemed("split-and-by", "scheme", "strata", 0, "size", value=CLASSES)
    schemed("method", "shape", "strata", 0, "split", "method", value="droop")
    for i, text in enumerate(["1.0", "0.", "0.1234567890", "2", "", "-0", ".5", "0,5"]):
        schemed(f"ratio-{i}", "shape", "strata", 0, "size", "ratio", value=text)
    schemed("rounding", "shape", "strata", 0, "size", "rounding", value="up")
    schemed("count", "shape", "strata", 1, "size", value={"count": -1})
    schemed("count-and-ratio", "shape", "strata", 1, "size", value={"count": 1, "ratio": "1"})
    schemed("by-at-least", "shape", "strata", 1, "size", value=CLASSES | {"at_least": 1})

    def sized(name, *path, value, code="sizes"):
        tampered(f"sizes-{name}", "sizes", code, "sizes.json", setter(*path, value=value))

    sized("size", "strata", 1, "size", value=2)
    sized("code", "strata", 1, "stratum", value="E3")
    sized("excluded", "excluded", "cap", value=9)
    sized("excluded-code", "excluded", "x", value=0)
    sized("outside", "outside", value=1)
    sized("true", "outside", value=True, code="shape")
    sized("order", "strata", 0, "cells", value=[{"cell": "b", "rows": 6}, {"cell": "a", "rows": 7}])
    tampered("sizes-class-unnamed", "sizes", "scheme", "scheme.json",
             lambda doc: doc["strata"][0]["size"]["ratios"].pop("D") and None, scheme=one(ANY, CLASSES), count=40)  # fmt: skip

    def moved(doc):
        doc["excluded"]["cap"], doc["outside"] = doc["excluded"]["cap"] - 1, 1

    tampered("sizes-of-another-roll", "populations", "populations", "sizes.json", moved)

    def rolled(name, code, row, column, text, step="roll"):
        table = rows()
        table[row][column] = text
        made[f"roll-{name}"] = (draw(rows=table, tamper={}), step, code)

    for name, column, text in (
        ("id", 0, "S 0001"), ("id-long", 0, "S-0001" + "x" * 50), ("date", 4, "2021-02-29"), ("date-form", 4, "2021-2-09"),
        ("date-zero", 4, "0000-01-01"), ("set-order", 6, "b,a"), ("set-twice", 6, "a,a"), ("set-empty", 6, "a,"),
    ):  # fmt: skip
        rolled(name, "roll-cell", 1, column, text)
    rolled("order", "roll-order", 1, 0, "S-0000")
    rolled("letter", "text", 1, 1, "店\u202e")
    rolled("not-nfc", "text", 1, 1, "A\u030a")
    for name, text in (("int-zero", "-0"), ("int-plus", "+1"), ("int-lead", "01")):
        table = rows()
        table[2][7] = text
        made[f"roll-{name}"] = (draw(rows=table, scheme=one(KIND)), "roll", "roll-cell")
        made[f"roll-{name}"][0].scheme["exclude"] = []
    tampered("roll-root", "roll", "roll-root", "roll.json", setter("root", value="0" * 64))
    tampered("roll-key", "roll", "roll-root", "roll.json", setter("key", value="0" * 64))
    tampered("roll-no-key", "roll-document", "roll-key", "roll.json", setter("key", value=None))
    tampered("roll-key-alone", "roll-document", "roll-key", "roll.json", setter("key", value="0" * 64), roll_file=None)
    tampered("roll-header", "roll", "roll-header", "roll.json", setter("header", 1, value="title:text"))
    tampered("roll-header-form", "roll-document", "shape", "roll.json", setter("header", 1, value="Name:text"))
    tampered("roll-header-twice", "roll-document", "shape", "roll.json", setter("header", 1, value="kind:text"))
    tampered("roll-header-id", "roll-document", "shape", "roll.json", setter("header", 0, value="code:text"))
    tampered("roll-rows", "sizes", "sizes", "roll.json", setter("rows", value=25))

    tampered("reveals-value", "reveals", "reveal", "reveals.json", setter("reveals", 1, "value", value="4 3"))
    tampered("reveals-long", "reveals", "shape", "reveals.json", setter("reveals", 1, "value", value="x" * 65))
    tampered("reveals-order", "reveals", "reveals", "reveals.json", lambda doc: doc["reveals"].reverse())
    tampered("reveals-late", "reveals", "times", "reveals.json",
          setter("rejected", value=[{"party": "公证处", "at": "2026-02-28T09:30:01+08:00"}]))  # fmt: skip
    tampered("reveals-stranger", "reveals", "reveals", "reveals.json",
          setter("rejected", value=[{"party": "无", "at": "2026-02-28T09:10:01+08:00"}]))  # fmt: skip
    parties = [("平台", bytes(32), "甲"), ("公证处", b"\1" * 32, None)]
    away = [("平台", bytes(32), None), ("公证处", b"\1" * 32, "6")]
    made["absent-platform"] = (draw(parties=away, beacon=LOTTERY, beacon_document=NOTICE), "reveals", "absent")
    made["absent-no-beacon"] = (draw(parties=parties), "reveals", "absent")
    tampered("absent-false", "reveals", "shape", "reveals.json", setter("reveals", 1, "absent", value=False), parties=parties,
          beacon=LOTTERY, beacon_document=NOTICE)  # fmt: skip
    made["beacon-missing"] = (draw(beacon=LOTTERY), "beacon", "beacon")
    made["beacon-undeclared"] = (draw(beacon_document=NOTICE), "beacon", "beacon")
    for key in ("value", "proof"):
        made[f"beacon-no-{key}"] = (draw(beacon=LOTTERY, beacon_document=NOTICE | {key: ""}), "beacon", "shape")
    made["beacon-form"] = (draw(beacon=LOTTERY, beacon_document=NOTICE | {"value": "03 09"}), "beacon", "beacon")
    drand = {"beacon_document": ROUND, "times": BEFORE_ROUND}
    made["drand-time"] = (draw(beacon=CHAINS | {"at": "2023-08-23T15:59:27Z"}, **drand), "beacon", "beacon")
    made["drand-part-second"] = (draw(beacon=CHAINS | {"at": "2023-08-23T15:59:24.5Z"}, **drand), "beacon", "beacon")
    first = {"beacon_document": ROUND, "times": BEFORE_FIRST}
    made["drand-first-time"] = (draw(beacon=FIRST_CHAIN | {"at": "2020-07-22T16:18:00Z"}, **first), "beacon", "beacon")
    other = {"beacon": CHAINS | {"source": "drand:" + "0" * 64, "round": "9" * 16}}
    made["drand-far"] = (draw(**other, **drand), "beacon", "beacon")
    capital = {"beacon_document": ROUND | {"proof": ROUND["proof"].upper()}}
    made["drand-capital"] = (draw(beacon=other["beacon"] | {"round": "9"}, **drand | capital), "beacon", "shape")
    made["drand-round"] = (draw(beacon=CHAINS | {"round": "01000"}, **drand), "beacon", "beacon")
    made["drand-source"] = (draw(beacon=CHAINS | {"source": "quicknet"}, **drand), "beacon", "beacon")
    wrong = drand | {"beacon_document": ROUND | {"value": "0" * 64}}
    made["drand-value"] = (draw(beacon=CHAINS, **wrong), "beacon", "beacon")

    def found(name, code, change, **more):
        tampered(f"result-{name}", "result", code, "result.json", change, **more)

    def swap(doc):
        cell = doc["cells"][-1]
        cell["drawn"][0], cell["reserves"][0] = cell["reserves"][0], cell["drawn"][0]
        cell["drawn"].sort(key=lambda entry: entry["ticket"])
        cell["threshold"] = cell["drawn"][-1]["ticket"]

    def skip(doc):
        cell = doc["cells"][-1]
        cell["drawn"] = cell["drawn"][1:] + cell["reserves"][:1]
        cell["reserves"] = cell["reserves"][1:]
        cell["threshold"] = cell["drawn"][-1]["ticket"]

    def twice(doc):
        """An id of the first stratum once more, in the second; its ticket is its own."""
        last = doc["cells"][-1]
        last["drawn"][0] = min((one for cell in doc["cells"][:-1] for one in cell["drawn"]), key=lambda one: one["ticket"])
        last["drawn"].sort(key=lambda entry: entry["ticket"])
        last["threshold"] = last["drawn"][-1]["ticket"]

    def stranger(doc):
        """In place of the first drawn somebody whose ticket is small as well, and right."""
        block, drawn = b"mingcha ticket v1".ljust(32, b"\0") + bytes.fromhex(doc["seed"]), doc["cells"][-1]["drawn"]
        names = ((hashlib.sha256(block + b"X-%d" % i).hexdigest(), f"X-{i}") for i in itertools.count())
        ticket, name = next(pair for pair in names if pair[0] < drawn[1]["ticket"])
        drawn[0] = {"id": name, "ticket": ticket}

    found("seed", "seed", setter("seed", value="0" * 64))
    found("absent", "seed", setter("absent", value=["公证处"]))
    found("draw", "result", setter("draw", value="D-2"))
    found("commitment", "result", setter("commitment_digest", value="0" * 64))
    found("swapped", "drawn", swap)
    found("swapped-no-roll", "drawn", swap, roll_file=None)
    found("skipped", "drawn", skip)
    found("fewer", "cells", lambda doc: doc["cells"].pop() and None)
    found("reserve-less", "drawn", lambda doc: doc["cells"][-1]["reserves"].pop() and None)
    found("threshold", "drawn", setter("cells", -1, "threshold", value="0" * 64))
    found("ticket", "drawn", setter("cells", -1, "drawn", 0, "ticket", value="0" * 64))
    found("size", "cells", setter("cells", -1, "size", value=2))
    one_proof = {"proofs": [3]}
    tampered("proof-row", "proofs", "proof", "proofs.json", setter("proofs", 0, "row", 1, value="x"), **one_proof)
    tampered("proof-index", "proofs", "proof", "proofs.json", setter("proofs", 0, "index", value=2), **one_proof)
    tampered("proof-far", "proofs", "proof", "proofs.json", setter("proofs", 0, "index", value=24), **one_proof)
    tampered("proof-path", "proofs", "proof", "proofs.json", lambda doc: doc["proofs"][0]["path"].pop() and None, **one_proof)
    tampered("proof-blind", "proofs", "proof", "proofs.json", setter("proofs", 0, "blind", value="0" * 32), **one_proof)

    def signed(name, code, change, signatures=SIGNED):
        tampered(f"signature-{name}", "signatures", code, "signatures.json", change, signatures=signatures)

    signed("algorithm", "shape", setter(0, "algorithm", value="RSA"))
    signed("other-algorithm", "shape", setter(0, "algorithm", value="SM2"))
    signed("short", "shape", setter(0, "signature", value="00" * 63))
    signed("nobody", "shape", setter(0, "by", value=""))
    signed("of-nothing", "signature", setter(0, "document", value="0" * 64))
    signed("twice", "signature", lambda doc: doc.append(doc[0]))
    signed("for-two", "signature", lambda doc: None, [*SIGNED[:1], ("审计员", "Ed25519", 1, "result.json")])
    # Without the roll, what is left to be checked: the scheme against its columns, the sizes, the proofs, each id.
    def rollless(name, step, code, document, change, **more):
        tampered(f"no-roll-{name}", step, code, document, change, roll_file=None, **more)

    everywhere = scheme(membership="every", exclude=[], strata=[stratum("a", ANY, HALF), stratum("b", ANY, HALF)])
    rollless("no-column", "scheme", "scheme", "scheme.json", setter("strata", 1, "when", "not", "column", value="zone"))
    rollless("more-than-all", "sizes", "sizes", "roll.json", setter("rows", value=23), scheme=everywhere)
    rollless("proof-not-listed", "proofs", "proof", "result.json", stranger, proofs=range(24))
    rollless("two-strata", "result", "drawn", "result.json", twice)
    rollless("class", "result", "cells", "result.json", setter("cells", 0, "cell", value="Z"), scheme=one(ANY, CLASSES))
    odd = [["S-1 x", *row[1:]] if row[0] == "S-0001" else row for row in rows()]
    rollless("id", "result", "shape", "result.json", lambda doc: None, rows=odd, scheme=one(ANY, {"count": 24}))
    first = {"addenda": [(-1, 0, 0)]}
    name = "addenda/0001.json"
    tampered("addendum-previous", "addenda", "addendum", name, setter("previous", value="0" * 64), **first)
    tampered("addendum-one-approver", "addenda", "addendum", name, setter("approved_by", value=["科长", "科长"]), **first)
    tampered("addendum-no-approver", "addenda", "shape", name, setter("approved_by", value=["", "科长"]), **first)
    tampered("addendum-early", "addenda", "times", name, setter("at", value="2026-02-28T08:59:59+08:00"), **first)
    tampered("addendum-before-the-first", "addenda", "times", "addenda/0002.json", setter("at", value="2026-03-01T10:00:00+08:00"),
             addenda=[(-1, 0, 0), (-1, 1, 1)])  # fmt: skip
    made["addendum-no-reserves"] = (draw(scheme=scheme(reserves=0), addenda=[(-1, 0, None)]), "addenda", "addendum")
    tampered("addendum-no-cell", "addenda", "addendum", name, setter("stratum", value="E7"), **first)
    made["addendum-second-reserve"] = (draw(addenda=[(-1, 0, 1)]), "addenda", "addendum")
    made["addendum-twice"] = (draw(addenda=[(-1, 0, 0), (-1, 0, 1)]), "addenda", "addendum")
    made["addendum-one-of-two"] = (draw(scheme=everywhere, **first), "addenda", "addendum")
    return made


def rewritten():
    """name -> (files, step, code): the bytes of one file changed, no digest renewed; and files missing or too many."""
    base = draw().bundle()
    made = {}

    def edit(name, file, old, new, step, code):
        assert old in base[file], name
        made[name] = (base | {file: base[file].replace(old, new, 1)}, step, code)

    edit("json-space", "scheme.json", b'"mc1"', b' "mc1"', "scheme", "json")
    edit("json-twice", "scheme.json", b'"reserves":2', b'"reserves":2,"reserves":2', "scheme", "json")
    edit("json-float", "scheme.json", b'"reserves":2', b'"reserves":2.0', "scheme", "json")
    edit("json-exponent", "scheme.json", b'"reserves":2', b'"reserves":2e0', "scheme", "json")
    edit("json-half", "scheme.json", b'"reserves":2', b'"reserves":2.5', "scheme", "json")
    edit("json-nan", "scheme.json", b'"reserves":2', b'"reserves":NaN', "scheme", "json")
    edit("json-minus-zero", "sizes.json", b'"outside":0', b'"outside":-0', "sizes", "json")
    edit("json-escape", "scheme.json", "抽查".encode(), b"\\u62bd\\u67e5", "scheme", "json")
    edit("json-surrogate", "scheme.json", "抽查".encode(), b"\\ud800", "scheme", "json")
    edit("json-bom", "scheme.json", b"{", b"\xef\xbb\xbf{", "scheme", "text")
    edit("json-latin", "scheme.json", "抽查".encode(), b"\xe9", "scheme", "text")
    edit("json-deep", "scheme.json", b'"reserves":2', b'"reserves":' + b"[" * 300 + b"]" * 300, "scheme", "json")
    made["json-newline"] = (base | {"scheme.json": base["scheme.json"] + b"\n"}, "scheme", "text")
    order = dict(reversed(json.loads(base["scheme.json"]).items()))
    unordered = json.dumps(order, ensure_ascii=False, separators=(",", ":")).encode()
    made["json-order"] = (base | {"scheme.json": unordered}, "scheme", "json")
    edit("csv-lf", "roll.csv", b"\r\nS-0003", b"\nS-0003", "roll", "text")
    edit("csv-quoted", "roll.csv", "第0号店".encode(), '"第0号店"'.encode(), "roll", "roll-form")
    edit("csv-open", "roll.csv", '"第""5""号, 店"'.encode(), '"第""5""号, 店'.encode(), "roll", "roll-form")
    edit("csv-inside", "roll.csv", "第0号店".encode(), '第"0号店'.encode(), "roll", "roll-form")
    edit("csv-wide", "roll.csv", "第0号店".encode(), b"a,b", "roll", "roll-form")
    edit("csv-cell", "roll.csv", "第0号店".encode(), "第1号店".encode(), "roll", "roll-root")
    made["csv-last"] = (base | {"roll.csv": base["roll.csv"][:-2]}, "roll", "roll-form")
    made["csv-more"] = (base | {"roll.csv": base["roll.csv"] + b"\r\n"}, "roll", "roll-form")
    made["csv-fewer"] = (base | {"roll.csv": base["roll.csv"][: base["roll.csv"][:-2].rfind(b"\r\n") + 2]}, "roll", "roll-rows")
    made["csv-nothing"] = (base | {"roll.csv": b""}, "roll", "roll-form")
    for name in base:
        rule = ("roll-document", "roll-key") if name == "roll.csv" else ("files", "files")
        made[f"without-{name}"] = ({file: data for file, data in base.items() if file != name}, *rule)
    for name in ("README.txt", "failure.json", "addenda/1.json", "roll/roll.csv", "roll.parquet"):
        made[f"with-{name.replace('/', '-')}"] = (base | {name: b"{}"}, "files", "files")
    made["addenda-gap"] = (base | {"addenda/0002.json": b"{}"}, "addenda", "addendum")
    made["signatures-object"] = (base | {"signatures.json": b"{}"}, "signatures", "shape")
    made["signatures-none"] = (base | {"signatures.json": b"[]"}, None, None)
    made["proofs-none"] = (base | {"proofs.json": b'{"proofs":[]}'}, None, None)
    return made


def all_cases():
    """(name, files, verdict, step, code) of every case; step and code are None where nothing is refused."""
    for folder in sorted(VECTORS.iterdir()):
        yield f"vector-{folder.name}", {one.name: one.read_bytes() for one in folder.iterdir()}, "ok", None, None
    for name, (made, verdict) in good().items():
        yield name, made.bundle(), verdict, None, None
    for name, (made, step, code) in broken().items():
        yield name, made.bundle(), "failed", step, code
    for name, (files, step, code) in rewritten().items():
        yield name, files, "failed" if step else "ok", step, code
