"""What is installed is left alone, and who may not install is told what to run."""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import setup  # noqa: E402


class Stamps(unittest.TestCase):
    def test_a_digest_changes_with_content_and_name(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(setup, "ROOT", Path(folder)):
            one, two = Path(folder, "one"), Path(folder, "two")
            one.write_text("a")
            before = setup.digest([one])
            self.assertEqual(before, setup.digest([one]))
            one.write_text("b")
            self.assertNotEqual(before, setup.digest([one]))
            two.write_text("a")
            self.assertNotEqual(before, setup.digest([two]))

    def test_a_stamp_is_believed_only_while_its_value_is_the_same(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(setup, "STAMPS", Path(folder, "new")):
            self.assertFalse(setup.unchanged("npm", "1"))
            setup.remember("npm", "1")
            self.assertTrue(setup.unchanged("npm", "1"))
            self.assertFalse(setup.unchanged("npm", "2"))


class Apt(unittest.TestCase):
    def test_nothing_is_called_when_nothing_is_missing(self):
        with mock.patch.object(setup, "installed", return_value=True), mock.patch.object(setup.subprocess, "run") as run:
            setup.apt(["chromium"])
        run.assert_not_called()

    def test_without_rights_the_command_for_an_administrator_is_named(self):
        programs = {"apt-get": "/usr/bin/apt-get"}
        with mock.patch.object(setup, "installed", return_value=False), \
                mock.patch.object(setup.os, "geteuid", return_value=1000), \
                mock.patch.object(setup.shutil, "which", side_effect=programs.get), \
                self.assertRaises(setup.SetupError) as refused:
            setup.apt(["chromium"])
        self.assertIn("apt-get install --no-install-recommends chromium", str(refused.exception))

    def test_lists_are_fetched_only_after_a_failed_try(self):
        for codes, expect in [([0], ["install"]), ([1, 0, 0], ["install", "update", "install"])]:
            done = [mock.Mock(returncode=code) for code in codes]
            with mock.patch.object(setup, "installed", return_value=False), \
                    mock.patch.object(setup.os, "geteuid", return_value=0), \
                    mock.patch.object(setup.subprocess, "run", side_effect=done) as run:
                setup.apt(["chromium"])
            self.assertEqual([call.args[0][1] for call in run.call_args_list], expect)


class Versions(unittest.TestCase):
    def test_versions_are_read_and_absence_is_told_apart(self):
        self.assertGreaterEqual(setup.version_of(["python3", "--version"]), (3, 11))
        self.assertIsNone(setup.version_of(["no-such-program", "--version"]))


if __name__ == "__main__":
    unittest.main()
