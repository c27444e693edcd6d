"""Starts one program, waits for it, and writes `seconds status peak-KiB` to a file descriptor. Called by measure.py alone.

    python -I -S launch.py FD LIMIT COMMAND…        LIMIT: `-`, `group:FOLDER` or `address:BYTES`

A process of its own, since a child's largest resident memory never counts below that of the process which started it: this one
holds some 10 MB and imports as little as it can, measure.py's may hold hundreds.
"""

import os
import sys
import time


def enter(limit):
    kind, _, value = limit.partition(":")
    if kind == "group":
        with open(value + "/cgroup.procs", "w") as file:
            file.write(str(os.getpid()))
    elif kind == "address":
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (int(value), int(value)))


def main():
    report, limit, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    os.set_inheritable(report, False)
    begun = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        try:
            enter(limit)
            os.execvp(command[0], command)
        except OSError as error:
            os.write(2, f"{command[0]}: {error}\n".encode())
        os._exit(127)
    # wait4 and not wait: it alone tells the memory of this one child.
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - begun
    os.write(report, f"{seconds} {os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}".encode())


main()
