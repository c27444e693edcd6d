"""One keeper who goes on saving one firm's name, and remembers what the server said was saved."""

import re

from client import Client, Lost

FIRM = re.compile(r"/office/subjects/([0-9a-f]{8}-[0-9a-f-]{27})")


def firms(port, count):
    """The ids of the first firms of the register."""
    client = Client(port)
    client.sign_in("keeper")
    found = list(dict.fromkeys(FIRM.findall(client.get("/office/subjects").text)))
    client.close()
    return found[:count]


class Saver:
    """`said` is the serial of the last save that was answered with success, `tried` of the last that was sent."""

    def __init__(self, firm, number, source):
        self.firm, self.number, self.source = firm, number, source
        self.said, self.tried, self.saved, self.cut, self.refused, self.faults = 0, 0, 0, 0, 0, []

    def name(self, serial):
        return f"耐久{self.number}试验{serial}有限公司"

    def connect(self, port):
        """A session, or why there is none."""
        self.client = Client(port, self.source)
        answer = self.client.sign_in("keeper")
        if answer.status != 303:
            raise Lost(f"sign-in was answered {answer.status}")

    def save(self):
        """Reads the form, changes the name, sends it. Raises `Lost` when the server goes away."""
        path = f"/office/subjects/{self.firm}/edit"
        page = self.client.get(path)
        fields = page.form(path)
        if page.status != 200 or "name" not in fields:
            self.note(page)
            return
        self.tried += 1
        fields["name"] = self.name(self.tried)
        try:
            answer = self.client.post(path, fields)
        except Lost:
            self.cut += 1
            raise
        if answer.status == 303:
            self.said, self.saved = self.tried, self.saved + 1
        else:
            self.note(answer)

    def note(self, answer):
        if answer.status in (429, 503):
            self.refused += 1
        else:
            self.faults.append(f"{answer.status} on saving")

    def lost(self, port):
        """What the server said was saved and is not there; None if all is well. Saves without an answer may be there or not."""
        client = Client(port, self.source)
        client.sign_in("keeper")
        path = f"/office/subjects/{self.firm}/edit"
        page = client.get(path)
        client.close()
        name = page.form(path).get("name", "")
        if self.said == 0:
            return None
        if name in {self.name(serial) for serial in range(self.said, self.tried + 1)}:
            return None
        return f"firm {self.firm}: the page shows {name!r}, the last answered save was {self.name(self.said)!r}"
