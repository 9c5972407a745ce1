#!/usr/bin/env python3
"""docker29.py LISTEN UPSTREAM LOG: an engine that speaks Docker 29's API,
made of Docker 28.

Passes requests between two unix sockets. It refuses versions that Docker 29
refuses, in its words, and what 28 answers loses what 29 does not say any more:
see "v1.52 API changes" in moby's api/docs/CHANGELOG.md. Each request line is
written to the log.
"""

import json
import os
import re
import socket
import sys
import threading

LEAST, MOST, BEHIND = 44, 52, 51
VERSION = "29.0.0"

# Of a container, in NetworkSettings: they were those of the default bridge.
OF_THE_DEFAULT_BRIDGE = """Bridge HairpinMode LinkLocalIPv6Address LinkLocalIPv6PrefixLen
    SecondaryIPAddresses SecondaryIPv6Addresses EndpointID Gateway GlobalIPv6Address
    GlobalIPv6PrefixLen IPAddress IPPrefixLen IPv6Gateway MacAddress""".split()
OF_EVENTS = ["status", "id", "from"]
OF_IMAGES = "Parent Comment DockerVersion Author".split()
OF_IMAGE_CONFIGS = "Cmd Entrypoint Env Labels OnBuild User Volumes WorkingDir".split()


def without(thing, keys):
    """Takes these fields out of an object, where it is one."""
    for key in keys:
        if isinstance(thing, dict):
            thing.pop(key, None)


def without_empty(thing, keys=None):
    """Takes out of an object its own fields, or these, that say nothing."""
    if isinstance(thing, dict):
        empty = [key for key, value in thing.items() if value in (None, "", [], {})]
        without(thing, [key for key in empty if keys is None or key in keys])


def container(whole):
    settings, config = whole.get("NetworkSettings"), whole.get("Config")
    without(whole, ["GraphDriver"])
    without(settings, OF_THE_DEFAULT_BRIDGE)
    without(config, ["MacAddress"])
    without(whole.get("HostConfig"), ["KernelMemoryTCP"])
    for part in (whole, settings, config, whole.get("HostConfig"), whole.get("State")):
        without_empty(part)
    for endpoint in ((settings or {}).get("Networks") or {}).values():
        without_empty(endpoint)
        without_empty((endpoint or {}).get("IPAMConfig"))


def listed_containers(all_of_them):
    for listed in all_of_them:
        listed.setdefault("Health", {"Status": "none", "FailingStreak": 0})
        without_empty(listed)
        for endpoint in ((listed.get("NetworkSettings") or {}).get("Networks") or {}).values():
            without_empty(endpoint)


def network(whole):
    whole["Status"] = {"IPAM": {"Subnets": {}}}
    listed_network(whole)


def listed_network(listed):
    without_empty(listed)
    without_empty(listed.get("IPAM"))
    without_empty(listed.get("ConfigFrom"))
    without_empty(listed)


def listed_networks(all_of_them):
    for listed in all_of_them:
        without(listed, ["Containers"])
        listed_network(listed)


def image(whole):
    without(whole, ["GraphDriver"])
    without_empty(whole, OF_IMAGES)
    without_empty(whole.get("Config"), OF_IMAGE_CONFIGS)


def version(told):
    told.update(Version=VERSION, ApiVersion=f"1.{MOST}", MinAPIVersion=f"1.{LEAST}")
    for component in told.get("Components", [])[:1]:
        component["Version"] = VERSION
        details = component.get("Details") or {}
        details.update(ApiVersion=f"1.{MOST}", MinAPIVersion=f"1.{LEAST}")


def info(told):
    told["ServerVersion"] = VERSION
    without(told, ["KernelMemoryTCP", "BridgeNfIptables", "BridgeNfIp6tables"])


# What becomes of which answer: from which version on, and how.
CHANGES = [
    (r"/version", 0, version),
    (r"/info", 0, info),
    (r"/containers/json", 52, listed_containers),
    (r"/containers/[^/]+/json", 52, container),
    (r"/networks", 52, listed_networks),
    (r"/networks/[^/]+", 52, network),
    (r"/images/.+/json", 52, image),
]


def change_of(method, path, spoken):
    if method != "GET":
        return None
    fitting = (change for of, since, change in CHANGES if spoken >= since and re.fullmatch(of, path))
    return next(fitting, None)


class Stream:
    """A connection, read piece by piece."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def more(self):
        piece = self.connection.recv(65536)
        self.buffer += piece
        return bool(piece)

    def until(self, mark):
        while mark not in self.buffer:
            if not self.more():
                return None
        head, self.buffer = self.buffer.split(mark, 1)
        return head

    def exactly(self, length):
        while len(self.buffer) < length and self.more():
            pass
        piece, self.buffer = self.buffer[:length], self.buffer[length:]
        return piece

    def rest(self):
        while self.more():
            pass
        piece, self.buffer = self.buffer, b""
        return piece

    def pieces(self, headers):
        """The body's pieces as they come, whatever way it is sent."""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while line := self.until(b"\r\n"):
                length = int(line.split(b";")[0], 16)
                piece = self.exactly(length)
                self.until(b"\r\n")
                if length == 0:
                    return
                yield piece
        elif "content-length" in headers:
            left = int(headers["content-length"])
            while left > 0:
                piece = self.exactly(min(left, 65536))
                if not piece:
                    return
                left -= len(piece)
                yield piece


def parse(head):
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines)
    return first, {name.strip().lower(): value.strip() for name, value in pairs}


def written(first, headers):
    lines = [first] + [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def pump(source, to):
    """Passes on what comes, and that it ends."""
    try:
        if source.buffer:
            to.sendall(source.buffer)
            source.buffer = b""
        while piece := source.connection.recv(65536):
            to.sendall(piece)
    except OSError:
        pass
    try:
        to.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def refuse(client, message):
    body = json.dumps({"message": message}).encode() + b"\n"
    head = {"Api-Version": f"1.{MOST}", "Content-Type": "application/json",
            "Content-Length": len(body), "Connection": "close"}
    client.connection.sendall(written("HTTP/1.1 400 Bad Request", head) + body)


def refusal(spoken):
    told = f"client version 1.{spoken} is too"
    if spoken < LEAST:
        return (f"{told} old. Minimum supported API version is 1.{LEAST}, "
                "please upgrade your client to a newer version")
    if spoken > MOST:
        return f"{told} new. Maximum supported API version is 1.{MOST}"
    return None


def events(server, headers, client):
    """Hands events on line by line, without what 29 has taken out of them."""
    line = b""
    for piece in server.pieces(headers):
        *whole, line = (line + piece).split(b"\n")
        for event in whole:
            told = json.loads(event or b"{}")
            without(told, OF_EVENTS)
            said = json.dumps(told).encode() + b"\n"
            client.connection.sendall(b"%x\r\n%s\r\n" % (len(said), said))
    client.connection.sendall(b"0\r\n\r\n")


def answer(client, server, method, path, spoken):
    """Passes an answer on; whether another request may follow."""
    while True:
        head = server.until(b"\r\n\r\n")
        if head is None:
            return False
        first, headers = parse(head)
        status = int(first.split(" ")[1])
        if status != 100:
            break
        client.connection.sendall(written(first, headers))
    if "api-version" in headers:
        headers["api-version"] = f"1.{MOST}"
    if "server" in headers:
        headers["server"] = f"Docker/{VERSION} (linux)"
    if status == 101 or "raw-stream" in headers.get("content-type", "") and method == "POST":
        # From here on it is no HTTP: an exec's own bytes, both ways.
        client.connection.sendall(written(first, headers))
        up = threading.Thread(target=pump, args=(client, server.connection), daemon=True)
        up.start()
        pump(server, client.connection)
        return False
    change = change_of(method, path, spoken)
    if change and status == 200:
        told = json.loads(b"".join(server.pieces(headers)))
        change(told)
        body = json.dumps(told).encode() + b"\n"
        headers.pop("transfer-encoding", None)
        headers["content-length"] = len(body)
        client.connection.sendall(written(first, headers) + body)
        return True
    client.connection.sendall(written(first, headers))
    if method == "HEAD" or status in (204, 304):
        return True
    if path == "/events" and spoken >= 52:
        events(server, headers, client)
        return True
    chunked = headers.get("transfer-encoding", "").lower() == "chunked"
    for piece in server.pieces(headers):
        framed = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
        client.connection.sendall(framed)
    if chunked:
        client.connection.sendall(b"0\r\n\r\n")
    return True


def watch(client, server):
    """Ends the engine's connection where the client ends its own, so that the
    engine does not go on telling nobody."""
    try:
        if client.connection.recv(1, socket.MSG_PEEK) == b"":
            server.connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def serve(connection, upstream, log):
    client, server = Stream(connection), None
    try:
        while (head := client.until(b"\r\n\r\n")) is not None:
            first, headers = parse(head)
            log.write(first + "\n")
            method, target, protocol = first.split(" ")
            of_version = re.match(r"/v1\.(\d+)(/.*)", target)
            spoken = int(of_version[1]) if of_version else MOST
            bare = of_version[2] if of_version else target
            path = bare.split("?")[0]
            if message := refusal(spoken):
                refuse(client, message)
                return
            if server is None:
                behind = socket.socket(socket.AF_UNIX)
                behind.connect(upstream)
                server = Stream(behind)
            prefix = f"/v1.{min(spoken, BEHIND)}" if of_version else ""
            server.connection.sendall(written(f"{method} {prefix}{bare} {protocol}", headers))
            chunked = headers.get("transfer-encoding", "").lower() == "chunked"
            for piece in client.pieces(headers):
                framed = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
                server.connection.sendall(framed)
            if chunked:
                server.connection.sendall(b"0\r\n\r\n")
            if method == "GET":
                threading.Thread(target=watch, args=(client, server), daemon=True).start()
            if not answer(client, server, method, path, spoken):
                return
    except OSError:
        pass
    finally:
        for stream in filter(None, (client, server)):
            stream.connection.close()


def main():
    listen, upstream, log = sys.argv[1:]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(listen)
    os.chmod(listen, 0o660)
    listener.listen(128)
    with open(log, "w", buffering=1) as file:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, upstream, file), daemon=True).start()


if __name__ == "__main__":
    main()
