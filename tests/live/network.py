#!/usr/bin/env python3
"""Many nodes of one share chain on this machine, on a real Litecoin regtest node, for a while.

usage: network.py PROGRAM [--nodes 20] [--minutes 30] [--miners 3] [--seed 1] [--keep FOLDER]

Every few minutes a node is killed, or stopped, and started again. At the end all tips and all splits have to be equal,
and a table is printed; the exit status is 0 only then. Needs litecoind and the Python standard library.
"""
import argparse
import base64
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

EXTENDED = 432  # the height from which a block of Litecoin's regtest has an extension block
TAKEN = set()


def free_port():
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in TAKEN:
            TAKEN.add(port)
            return port


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.5)
    raise SystemExit(f"waited {seconds} s in vain for {what}")


class Coin:
    """litecoind, and a second one without which the first thinks that it is alone and gives no work."""

    def __init__(self, folder):
        self.rpc, peer = free_port(), free_port()
        self.cookie = folder / "coin" / "regtest" / ".cookie"
        self.processes = [
            self.start(folder / "coin", f"-rpcport={self.rpc}", f"-port={peer}", "-bind=127.0.0.1", "-listen=1",
                       "-connect=0", "-rpcthreads=48", "-rpcworkqueue=256"),
            self.start(folder / "company", f"-rpcport={free_port()}", "-listen=0", f"-connect=127.0.0.1:{peer}",
                       "-disablewallet")]

    @staticmethod
    def start(folder, *arguments):
        folder.mkdir(parents=True)
        return subprocess.Popen(
            ["litecoind", f"-datadir={folder}", "-regtest", "-server", "-dnsseed=0", "-dbcache=8", "-par=1",
             "-printtoconsole=0", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def call(self, method, *parameters):
        body = json.dumps({"id": 1, "method": method, "params": parameters}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.rpc}", body)
        request.add_header("Authorization", "Basic " + base64.b64encode(self.cookie.read_bytes()).decode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["result"]

    def extend(self):
        """To where blocks have an extension block, as on the main network; its first one needs a payment into it."""
        own = self.call("getnewaddress")
        self.call("generatetoaddress", EXTENDED - 1, own)
        self.call("sendtoaddress", self.call("getnewaddress", "", "mweb"), 1)
        self.call("generatetoaddress", 1, own)
        return self.call("getblockcount")

    def is_up(self):
        try:
            return self.call("getconnectioncount") > 0
        except (OSError, ValueError):
            return False


class Node:
    def __init__(self, program, folder, number, coin, address, mines):
        self.program, self.number, self.mines, self.restarts = program, number, mines, 0
        self.port, self.api = free_port(), free_port()
        self.data = folder / f"node{number}"
        self.file, self.log = folder / f"node{number}.yaml", folder / f"node{number}.log"
        self.settings = f"""
data_dir: {self.data}
api: {{port: {self.api}}}
metrics: {{enabled: false}}
node: {{mode: external, coin: ltc, network: regtest, urls: ["http://127.0.0.1:{coin.rpc}"], cookie: {coin.cookie}}}
pool: {{port: {free_port()}, address: {address}}}
dht: {{mode: client, allow_private: true}}
mining: {{enabled: {str(mines).lower()}, wallet: {address}, workers: {{cpu_threads: 1}}, algorithms: [{{name: scrypt, enabled: true}}]}}
"""
        self.process, self.first = None, []

    def start(self, first):
        self.first = first or self.first
        names = ", ".join(f'"{name}"' for name in self.first)
        peers = (f"p2p: {{enabled: true, listen: 127.0.0.1, port: {self.port}, nat: \"off\", bootstrap_nodes: [{names}], "
                 f"allow: [\"127.0.0.0/8\"], solo_ok: true}}\n")
        self.file.write_text(self.settings + peers)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.program, "--config", str(self.file)], stdout=log, stderr=log)

    def place(self):
        return f"127.0.0.1:{self.port}"

    def end(self, number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def ask(self, path, body=None):
        """Of its API; None while it does not answer."""
        try:
            token = (self.data / "api.token").read_text().strip()
            request = urllib.request.Request(f"http://127.0.0.1:{self.api}/api/v1/{path}", body)
            request.add_header("Authorization", f"Bearer {token}")
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def chain(self):
        answer = self.ask("pools")
        return answer["pools"][0].get("sharechain") if answer and answer["pools"] else None

    def memory(self):
        """MiB resident."""
        try:
            text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
            return int(text.split("VmRSS:")[1].split()[0]) // 1024
        except (OSError, IndexError):
            return 0


def chains(nodes):
    return [node.chain() for node in nodes]


def agree(nodes):
    """All chains when all are at one tip and on one coin block, else None."""
    seen = chains(nodes)
    if not all(chain and chain["tip"] and chain["at_tip"] for chain in seen):
        return None
    return seen if len({(chain["tip"], chain["at_tip"]["reward"]) for chain in seen}) == 1 else None


def split(chain):
    """Whom the next block would pay, without whose miners they are."""
    return [{name: value for name, value in payout.items() if name != "own"} for payout in chain["at_tip"]["payouts"]]


def differences(seen):
    """Of splits of the same class of coinbase: what one node says otherwise than the first of them."""
    first = {}
    for number, chain in enumerate(seen, 1):
        number_first, split_first = first.setdefault(chain["at_tip"]["class"], (number, split(chain)))
        if split(chain) != split_first:
            yield f"node {number_first} pays {split_first}\nnode {number} pays {split(chain)}"


def trouble(nodes, chance):
    node = chance.choice(nodes[1:])
    how = chance.choice([signal.SIGKILL, signal.SIGTERM])
    print(f"{time.strftime('%H:%M:%S')} node {node.number} gets {how.name}", flush=True)
    node.end(how)
    return node


def run(nodes, coin, minutes, chance):
    end = time.monotonic() + 60 * minutes
    pause = max(20, 60 * minutes / 8)
    next_trouble, down = time.monotonic() + pause, None
    while time.monotonic() < end:
        time.sleep(1)
        if down and time.monotonic() > next_trouble - pause / 2:
            down.start(None)
            down.restarts, down = down.restarts + 1, None
        if time.monotonic() > next_trouble:
            down, next_trouble = trouble(nodes, chance), time.monotonic() + pause
    if down:
        down.start(None)
        down.restarts += 1


def report(nodes, seen, blocks, minutes):
    wrong = list(differences(seen))
    print(f"\n{len(nodes)} nodes, {minutes:.0f} min: {seen[0]['height']} shares, {seen[0]['window']['uncles']} uncles in the "
          f"window, {blocks} coin blocks accepted; tips equal, splits {'DIFFER' if wrong else 'equal'}; "
          f"load {os.getloadavg()[0]:.1f}")
    print("| node | mines | restarts | found | refused | peers | reorganisations | deepest | RSS MiB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for node, chain in zip(nodes, seen):
        print(f"| {node.number} | {'yes' if node.mines else ''} | {node.restarts} | {chain['own_found']} | "
              f"{chain['own_refused']} | {chain['peers']} | {chain['reorganisations']} | "
              f"{chain['deepest_reorganisation']} | {node.memory()} |")
    print("\n".join(wrong))
    return not wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--nodes", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--miners", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    wish = parser.parse_args()
    folder = wish.keep or pathlib.Path(tempfile.mkdtemp(prefix="otedama-network-"))
    folder.mkdir(parents=True, exist_ok=True)
    chance, coin, nodes = random.Random(wish.seed), Coin(folder), []
    try:
        until(coin.is_up, 120, "litecoind")
        coin.call("createwallet", "live")
        addresses = [coin.call("getnewaddress", "", "bech32") for _ in range(wish.nodes)]
        begin = coin.extend()
        nodes = [Node(wish.program, folder, number + 1, coin, addresses[number], number < wish.miners)
                 for number in range(wish.nodes)]
        for node in nodes:
            # Each asks two that were there before, as strangers do who were told of some nodes.
            before = nodes[:node.number - 1]
            node.start([other.place() for other in chance.sample(before, min(2, len(before)))])
            until(node.chain, 120, f"node {node.number}")
        run(nodes, coin, wish.minutes, chance)
        for node in nodes[:wish.miners]:
            until(lambda one=node: one.ask("mining/stop", b""), 120, f"node {node.number} to stop mining")
        seen = until(lambda: agree(nodes), 180, "one tip")
        equal = report(nodes, seen, coin.call("getblockcount") - begin, wish.minutes)
        sys.exit(0 if equal else 1)
    finally:
        for node in nodes:
            node.end(signal.SIGKILL)
        for process in coin.processes:
            process.kill()
            process.wait()
        if not wish.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
