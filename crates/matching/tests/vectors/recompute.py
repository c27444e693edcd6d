"""Recomputes a matching from its document and seed with Python's standard library alone, following the crate's documentation.

Usage: recompute.py INPUT.json SEED_HEX [sm3] prints the canonical outcome. The frozen vectors beside this file were made with it,
not with the crate. It checks no limits and expects a document for which every visit has a lawful team.
"""

import hashlib
import json
import sys

document = json.load(open(sys.argv[1], encoding="utf-8"))
block = b"mingcha ticket v1".ljust(32, b"\0") + bytes.fromhex(sys.argv[2])
suite = sys.argv[3] if len(sys.argv) > 3 else "sha256"


def ticket(*texts):
    return hashlib.new(suite, block + "\x1f".join(texts).encode()).digest(), texts[-1]


def valid(span, day):
    return span["from"] <= day <= span["to"]


recusals = {(r["inspector"], r["subject"]) for r in document["recusals"]}
separate = {frozenset((s["one"], s["other"])) for s in document["rules"]["separate"]}
people = {i["id"]: i for i in document["inspectors"]}
counts = document["rules"]["balance"] == "load"
load = {i: p["prior_load"] if counts else 0 for i, p in people.items()}
teams = {}


def bar(visit, person):
    if not valid(person["certificate"], visit["day"]):
        return "certificate"
    if any(valid(span, visit["day"]) for span in person["leave"]):
        return "leave"
    return "recused" if (person["id"], visit["subject"]) in recusals else None


def eligible(visit, i):
    return people[i]["unit"] == visit["unit"] and bar(visit, people[i]) is None


def holds(i, code, day):
    return any(q["code"] == code and valid(q, day) for q in people[i]["qualifications"])


def team(visit, a, b):
    return (a != b and eligible(visit, a) and eligible(visit, b) and frozenset((a, b)) not in separate
            and all(holds(a, c, visit["day"]) or holds(b, c, visit["day"]) for c in visit["requires"]))


def place(visits, here):
    for v in sorted(visits, key=lambda v: (not v["requires"], ticket("visit", v["id"]))):
        order = sorted((i for i in here if eligible(v, i)), key=lambda i: (load[i], ticket("seat", v["id"], i)))
        a, b = next((a, b) for a in order for b in order if team(v, a, b))
        teams[v["id"]] = {a, b}
        load[a] += 1
        load[b] += 1


def handable(visits, a, b):
    found = [v for v in visits if a in teams[v["id"]] and b not in teams[v["id"]]
             and team(v, next(iter(teams[v["id"]] - {a})), b)]
    return min(found, key=lambda v: ticket("seat", v["id"], b)[0], default=None)


def hand(visit, a, b):
    teams[visit["id"]] = teams[visit["id"]] - {a} | {b}
    load[a] -= 1
    load[b] += 1


def search(visits, ranked, barred):
    parent = {}
    for level in sorted({load[i] for i in ranked}, reverse=True):
        queue = [i for i in ranked if load[i] == level and i not in parent]
        parent.update(dict.fromkeys(queue))
        ends = []
        for a in queue:
            for b in ranked:
                if b not in parent and (a, b) not in barred and handable(visits, a, b):
                    parent[b] = a
                    queue.append(b)
                    ends += [b] if load[b] <= level - 2 else []
        if ends:
            chain = [min(ends, key=lambda i: load[i])]
            while parent[chain[0]] is not None:
                chain.insert(0, parent[chain[0]])
            return chain
    return None


def even_out(visits, ranked):
    barred = set()
    while True:
        pairs = [(-load[a], ra, load[b], rb, a, b) for ra, a in enumerate(ranked) for rb, b in enumerate(ranked)
                 if load[a] >= load[b] + 2 and handable(visits, a, b)]
        if pairs:
            *_, a, b = min(pairs)
            hand(handable(visits, a, b), a, b)
            barred = set()
            continue
        chain = search(visits, ranked, barred)
        if chain is None:
            return
        done = []
        for a, b in reversed(list(zip(chain, chain[1:]))):
            visit = handable(visits, a, b)
            if visit is None:
                for v, x, y in reversed(done):
                    hand(v, y, x)
                barred.add((a, b))
                break
            hand(visit, a, b)
            done.append((visit, a, b))
        else:
            barred = set()


def why(visit):
    here = [p for p in people.values() if p["unit"] == visit["unit"]]
    bars = [bar(visit, p) for p in here]
    free = [p["id"] for p, b in zip(here, bars) if b is None]
    return {"unit": len(here), "certificate": bars.count("certificate"), "leave": bars.count("leave"),
            "recused": bars.count("recused"), "eligible": len(free),
            "holders": [{"code": c, "eligible": sum(holds(i, c, visit["day"]) for i in free)} for c in sorted(visit["requires"])]}


for unit in sorted({v["unit"] for v in document["visits"]}):
    visits = [v for v in document["visits"] if v["unit"] == unit]
    ranked = sorted((i for i, p in people.items() if p["unit"] == unit), key=lambda i: ticket("rank", i))
    place(visits, ranked)
    even_out(visits, ranked)

lines = []
for v in sorted(document["visits"], key=lambda v: v["id"]):
    leader, member = sorted(teams[v["id"]], key=lambda i: ticket("leader", v["id"], i))
    lines.append({"visit": v["id"], "leader": leader, "member": member, "why": why(v)})
loads = [{"inspector": i, "unit": people[i]["unit"], "prior": people[i]["prior_load"],
          "visits": sum(i in t for t in teams.values())} for i in sorted(people)]
print(json.dumps({"teams": lines, "loads": loads}, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
