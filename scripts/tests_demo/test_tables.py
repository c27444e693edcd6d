"""Directories, draw and matching in the tables of both engines, recomputed by the scenario's own rules."""

import datetime
import functools
import unittest
from collections import Counter, defaultdict

from .cities import OfCity, on_each_city
from .codes import fault
from .scenario import (DRAWN_FULL, ELIGIBLE_FULL, EXCLUDED, FULL, KINDS, RAW_FULL, ROLL_DAY, SMALL, STRATA, UNITS, subjects)

TASK = "(SELECT id FROM task WHERE state = 'drawn')"
DRAWN = "SELECT stratum, code, name, agency_id, reserve FROM drawn ORDER BY stratum, rank"
VISITS = f"""
    SELECT v.number, v.code, v.name, v.planned_on, v.strata, a.code, i.certificate, j.code, i.certificate_from,
        i.certificate_to, i.left_on, i.id
    FROM visit v JOIN agency a ON a.id = v.agency_id LEFT JOIN assignment s ON s.visit_id = v.id
        LEFT JOIN inspector i ON i.id = s.inspector_id LEFT JOIN agency j ON j.id = i.agency_id
    WHERE v.task_id = {TASK} ORDER BY v.number, s.seat
"""
INSPECTORS = """
    SELECT a.code, i.certificate, i.certificate_from, i.certificate_to, i.left_on
    FROM inspector i JOIN agency a ON a.id = i.agency_id
"""
ITEMS = f"""
    SELECT v.code, c.category FROM visit v JOIN visit_item i ON i.visit_id = v.id JOIN task t ON t.id = v.task_id
        JOIN check_item c ON c.revision_id = t.item_list_id AND c.code = i.item_code WHERE v.task_id = {TASK}
"""


@functools.cache
def directory(tables):
    """The object directory of a city by code, read once."""
    return {subject.code: subject for subject in subjects(tables)}


def valid(first, last, left, day):
    """Whether a certificate lets its holder inspect on that day."""
    return first <= day <= last and (left is None or day < left)


def visits(tables):
    """Each visit's head (number, code, name, day, strata, unit) with its team as (certificate, unit, from, to, left, id)."""
    teams = defaultdict(list)
    for row in tables.rows(VISITS):
        teams[row[:6]].append(row[6:])
    return teams


class Figures(unittest.TestCase):
    """The scenario's own arithmetic, before anything is compared with it."""

    def test_they_are_those_of_the_source(self):
        self.assertEqual([s.draws(s.base) for s in STRATA], [s.drawn for s in STRATA])
        self.assertEqual(sum(s.drawn for s in STRATA), DRAWN_FULL)
        self.assertEqual(sum(s.base for s in STRATA), ELIGIBLE_FULL)
        for population, raw in RAW_FULL.items():
            eligible = sum(s.base for s in STRATA if s.population == population)
            self.assertEqual(raw - sum(EXCLUDED[population].values()), eligible)
        self.assertEqual([SMALL.of(n) for n in (0, 2, 50, 51)], [0, 1, 1, 2])
        self.assertEqual(FULL.of(61_283), 61_283)


@on_each_city(globals())
class Directories(OfCity):
    """Who is in the three directories."""

    def test_objects_are_as_many_as_the_register_has_and_exclusions_take_as_many(self):
        found = Counter((s.population, s.excluded()) for s in directory(self.tables).values())
        expected = Counter()
        for population, rules in EXCLUDED.items():
            expected.update({(population, code): self.scale.of(rows) for code, rows in rules.items() if rows})
            expected[population, None] = sum(self.scale.of(s.base) for s in STRATA if s.population == population)
        self.assertEqual(found, expected)
        self.assertEqual(len(directory(self.tables)), self.city.summary["roll_rows"])
        self.assertEqual(self.tables.rows("SELECT count(*) FROM subject"), [(str(found.total()),)])

    def test_the_rows_on_the_boundary_fall_on_their_sides(self):
        operating = [s for s in directory(self.tables).values() if s.state in ("存续", "在营")]
        of_day = {day: {s.excluded() for s in operating if s.registered_on == day} for day in ("2020-12-31", "2021-01-01")}
        self.assertIn(None, of_day["2020-12-31"])
        self.assertEqual(of_day["2021-01-01"], {"registered-late"})
        old_office = [s for s in directory(self.tables).values()
                      if s.sub_kind == "外国企业常驻代表机构" and s.registered_on.startswith("2010") and s.excluded() == "office"]
        self.assertTrue(old_office)

    def test_certificates_of_e5_are_in_force_on_the_day_of_the_roll(self):
        for subject in directory(self.tables).values():
            if subject.stratum() and subject.stratum().code == "E5":
                held = [last for kind, _, last in subject.licences if kind == "质量管理体系认证证书"]
                self.assertTrue(held and all(last >= ROLL_DAY.isoformat() for last in held), subject.code)

    def test_every_code_has_the_right_check_characters(self):
        faults = {s.code: why for s in directory(self.tables).values() if (why := fault(s.code, s.kind, UNITS[s.unit][0]))}
        self.assertEqual(faults, {})
        lengths = Counter(len(code) for code in directory(self.tables))
        self.assertEqual(set(lengths), {15, 18})
        self.assertGreater(lengths[18], lengths[15])

    def test_inspectors_by_unit(self):
        found = Counter(unit for unit, *_ in self.tables.rows(INSPECTORS))
        self.assertEqual(found, {unit: self.scale.inspectors(count) for unit, (_, count) in UNITS.items()})


@on_each_city(globals())
class Draw(OfCity):
    """What was drawn from whom."""

    def test_bases_and_drawn_by_stratum(self):
        bases = Counter(s.stratum().code for s in directory(self.tables).values() if s.stratum())
        drawn = Counter(stratum for stratum, *_ in self.tables.rows(DRAWN))
        expected = {s.code: (self.scale.of(s.base), s.draws(self.scale.of(s.base))) for s in STRATA}
        self.assertEqual({s.code: (bases[s.code], drawn[s.code]) for s in STRATA}, expected)
        self.assertEqual(drawn.total(), self.city.summary["drawn"])
        said = {line["code"]: line for line in self.city.summary["strata"]}
        self.assertEqual(list(said), [s.code for s in STRATA])
        for code, (base, picked) in expected.items():
            self.assertEqual([said[code][key] for key in ("base", "base_expected")], [base] * 2, code)
            self.assertEqual([said[code][key] for key in ("drawn", "drawn_expected")], [picked] * 2, code)
        if self.scale == FULL:
            self.assertEqual([(s.base, s.drawn) for s in STRATA], list(expected.values()))
            self.assertEqual(drawn.total(), DRAWN_FULL)

    def test_each_drawn_object_is_once_there_in_its_own_stratum(self):
        rows = self.tables.rows(DRAWN)
        self.assertEqual(len({code for _, code, *_ in rows}), len(rows))
        for stratum, code, name, _, reserve in rows:
            subject = directory(self.tables)[code]
            self.assertEqual((subject.excluded(), subject.stratum().code, subject.name, reserve), (None, stratum, name, "0"))


@on_each_city(globals())
class Visits(OfCity):
    """Who goes where."""

    def test_each_drawn_object_is_visited_once_by_the_unit_that_registers_it(self):
        drawn = {(code, stratum) for stratum, code, *_ in self.tables.rows(DRAWN)}
        heads = list(visits(self.tables))
        self.assertEqual({(code, strata) for _, code, _, _, strata, _ in heads}, drawn)
        self.assertEqual(len(heads), len(drawn))
        for _, code, name, _, _, unit in heads:
            self.assertEqual((unit, name), (directory(self.tables)[code].unit, directory(self.tables)[code].name))

    def test_two_different_inspectors_of_the_own_unit_hold_valid_certificates(self):
        for (number, _, _, day, _, unit), team in visits(self.tables).items():
            self.assertEqual(len({certificate for certificate, *_ in team}), 2, number)
            self.assertEqual(len(team), 2, number)
            for certificate, of_unit, first, last, left, _ in team:
                self.assertEqual(of_unit, unit, number)
                self.assertTrue(valid(first, last, left, day), (number, certificate))

    def test_visits_are_spread_over_working_days(self):
        # May to July 2021: weekends, the made-up Saturday of 8 May, the Dragon Boat holiday on Monday 14 June.
        days = defaultdict(Counter)
        for (_, _, _, day, _, unit), _ in visits(self.tables).items():
            days[unit][day] += 1
            date = datetime.date.fromisoformat(day)
            self.assertTrue(day == "2021-05-08" or (date.weekday() < 5 and day != "2021-06-14"), day)
            self.assertTrue("2021-05-08" <= day <= "2021-07-31", day)
        for unit, counts in days.items():
            if counts.total() >= 100:
                self.assertGreater(len(counts), 40, unit)
            self.assertLessEqual(max(counts.values()), 2 * counts.total() / len(counts) + 2, unit)

    def test_testing_bodies_are_visited_by_somebody_qualified(self):
        qualified = {id: last for id, last in self.tables.rows(
            "SELECT inspector_id, valid_to FROM inspector_qualification WHERE code = '检验检测'")}
        seen = 0
        for (number, _, _, day, strata, _), team in visits(self.tables).items():
            if strata in ("E6", "E7"):
                seen += 1
                self.assertTrue(any(i[5] in qualified and (qualified[i[5]] or day) >= day for i in team), number)
        self.assertGreater(seen, 0)

    def test_loads_differ_by_at_most_one_and_sum_to_the_drawn(self):
        loads, counts, days = defaultdict(Counter), Counter(), defaultdict(set)
        for (_, _, _, day, _, unit), team in visits(self.tables).items():
            counts[unit] += 1
            days[unit].add(day)
            loads[unit].update(certificate for certificate, *_ in team)
        everybody = self.tables.rows(INSPECTORS)
        # Whoever can go on one of the days; a certificate that ends within the window leaves days enough for an equal share.
        able = {unit: [i[1] for i in everybody if i[0] == unit and any(valid(*i[2:], day) for day in days[unit])]
                for unit in counts}
        found = {}
        for unit, visits_here in counts.items():
            of_each = [loads[unit][certificate] for certificate in able[unit]]
            self.assertEqual(sum(of_each), 2 * visits_here, unit)
            self.assertLessEqual(max(of_each) - min(of_each), 1, unit)
            found[unit] = (visits_here, len(of_each), min(of_each), max(of_each))
        self.assertEqual(counts.total(), self.city.summary["drawn"])
        keys = ("visits", "inspectors", "load_min", "load_max")
        self.assertEqual({line["code"]: tuple(line[key] for key in keys) for line in self.city.summary["units"]}, found)

    def test_items_follow_from_stratum_and_tags(self):
        found = defaultdict(set)
        for code, category in self.tables.rows(ITEMS):
            found[code].add(category)
        self.assertEqual(len(found), self.city.summary["drawn"])
        applicable = {(category, KINDS[kind]) for category, kinds in self.tables.rows("SELECT category, subjects FROM check_item")
                      for kind in kinds.split(",")}
        for code, categories in found.items():
            self.assertEqual(categories, directory(self.tables)[code].categories(applicable), code)
