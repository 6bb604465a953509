"""Nodes that lie and strangers that try what strangers try."""
import random
import selectors
import threading

import krpc

TOKEN = b"liar"


class _Nodes:
    """Sockets that answer whatever they are asked, on a thread of their own."""

    def __init__(self, hosts, first_port=7100):
        self.asked = self.announced = 0
        self.lines = {}
        self.selector = selectors.DefaultSelector()
        for number, host in enumerate(hosts):
            line = krpc.bound(host, first_port + number)
            line.setblocking(False)
            self.lines[line] = (host, first_port + number)
            self.selector.register(line, selectors.EVENT_READ)
        self.places = list(self.lines.values())
        self.running = True
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def end(self):
        self.running = False
        self.thread.join()
        for line in self.lines:
            line.close()

    def _serve(self):
        while self.running:
            for ready, _ in self.selector.select(0.2):
                datagram, asker = ready.fileobj.recvfrom(2048)
                try:
                    query = krpc.decode(datagram)
                except (ValueError, IndexError):
                    continue
                if query.get(b"y") == b"q":
                    self._answer(ready.fileobj, asker, query)

    def _answer(self, line, asker, query):
        self.asked += 1
        method, arguments = query[b"q"], query[b"a"]
        self.announced += method == b"announce_peer"
        reply = {b"id": self.id_of(self.lines[line])}
        if method in (b"find_node", b"get_peers"):
            reply[b"nodes"] = b"".join(self.id_of(place) + krpc.compact(*place) for place in self.told_of())
        if method == b"get_peers":
            reply[b"token"] = TOKEN
            reply[b"values"] = self.values(arguments[b"info_hash"])
        line.sendto(krpc.encode({b"t": query[b"t"], b"y": b"r", b"r": reply,
                                 b"ip": krpc.compact(asker[0], asker[1])}), asker)

    def told_of(self):
        return random.sample(self.places, min(8, len(self.places)))


class Sybils(_Nodes):
    """16 sockets with ids next to a key, on one address or several."""

    def __init__(self, key, hosts):
        self.key = key
        super().__init__([hosts[number % len(hosts)] for number in range(16)])

    def id_of(self, place):
        return self.key[:19] + bytes([self.key[19] ^ (place[1] - 7099)])

    def values(self, key):
        return [krpc.compact(f"44.200.{random.randrange(256)}.7", 6000) for _ in range(20)]

    def introduce(self, nodes):
        """All of them speak to honest nodes, so that these hear of them."""
        for line, place in self.lines.items():
            for node in nodes:
                ping = {b"t": b"xx", b"y": b"q", b"q": b"ping", b"a": {b"id": self.id_of(place)}}
                line.sendto(krpc.encode(ping), node)


class Poison(_Nodes):
    """A whole network of liars whose ids fit their addresses; each answer has fresh victims of 10,000."""

    def __init__(self, hosts):
        source = random.Random(5)
        self.victims = [krpc.compact(f"45.{source.randrange(128)}.{source.randrange(256)}.{source.randrange(1, 255)}",
                                     source.randrange(1024, 65536)) for _ in range(10_000)]
        self.told = set()
        super().__init__(hosts, 7200)

    def id_of(self, place):
        return krpc.fitting_id(place[0], random.Random(place[0]).randbytes(20))

    def values(self, key):
        some = random.sample(self.victims, 20)
        self.told.update(some)
        return some


def abuse(node, hosts, id_at):
    """What a server of ours answers to tricks; raises AssertionError where it falls for one."""
    (one, other), key = hosts, random.Random("abuse").randbytes(20)
    line, thief = krpc.bound(one), krpc.bound(other)
    id_at(node[0])

    def ask(line, method, **more):
        for _ in range(5):  # what it sends has a limit too, and noise uses it up for a moment
            said = krpc.ask(line, node, method, id=key, **more)
            if said is not None:
                return said
        raise AssertionError(f"{method} {more}: no answer")

    def refused(line, code, **more):
        said = ask(line, "announce_peer", info_hash=key, **more)
        assert said.get(b"e", [0])[0] == code, f"{more}: {said}"

    token = ask(line, "get_peers", info_hash=key)[b"r"][b"token"]
    refused(thief, 203, port=6000, token=token)
    refused(line, 203, port=6000, token=b"\0" * 8)
    refused(line, 203, port=0, token=token)
    refused(line, 203, port=65536, token=token)
    assert ask(line, "put", token=token, v=b"x")[b"e"][0] == 204
    assert b"nodes" in ask(line, "get", target=key)[b"r"]
    source, sent = random.Random("noise"), 0
    noisy = [krpc.bound(f"44.{number}.0.1") for number in range(30, 40)]
    while sent < 64 * 1024:
        noise = source.randbytes(source.randrange(1, 1472))
        noisy[source.randrange(len(noisy))].sendto(noise, node)
        sent += len(noise)
    good = krpc.encode({b"t": b"xx", b"y": b"q", b"q": b"announce_peer",
                        b"a": {b"id": key, b"info_hash": key, b"port": 6000, b"token": token}})
    for number in range(100):
        damaged = bytearray(good)
        damaged[source.randrange(len(good))] = source.randrange(256)
        krpc.bound(f"44.{41 + number % 4}.0.1").sendto(damaged, node)
    asker = krpc.bound("44.29.0.1")
    said = ask(asker, "get_peers", info_hash=key)
    assert b"values" not in said[b"r"], f"something was stored: {said}"
    honest = krpc.bound("44.28.0.1")
    token = ask(honest, "get_peers", info_hash=key)[b"r"][b"token"]
    assert ask(honest, "announce_peer", info_hash=key, port=6000, token=token)[b"y"] == b"r"
    assert ask(asker, "get_peers", info_hash=key)[b"r"][b"values"] == [krpc.compact("44.28.0.1", 6000)]
    flood = krpc.bound("44.27.0.1")
    ping = krpc.encode({b"t": b"xx", b"y": b"q", b"q": b"ping", b"a": {b"id": key}})
    for _ in range(60):
        flood.sendto(ping, node)
    flood.settimeout(2)
    heard = 0
    try:
        while flood.recvfrom(2048):
            heard += 1
    except TimeoutError:
        pass
    assert 20 <= heard <= 35, f"{heard} of 60 at once were answered"
    assert krpc.ask(flood, node, "ping", id=key) is None, "who flooded is heard again"
    return "no trick was stored, and who floods is not heard"
