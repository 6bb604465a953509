"""What dht.sh runs in its hub: one scenario, which prints one line of what was seen, or says what was not and fails."""
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import hostile
import krpc
import swarm as foreign
from swarm import PORT, places

SCENARIO, ID, WORK, PROGRAM = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4:]
HOSTS = {space: (f"44.{60 + i}.0.1", f"2a01:{60 + i}::1") for i, space in enumerate(["us", "a", "b", "tr", "ar"])}
ENTRY = f"dht.nodes=44.10.0.1:{PORT},[2a01:10::1]:{PORT}"


def Swarm(count, **settings):
    return foreign.Swarm(lambda number: f"{ID}n{number}", count, **settings)


def start(space, name, *words):
    log = open(WORK / f"{name}.log", "wb")
    return subprocess.Popen(["ip", "netns", "exec", ID + space, *words], stdout=log, stderr=log, cwd=WORK,
                            env={**os.environ, "HOME": str(WORK)})


def pool(space, *settings):
    """A pool that mines nothing, on the embedded chain."""
    words = [f"data_dir={WORK / space}", "pool.host=127.0.0.1", "api.enabled=false", "metrics.enabled=false",
             "mining.enabled=false", "p2p.enabled=true", "p2p.nat=off", *settings]
    return start(space, f"pool-{space}", *PROGRAM, "pool", *(word for one in words for word in ("--set", one)))


def look(space, *words, entry=ENTRY, name="look"):
    """net dht, begun; answer(...) waits for what it found."""
    return start(space, name, *PROGRAM, "net", "dht", "--json", "--data-dir", str(WORK / f"{space}-{name}"),
                 "--set", entry, *words), WORK / f"{name}.log"


def answer(look_under_way):
    process, log = look_under_way
    process.wait(timeout=300)
    lines = [line for line in log.read_text().splitlines() if line.startswith("{")]
    need(lines, f"net dht ended with {process.returncode} and no answer")
    return json.loads(lines[-1])


def need(good, otherwise):
    if not good:
        raise AssertionError(otherwise)


def until(question, seconds, otherwise):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen = question()
        if seen:
            return seen
        time.sleep(0.5)
    raise AssertionError(otherwise() if callable(otherwise) else otherwise)


def key_of(name):
    return random.Random(name).randbytes(20)


def peers_of(found):
    return {peer["address"] for peer in found["peers"] if not peer["weak"]}


def shown(host, port):
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def id_at(host, port):
    line = krpc.bound("44.45.0.1" if ":" not in host else "2a01:45::1")
    seen = until(lambda: krpc.ask(line, (host, port), "ping", id=key_of("asker")), 60, f"{host} answers no ping")
    return seen[b"r"][b"id"]


def libtorrent():
    """Ten foreign nodes and a pool of ours among them; both directions, both families, and what ours keeps."""
    swarm = Swarm(10)
    pool("us", "dht.mode=server", ENTRY)
    swarm.settle()
    theirs, ours = key_of("theirs"), key_of("ours")
    swarm.share(13, theirs)
    announcing = look("b", "--info-hash", ours.hex(), "--port", "7000", "--announce", "--seconds", "45",
                      name="announce")
    found_by_them = swarm.seek(15, ours, {(host, 7000) for host in HOSTS["b"]})
    need(found_by_them >= {(host, 7000) for host in HOSTS["b"]}, f"libtorrent found {found_by_them}")
    found = answer(look("a", "--info-hash", theirs.hex(), "--seconds", "30"))
    wanted = {shown(*place) for place in places(13)}
    need(peers_of(found) >= wanted, f"found {found}, wanted {wanted}")
    need([family["external"] for family in found["families"]] == [*HOSTS["a"]], f"our address: {found}")
    announced = answer(announcing)["announced"]
    need(announced >= 12, f"{announced} announcements were confirmed")
    for host, place in zip(HOSTS["us"], places(14)):
        near = bytearray(id_at(host, 30303))
        near[19] ^= 1
        swarm.share(14, bytes(near))
        line = krpc.bound("2a01:45::1" if ":" in host else "44.45.0.1")
        until(lambda: krpc.compact(*place) in krpc.ask(line, (host, 30303), "get_peers", id=key_of("x"),
              info_hash=bytes(near))[b"r"].get(b"values", []), 90, f"nobody announced to our node at {host}")
    return "found, were found, and kept what libtorrent announced, over IPv4 and IPv6"


def ids():
    """A node that enforces BEP 42 lets us in, and refuses our id with any of its first bits turned."""
    swarm = Swarm(1, dht_enforce_node_id=True)
    swarm.settle()
    found = answer(look("a", "--info-hash", key_of("x").hex(), "--seconds", "40"))
    need([family["good"] for family in found["families"]] == [1, 1], f"{found}")
    for family, host, place in zip(found["families"], HOSTS["a"], places(10)):
        ours = bytes.fromhex(family["id"])
        ask = f"import krpc; print(krpc.ask(krpc.bound({host!r}), {place!r}, 'ping', id=bytes.fromhex('%s')).get(b'e'))"
        for bit in [None, 0, 7, 13, 20, 21]:
            turned = bytearray(ours)
            if bit is not None:
                turned[bit // 8] ^= 0x80 >> bit % 8
            said = subprocess.run(["ip", "netns", "exec", ID + "a", sys.executable, "-c", ask % turned.hex()],
                                  cwd=pathlib.Path(__file__).parent, capture_output=True, text=True, timeout=60).stdout
            refused = "203" in said
            need(said and refused == (bit is not None and bit < 21), f"{host}, bit {bit} turned: {said}")
    return "an enforcing libtorrent takes our ids and refuses them with a bit of the first 21 turned"


def listens(space, port):
    """Tells who connects over TCP to a port of a space, one address a line."""
    words = ("import socket; s = socket.create_server(('', %d)); print('up', flush=True)\n"
             "while True: print(s.accept()[1][0], flush=True)" % port)
    start(space, "listener", sys.executable, "-c", words)
    log = WORK / "listener.log"
    until(lambda: log.read_text(), 30, "no listener")
    return lambda: set(log.read_text().split())


def meets(name, space, begin, port, nodes):
    """A foreign client finds us through the others, and we find it."""
    swarm = Swarm(nodes)
    pool("us", "dht.mode=server", ENTRY)
    swarm.settle()
    key = key_of(name)
    callers = listens("b", 7000)
    announcing, _ = look("b", "--info-hash", key.hex(), "--port", "7000", "--announce", "--seconds", "150",
                         name="announce")
    begin(key)
    until(lambda: HOSTS[space][0] in callers(), 140, lambda: f"{name} did not come to us: {callers()}")
    wanted = shown(HOSTS[space][0], port)
    for _ in range(4):
        found = answer(look("a", "--info-hash", key.hex(), "--seconds", "25"))
        if wanted in peers_of(found):
            announcing.kill()
            return f"{name} found us, and we found {name}"
    raise AssertionError(f"{name} was not found: {found}")


def transmission():
    def begin(key):
        home = WORK / "transmission"
        home.mkdir()
        (home / "settings.json").write_text(json.dumps({
            "dht-enabled": True, "lpd-enabled": False, "utp-enabled": False, "port-forwarding-enabled": False,
            "peer-port": 51413, "rpc-bind-address": "0.0.0.0", "rpc-whitelist-enabled": False,
            "rpc-host-whitelist-enabled": False, "download-dir": str(home)}))
        (home / "dht.bootstrap").write_text("".join(f"44.{number}.0.1 {PORT}\n" for number in range(10, 14)))
        start("tr", "transmission", "transmission-daemon", "-f", "-g", str(home))
        add = {"method": "torrent-add", "arguments": {"filename": f"magnet:?xt=urn:btih:{key.hex()}"}}
        until(lambda: rpc(add), 60, "Transmission takes no torrent")

    def rpc(body, session=""):
        request = urllib.request.Request(f"http://{HOSTS['tr'][0]}:9091/transmission/rpc", json.dumps(body).encode(),
                                         {"X-Transmission-Session-Id": session})
        try:
            return json.load(urllib.request.urlopen(request, timeout=5))["result"] == "success"
        except urllib.error.HTTPError as e:
            return e.code == 409 and rpc(body, e.headers["X-Transmission-Session-Id"])
        except OSError:
            return False

    # With eight nodes or fewer it holds the DHT for broken and announces nothing.
    return meets("Transmission", "tr", begin, 51413, 10)


def aria2():
    def begin(key):
        start("ar", "aria2", "aria2c", "--no-conf", "--enable-dht=true", "--enable-dht6=false", "--listen-port=6890",
              "--dht-listen-port=6890", f"--dht-entry-point=44.10.0.1:{PORT}", f"--dht-file-path={WORK}/aria2.dat",
              "--bt-enable-lpd=false", f"--dir={WORK}", f"magnet:?xt=urn:btih:{key.hex()}")

    return meets("aria2", "ar", begin, 6890, 4)


def pools():
    """Two pools of one share chain that know nothing but two foreign nodes."""
    swarm = Swarm(10)
    swarm.settle()
    for space, other in (("a", "b"), ("b", "a")):
        pool(space, ENTRY, f"p2p.external={HOSTS[space][0]}:30303")
    for space, other in (("a", "b"), ("b", "a")):
        log = WORK / f"pool-{space}.log"
        host = HOSTS[other][0]
        until(lambda: any(f"@{host}" in line.replace("::ffff:", "").replace("[", "") and "share chain at height" in line
                          for line in log.read_text().splitlines()), 180, f"{space} did not meet {other}")
    return "two pools found each other through ten nodes of libtorrent"


def sybil():
    """16 hostile sockets around a key, on 1 and on 11 addresses, among 16 honest foreign nodes."""
    swarm = Swarm(16)
    swarm.settle()
    for addresses in (1, 11):
        key = key_of(f"sybil {addresses}")
        liars = hostile.Sybils(key, [f"44.{30 + i}.0.1" for i in range(addresses)])
        liars.introduce([place for number in swarm.nodes for place in places(number)[:1]])
        entry = f"dht.nodes=44.10.0.1:{PORT}," + ",".join(shown(*place) for place in liars.places[:3])
        found = answer(look("a", "--info-hash", key.hex(), "--port", "7000", "--announce", "--seconds", "30",
                            entry=entry, name=f"sybil{addresses}"))
        need(liars.asked > 0, "no sybil was asked, so nothing was shown")
        need(liars.announced == 0, f"{liars.announced} announcements went to sybils on {addresses} addresses")
        need(found["announced"] >= 8, f"honest nodes confirmed {found['announced']} announcements")
        seen = answer(look("b", "--info-hash", key.hex(), "--seconds", "20", entry=entry, name=f"seen{addresses}"))
        need(shown(HOSTS["a"][0], 7000) in peers_of(seen), f"another node of ours did not find us: {seen}")
        liars.end()
    return "0 of 16 sybils were given anything to store, on 1 address and on 11"


def abuse():
    """Strangers' tricks against a server of ours: what it keeps is asked of itself."""
    node = pool("us", "dht.mode=server", ENTRY)
    seen = hostile.abuse((HOSTS["us"][0], 30303), ["44.40.0.1", "44.41.0.1"], lambda host: id_at(host, 30303))
    need(node.poll() is None, "the pool ended")
    need("step_failed" not in (WORK / "pool-us.log").read_text(), "a part of the pool met something unexpected")
    return seen


def poison():
    """Every node of the network lies: 10,000 victims, whose machines count who knocks."""
    liars = hostile.Poison([f"44.{number}.0.1" for number in range(26, 56)])
    # All refuse at once, which lets an eager dialler go on at once.
    subprocess.run(["ip", "-n", ID + "hub", "route", "add", "45.0.0.0/9", "dev", "toar"], check=True)
    subprocess.run(["ip", "-n", ID + "ar", "route", "add", "local", "45.0.0.0/9", "dev", "lo"], check=True)
    rules = "add table inet knocks; " \
        "add set inet knocks seen { type ipv4_addr; flags dynamic; size 65535; counter; }; " \
        "add chain inet knocks in { type filter hook prerouting priority -300; }; " \
        "add rule inet knocks in ip daddr 45.0.0.0/9 tcp flags & (syn|ack) == syn update @seen { ip daddr }"
    subprocess.run(["ip", "netns", "exec", ID + "ar", "nft", rules], check=True)
    entry = "dht.nodes=" + ",".join(shown(*place) for place in liars.places[:8])
    began = time.monotonic()
    pool("us", entry, f"p2p.external={HOSTS['us'][0]}:30303")
    until(lambda: len(liars.told) >= 1_000, 120, lambda: f"only {len(liars.told)} victims were told of")
    time.sleep(60)
    listed = json.loads(subprocess.run(["ip", "netns", "exec", ID + "ar", "nft", "-j", "list", "set", "inet", "knocks",
                                        "seen"], check=True, capture_output=True).stdout)
    elements = next(one["set"] for one in listed["nftables"] if "set" in one).get("elem", [])
    knocked = [element["elem"] for element in elements]
    need(knocked, "nobody was knocked at, so nothing was shown")
    need(all(one["counter"]["packets"] == 1 for one in knocked), f"an address was knocked at twice: {knocked}")
    took = time.monotonic() - began
    need(len(knocked) <= 16 + took / 2, f"{len(knocked)} of {len(liars.told)} victims were knocked at in {took:.0f} s")
    return "thousands of forged peers led to no more than the calls that are allowed"


print(globals()[SCENARIO]())
os._exit(0)  # what still runs is ended from outside
