"""The throw-away cluster: it answers while it runs and leaves nothing behind."""

import socket
import sys
import unittest
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import postgres  # noqa: E402


def answers(url):
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


class ThrowAway(unittest.TestCase):
    def test_it_starts_and_leaves_nothing_behind(self):
        with postgres.Cluster() as cluster:
            folder, url, process = cluster.folder, cluster.url, cluster.process
            self.assertTrue(answers(url))
            self.assertTrue(url.startswith("postgres://mingcha:"))
            self.assertEqual(folder.stat().st_mode & 0o077, 0, "only the server's account may look into the folder")
            self.assertFalse((folder / "password").exists())
        self.assertFalse(answers(url))
        self.assertFalse(folder.exists())
        self.assertIsNotNone(process.poll())

    def test_a_failed_start_says_why_and_leaves_nothing_behind(self):
        settings = dict(postgres.SETTINGS)
        postgres.SETTINGS["max_connections"] = "many"
        cluster = postgres.Cluster()
        try:
            with self.assertRaises(postgres.PostgresError) as refused:
                cluster.start()
        finally:
            postgres.SETTINGS.clear()
            postgres.SETTINGS.update(settings)
        self.assertIn("max_connections", str(refused.exception))
        self.assertIsNone(cluster.folder)


if __name__ == "__main__":
    unittest.main()
