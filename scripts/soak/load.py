"""Everybody at once, for minutes: readers, keepers, exporters, guessers, the public, and machines that only hold on."""

import socket
import threading
import time
from collections import Counter

from client import Client, Lost
from saver import Saver, firms

OFFICE = ["/office", "/office/subjects", "/office/subjects?q=%E5%95%86%E8%B4%B8", "/office/inspectors", "/office/items",
          "/office/tasks", "/office/dispatch", "/office/loads", "/office/jobs"]
PUBLIC = ["/", "/announcements/{task}", "/announcements/{task}/drawn", "/announcements/{task}/proof"]
# Answers that are no fault: done, elsewhere, not found, out of date, refused with a reason, and asked to wait.
EXPECTED = {200, 303, 404, 409, 422, 429, 503}


class Load:
    """Threads that ask until `stop`, and what they were answered."""

    def __init__(self, installation, task):
        self.installation, self.port, self.task = installation, installation.port, task
        self.stop, self.statuses, self.faults, self.savers = threading.Event(), Counter(), [], []
        self.lock, self.slowest = threading.Lock(), 0.0

    def note(self, kind, path, answer, seconds):
        with self.lock:
            self.statuses[(kind, answer.status)] += 1
            self.slowest = max(self.slowest, seconds)
            if answer.status not in EXPECTED:
                self.faults.append(f"{answer.status} on {path}")

    def ask(self, kind, client, path):
        begun = time.monotonic()
        try:
            answer = client.get(path)
        except Lost as error:
            with self.lock:
                self.statuses[(kind, "lost")] += 1
                self.faults.append(str(error))
            return
        self.note(kind, path, answer, time.monotonic() - begun)

    def reader(self, number):
        client = Client(self.port, f"127.0.1.{number + 1}")
        client.sign_in("clerk")
        while not self.stop.is_set():
            for path in OFFICE:
                self.ask("office page", client, path)

    def public(self, number):
        client = Client(self.port, f"127.0.2.{number + 1}")
        while not self.stop.is_set():
            for path in PUBLIC:
                self.ask("public page", client, path.format(task=self.task))

    def exporter(self, number):
        client = Client(self.port, f"127.0.3.{number + 1}")
        client.sign_in("clerk")
        while not self.stop.is_set():
            self.ask("export", client, "/office/subjects?format=xlsx")

    def guesser(self, number):
        client = Client(self.port, f"127.0.4.{number + 1}")
        while not self.stop.is_set():
            begun = time.monotonic()
            try:
                answer = client.sign_in(("admin", "nobody")[number % 2], "not-the-password")
            except Lost:
                continue
            self.note("wrong password", "/office/sign-in", answer, time.monotonic() - begun)
            if client.cookie:
                self.faults.append("a wrong password signed in")

    def holder(self, number):
        """Half a request and then silence; when the server has had enough, the next one."""
        while not self.stop.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), source_address=(f"127.0.5.{number + 1}", 0)) as half:
                    half.sendall(b"POST /office/sign-in HTTP/1.1\r\nHost: x\r\nContent-Le")
                    half.settimeout(1)
                    while not self.stop.is_set():
                        try:
                            if not half.recv(1024):
                                break
                        except TimeoutError:
                            continue
                with self.lock:
                    self.statuses[("half a request", "closed by the server")] += 1
            except OSError:
                time.sleep(0.2)

    def keeper(self, saver):
        while not self.stop.is_set():
            try:
                saver.connect(self.port)
                while not self.stop.is_set():
                    saver.save()
            except Lost as error:
                with self.lock:
                    self.faults.append(f"saving: {error}")

    def run(self, minutes, say):
        """Asks for `minutes`; returns the figures."""
        self.savers = [Saver(firm, n, f"127.0.6.{n + 1}") for n, firm in enumerate(firms(self.port, 2))]
        crowd = [(self.reader, n) for n in range(6)] + [(self.public, n) for n in range(6)] + [(self.exporter, n) for n in range(2)]
        crowd += [(self.guesser, n) for n in range(4)] + [(self.holder, n) for n in range(20)]
        crowd += [(self.keeper, saver) for saver in self.savers]
        threads = [threading.Thread(target=work, args=(who,)) for work, who in crowd]
        for thread in threads:
            thread.start()
        until, memory = time.monotonic() + minutes * 60, []
        while time.monotonic() < until:
            time.sleep(min(15, max(0.1, until - time.monotonic())))
            memory.append(self.installation.resident())
            say(f"{self.installation.engine}: {sum(self.statuses.values())} requests, {len(self.faults)} faults, {memory[-1] >> 20} MiB")
        self.stop.set()
        for thread in threads:
            thread.join()
        lost = [lost for saver in self.savers if (lost := saver.lost(self.port))]
        return {"minutes": minutes, "statuses": [[kind, status, n] for (kind, status), n in self.statuses.items()], "faults": self.faults, "lost": lost,
                "saved": sum(saver.saved for saver in self.savers), "slowest": self.slowest, "memory": memory,
                "most": self.installation.resident_most()}
