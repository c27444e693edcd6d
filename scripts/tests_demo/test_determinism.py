"""What is repeated and what is not: the city always, the draw never, unless it is a rehearsal, which says so."""

import hashlib
import unittest
from itertools import zip_longest

from .cities import city
from .test_files import UPLOADS
from .test_tables import DRAWN, directory


def tree(home):
    """Digests of all files of a home but its database, by relative path."""
    paths = (path for path in home.rglob("*") if path.is_file() and not path.name.startswith("mingcha.db"))
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def drawn(of):
    """The drawn codes by stratum, in the order of the draw."""
    return [(stratum, code) for stratum, code, *_ in of.tables.rows(DRAWN)]


class Repeated(unittest.TestCase):
    """A real draw on each database, and a rehearsal."""

    def setUp(self):
        self.cities = [city("sqlite"), city("postgres"), city("sqlite", reproducible=True)]

    def test_the_city_is_the_same(self):
        for name in UPLOADS.values():
            self.assertEqual(len({(one.files / name).read_bytes() for one in self.cities}), 1, name)
        first, *others = (directory(one.tables) for one in self.cities)
        for other in others:
            # Not assertEqual: unittest would spend minutes on the difference of two large dicts.
            self.assertTrue(first == other, "the object directories differ")

    def test_the_drawn_lists_differ(self):
        lists = {tuple(drawn(one)) for one in self.cities}
        self.assertEqual(len(lists), len(self.cities))
        self.assertEqual(len({len(drawn) for drawn in lists}), 1)

    def test_only_the_rehearsal_is_marked_as_one(self):
        for one, marked in zip(self.cities, (False, False, True), strict=True):
            self.assertIs(one.summary["rehearsal"], marked)
            self.assertEqual(one.tables.rows("SELECT rehearsal FROM task WHERE state = 'drawn'"), [(str(int(marked)),)])


class Reproducible(unittest.TestCase):
    """Two rehearsals: time and chance are fixed, so everything comes out the same."""

    def setUp(self):
        self.both = [city("sqlite", reproducible=True, copy=copy) for copy in (1, 2)]

    def test_they_draw_the_same(self):
        first, second = self.both
        self.assertEqual(drawn(first), drawn(second))
        for key in ("seed", "commitment", "units", "strata", "events"):
            self.assertEqual(first.summary[key], second.summary[key], key)

    def test_they_leave_the_same_files_byte_for_byte(self):
        first, second = self.both
        self.assertEqual(tree(first.home), tree(second.home))

    def test_they_hold_the_same_rows(self):
        first, second = self.both
        differing = [pair for pair in zip_longest(first.tables.dump(), second.tables.dump()) if pair[0] != pair[1]]
        self.assertEqual(differing[:1], [], f"{len(differing)} lines of the dumps differ")
