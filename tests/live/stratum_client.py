#!/usr/bin/env python3
"""A miner of its own kind: raw Stratum v1 for scrypt with nothing but the standard library.

usage: stratum_client.py PORT USER
Prints "accepted N" or "refused REASON" a line for each share; ends with the connection.
"""
import hashlib
import json
import selectors
import socket
import struct
import sys

SHARE_1 = 0xFFFF << 224  # highest target at difficulty 1, as scrypt pools count it


def double(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def swapped(text):
    raw = bytes.fromhex(text)
    return b"".join(raw[i:i + 4][::-1] for i in range(0, len(raw), 4))


class Client:
    def __init__(self, port, user):
        self.user, self.buffer, self.job, self.target = user, b"", None, SHARE_1
        self.next_id, self.extra2, self.nonce, self.accepted = 10, 0, 0, 0
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.settimeout(None)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.socket, selectors.EVENT_READ)
        self.say(1, "mining.subscribe", ["foreign/1"])

    def say(self, number, method, parameters):
        line = json.dumps({"id": number, "method": method, "params": parameters}) + "\n"
        self.socket.sendall(line.encode())

    def hear(self, wait):
        """Takes what has come; waits for it when there is nothing to hash."""
        while self.selector.select(None if wait else 0):
            data = self.socket.recv(65536)
            if not data:
                sys.exit("the pool has gone")
            *lines, self.buffer = (self.buffer + data).split(b"\n")
            for line in lines:
                self.take(json.loads(line))
            wait = self.job is None

    def take(self, message):
        method, parameters = message.get("method"), message.get("params")
        if method == "mining.notify":
            self.job, self.nonce = parameters, 0
            self.extra2 += 1
            self.prefix = self.header()
        elif method == "mining.set_difficulty":
            self.target = min(int(SHARE_1 / parameters[0]), (1 << 256) - 1)
        elif message.get("id") == 1:
            self.extra1, self.extra2_size = message["result"][1], message["result"][2]
            self.say(2, "mining.authorize", [self.user, "x"])
        elif isinstance(message.get("id"), int) and message["id"] >= 10:
            good = message.get("result") is True
            self.accepted += good
            print(f"accepted {self.accepted}" if good else f"refused {message.get('error')}", flush=True)

    def header(self):
        _, previous, first, last, branch, version, bits, time = self.job[:8]
        root = double(bytes.fromhex(first + self.extra1 + self.second() + last))
        for sibling in branch:
            root = double(root + bytes.fromhex(sibling))
        return swapped(version) + swapped(previous) + root + swapped(time) + swapped(bits)

    def second(self):
        return self.extra2.to_bytes(self.extra2_size, "big").hex()

    def run(self):
        while True:
            self.hear(self.job is None)
            self.nonce += 1
            data = self.prefix + struct.pack("<I", self.nonce)
            found = hashlib.scrypt(data, salt=data, n=1024, r=1, p=1, dklen=32)
            if int.from_bytes(found, "little") <= self.target:
                self.next_id += 1
                self.say(self.next_id, "mining.submit",
                         [self.user, self.job[0], self.second(), self.job[7], f"{self.nonce:08x}"])


if __name__ == "__main__":
    Client(int(sys.argv[1]), sys.argv[2]).run()
