"""The checks of codes know right from wrong: public codes of real companies, and the often quoted wrong example."""

import unittest

from .codes import credit_check, organisation_check, registration_check


class CheckCharacters(unittest.TestCase):
    def test_public_codes(self):
        for code in ("914403001922038216", "9144030071526726XG", "91330100799655058B", "91110000802100433B",
                     "91110108551385082Q"):
            self.assertEqual((organisation_check(code[8:16]), credit_check(code[:17])), (code[16], code[17]), code)

    def test_the_example_of_the_standard(self):
        self.assertEqual(credit_check("91350100M000100Y4"), "3")

    def test_any_changed_symbol_shows(self):
        code = "914403001922038216"
        for place in range(17):
            changed = code[:place] + ("1" if code[place] != "1" else "2") + code[place + 1:17]
            self.assertNotEqual(credit_check(changed), code[17], place)

    def test_an_old_registration_number(self):
        self.assertEqual(registration_check("11000001306117"), "2")
