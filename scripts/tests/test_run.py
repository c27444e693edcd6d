"""`make run` leaves no half-made city behind, and keeps a finished one."""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import run  # noqa: E402
import setup  # noqa: E402


class Demo(unittest.TestCase):
    def made_by(self, script):
        """Runs `demo` with a stand-in for the binary; returns the home's files afterwards, or None if it is gone."""
        with tempfile.TemporaryDirectory() as folder:
            binary, home = Path(folder, "mingcha"), Path(folder, "home")
            binary.write_text(f"#!/bin/sh\n{script}\n")
            binary.chmod(0o755)
            with mock.patch.object(run, "BINARY", binary):
                try:
                    run.demo(home)
                finally:
                    self.left = sorted(p.name for p in home.iterdir()) if home.exists() else None

    def test_a_finished_city_is_kept(self):
        self.made_by('[ "$1 $2 $4" = "demo --home --no-serve" ] && mkdir "$3" && touch "$3/city"')
        self.assertEqual(self.left, ["city"])

    def test_a_city_that_could_not_be_finished_is_taken_away(self):
        for script in ('mkdir "$3"; touch "$3/half"; exit 3', 'mkdir "$3"; kill -9 $$', "exit 3"):
            with self.assertRaises(setup.SetupError):
                self.made_by(script)
            self.assertIsNone(self.left, script)


if __name__ == "__main__":
    unittest.main()
