"""The policy in verify.html must name the page's own scripts and style, or the page does nothing.

`python3 verifiers/tests/test_page.py --renew` writes the hashes anew after a change.
"""

import base64
import hashlib
import re
import sys
import unittest
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "verify.html"


def renewed(page):
    """The page with the hashes of its style and of its scripts in the policy."""

    def hashes(tag):
        parts = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", page, re.DOTALL)
        return "\n ".join("'sha256-%s'" % base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in parts)

    for directive, tag in (("style-src", "style"), ("script-src", "script")):
        page = re.sub(rf"({directive} )[^;\"]*", lambda found, tag=tag: found[1] + hashes(tag), page, count=1)
    return page


class Page(unittest.TestCase):
    def setUp(self):
        self.page = PAGE.read_text(encoding="utf-8")

    def test_the_policy_names_the_scripts_and_the_style(self):
        same = self.page == renewed(self.page)
        self.assertTrue(same, "a hash in the policy is old: python3 verifiers/tests/test_page.py --renew")

    def test_the_page_can_reach_nothing(self):
        self.assertIn("default-src 'none'; base-uri 'none'; form-action 'none'; worker-src blob:;", self.page)
        calls = r"https?:|//[a-z]+\.|fetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import\("
        self.assertIsNone(re.search(calls, self.page))


if __name__ == "__main__":
    if sys.argv[1:] == ["--renew"]:
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        unittest.main()
