"""Sends a signal to the processes of a network namespace, or of users, and prints how
many there were.

    end.py SIGNAL net FILE
    end.py SIGNAL users FIRST-LAST...

The signal 0 only counts.

A list of process ids is out of date when it is there: in a run of the tests all ids are
used once a minute, and one that has just become free may be a thread of the tests. So each
process is held first and looked at then, and the signal goes to the one that is held.
"""

import os
import signal
import sys

name, kind, *whose = sys.argv[1:]
sent = 0 if name == "0" else signal.Signals[f"SIG{name}"]
users = []
if kind == "users":
    for first, last in (some.split("-") for some in whose):
        users.append(range(int(first), int(last) + 1))


def is_meant(process):
    """Whether it is one of those that are meant."""
    if kind == "users":
        user = os.stat(f"/proc/{process}").st_uid
        return any(user in some for some in users)
    return os.path.samefile(f"/proc/{process}/ns/net", whose[0])


count = 0
for process in filter(str.isdigit, os.listdir("/proc")):
    try:
        held = os.pidfd_open(int(process))
    except OSError:
        continue
    try:
        if is_meant(process):
            signal.pidfd_send_signal(held, sent)
            count += 1
    except OSError:
        pass
    finally:
        os.close(held)
print(count)
