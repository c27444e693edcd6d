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


class Python(unittest.TestCase):
    def installed(self, folder, codes):
        """Runs `python` in an empty folder with stand-ins for venv and pip; returns the calls."""
        def stand_in(command, **_):
            if "venv" in command:
                program = Path(command[-1], "bin", "python")
                program.parent.mkdir(parents=True, exist_ok=True)
                program.touch()
            return mock.Mock(returncode=codes.pop(0))

        root, requirements = Path(folder), Path(folder, "requirements.txt")
        requirements.write_text("one==1\n")
        with mock.patch.multiple(setup, ROOT=root, STAMPS=root / "s", VENV=root / "s" / "venv", REQUIREMENTS=requirements), \
                mock.patch.object(setup.subprocess, "run", side_effect=stand_in) as run:
            try:
                setup.python()
            finally:
                self.calls = [["venv" if "venv" in call.args[0] else "pip", *call.args[0][3:]] for call in run.call_args_list]

    def test_packages_are_installed_once_and_only_by_their_digests(self):
        with tempfile.TemporaryDirectory() as folder:
            self.installed(folder, [0, 0])
            self.assertEqual([call[0] for call in self.calls], ["venv", "pip"])
            self.assertIn("--require-hashes", self.calls[1])
            self.installed(folder, [])
            self.assertEqual(self.calls, [])

    def test_a_failed_installation_is_told_and_tried_again(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(setup.SetupError):
                self.installed(folder, [0, 1])
            self.installed(folder, [0, 0])
            self.assertEqual(len(self.calls), 2)

    def test_every_requirement_is_pinned_with_a_digest(self):
        lines = [line for line in setup.REQUIREMENTS.read_text().splitlines() if line and not line.startswith("#")]
        self.assertTrue(lines)
        for line in lines:
            self.assertRegex(line, r"^[\w-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}$")


class Versions(unittest.TestCase):
    def test_versions_are_read_and_absence_is_told_apart(self):
        self.assertGreaterEqual(setup.version_of(["python3", "--version"]), (3, 11))
        self.assertIsNone(setup.version_of(["no-such-program", "--version"]))


if __name__ == "__main__":
    unittest.main()
