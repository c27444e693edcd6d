"""A browser as small as it can be: one connection, one session, forms that are read from the page before they are sent."""

import http.client
from html.parser import HTMLParser
from urllib.parse import urlencode

PASSWORD = "mingcha-demo"
TIMEOUT_SECONDS = 60


class Lost(Exception):
    """The server went away, or did not answer in time."""


class Form(HTMLParser):
    """The fields of the form that posts to `action`, with the values that the page shows."""

    def __init__(self, action):
        super().__init__()
        self.action, self.inside, self.fields, self.select, self.area = action, False, [], None, None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("action") == self.action
        if not self.inside:
            return
        if tag == "input" and given.get("name") and given.get("type") not in ("submit", "file", "button"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.fields.append((given["name"], given.get("value", "")))
        elif tag == "select" and given.get("name"):
            self.select = [given["name"], None]
        elif tag == "option" and self.select:
            if self.select[1] is None or "selected" in given:
                self.select[1] = given.get("value", "")
        elif tag == "textarea" and given.get("name"):
            self.area = [given["name"], ""]

    def handle_data(self, text):
        if self.area:
            self.area[1] += text

    def handle_endtag(self, tag):
        if tag == "select" and self.select:
            self.fields.append((self.select[0], self.select[1] or ""))
            self.select = None
        elif tag == "textarea" and self.area:
            self.fields.append(tuple(self.area))
            self.area = None
        elif tag == "form":
            self.inside = False


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def form(self, action):
        reader = Form(action)
        reader.feed(self.text)
        return dict(reader.fields)


class Client:
    """One person at one machine. `source` is the machine's address: all of 127.0.0.0/8 is this machine."""

    def __init__(self, port, source="127.0.0.1"):
        self.port, self.source, self.cookie, self.connection = port, source, None, None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, kind="application/x-www-form-urlencoded"):
        headers = {"Origin": f"http://127.0.0.1:{self.port}"} if method == "POST" else {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers["Content-Type"] = kind
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=TIMEOUT_SECONDS, source_address=(self.source, 0))
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            read = Answer(answer.status, dict(answer.getheaders()), answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(f"{method} {path}: {type(error).__name__}") from error
        if read.headers.get("Connection", read.headers.get("connection", "")).lower() == "close":
            self.close()
        return read

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, fields):
        return self.ask("POST", path, urlencode(fields))

    def sign_in(self, login, password=PASSWORD):
        """The answer; after a 303 this client goes on as that person."""
        answer = self.post("/office/sign-in", {"login": login, "password": password})
        cookie = answer.headers.get("set-cookie", "")
        if answer.status == 303 and cookie.startswith("mingcha="):
            self.cookie = cookie.split(";")[0]
        return answer
