"""What is repeated and what is not: the city always, the draw never, unless it is a rehearsal, which says so."""

import unittest

from .cities import city
from .test_files import UPLOADS, workbook
from .test_tables import DRAWN, directory


def drawn(of):
    """The drawn codes by stratum, in the order of the draw."""
    return [(stratum, code) for stratum, code, *_ in of.tables.rows(DRAWN)]


class Repeated(unittest.TestCase):
    """A real draw on each database, and a rehearsal."""

    def setUp(self):
        self.cities = [city("sqlite"), city("postgres"), city("sqlite", reproducible=True)]

    def test_the_city_is_the_same(self):
        for name in UPLOADS.values():
            # A workbook holds the second of its making, so its rows are compared.
            read = workbook if name.endswith(".xlsx") else type(self.cities[0].home).read_bytes
            first, *others = (read(one.files / name) for one in self.cities)
            for other in others:
                self.assertEqual(first, other, name)
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
