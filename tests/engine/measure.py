"""Measures, from the network namespace that it is run in, what it is told on
standard input: a list of [address, port], with port 0 for a ping. Prints for
each whether there was an answer. A refusal is one."""

import concurrent.futures
import json
import socket
import subprocess
import sys

WAIT = 1


def answers(target):
    address, port = target
    if port == 0:
        ping = ["ping", "-c1", f"-W{WAIT}", address]
        return subprocess.run(ping, capture_output=True).returncode == 0
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as connection:
        connection.settimeout(WAIT)
        try:
            connection.connect((address, port))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return True


with concurrent.futures.ThreadPoolExecutor(32) as pool:
    print(json.dumps(list(pool.map(answers, json.load(sys.stdin)))))
