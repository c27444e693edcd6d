"""kill -9 at random instants under load, and what is there afterwards."""

import random
import signal
import threading
import time

from client import Client, Lost
from saver import Saver, firms

SAVERS = 4
# The instant of the kill, in seconds after the server was ready: from before the first write to deep in the load.
KILL_SECONDS_MAX = 0.6
# Kills between two verifications of the whole log.
VERIFY_EVERY = 50


def knock(port, stop):
    """Signs in again and again, rightly and wrongly: the writes of sign-in are among those that are cut off."""
    client = Client(port, "127.0.9.9")
    while not stop.is_set():
        try:
            client.sign_in("clerk")
            client.sign_in("clerk", "wrong-password")
        except Lost:
            return


def save_on(saver, port, stop):
    try:
        saver.connect(port)
        while not stop.is_set():
            saver.save()
    except Lost:
        return


def run(installation, kills, say):
    """Kills the server `kills` times, or until the run is asked to end (SIGTERM); returns the figures of what was done."""
    enough = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: enough.set())
    chance = random.Random(9)
    installation.start()
    chosen = firms(installation.port, SAVERS)
    savers = [Saver(firm, number, f"127.0.8.{number + 1}") for number, firm in enumerate(chosen)]
    found = {"kills": 0, "lost": [], "faults": [], "restart seconds": [], "verified": 0}
    for number in range(kills):
        stop = threading.Event()
        threads = [threading.Thread(target=save_on, args=(saver, installation.port, stop)) for saver in savers]
        threads.append(threading.Thread(target=knock, args=(installation.port, stop)))
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0, KILL_SECONDS_MAX))
        installation.kill()
        stop.set()
        for thread in threads:
            thread.join()
        found["kills"] += 1
        found["restart seconds"].append(installation.start())
        for saver in savers:
            try:
                lost = saver.lost(installation.port)
            except Lost as error:
                lost = f"after kill {number + 1}: {error}"
            if lost:
                found["lost"].append(lost)
        last = number + 1 == kills or enough.is_set()
        if (number + 1) % VERIFY_EVERY == 0 or last:
            installation.stop()
            installation.run("audit", "verify")
            found["verified"] += 1
            installation.start()
            say(f"{installation.engine}: {number + 1} kills, {sum(s.saved for s in savers)} saves answered, {len(found['lost'])} lost")
        if last:
            break
    installation.stop()
    found["saved"] = sum(saver.saved for saver in savers)
    found["cut off"] = sum(saver.cut for saver in savers)
    found["faults"] = [fault for saver in savers for fault in saver.faults]
    return found
