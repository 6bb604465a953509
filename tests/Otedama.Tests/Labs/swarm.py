"""Nodes of libtorrent, each a process in a namespace of its own: libtorrent ties its sockets to the interface."""
import json
import subprocess
import sys
import time

PORT = 6881


def places(number):
    return [(f"44.{number}.0.1", PORT), (f"2a01:{number}::1", PORT)]


class Swarm:
    def __init__(self, space, count, first=10, **settings):
        """space: names the namespace of a node by its number; settings: of libtorrent."""
        self.nodes = {}
        for number in range(first, first + count):
            words = ["ip", "netns", "exec", space(number), sys.executable, __file__, str(number), json.dumps(settings)]
            self.nodes[number] = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, number, *words):
        node = self.nodes[number]
        node.stdin.write(json.dumps(words) + "\n")
        node.stdin.flush()
        return json.loads(node.stdout.readline())

    def settle(self, seconds=60):
        """Until everybody knows most of the others, of both families."""
        for number in self.nodes:
            self.ask(number, "meet", [place for other in self.nodes if other != number for place in places(other)])
        wanted = min(2 * (len(self.nodes) - 1), 10)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            known = [self.ask(number, "known") for number in self.nodes]
            if min(known) >= wanted:
                return
            time.sleep(0.5)
        raise TimeoutError(f"the foreign swarm did not come to be: nodes known {known}, wanted {wanted}")

    def share(self, number, key):
        self.ask(number, "share", key.hex())

    def seek(self, number, key, wanted, seconds=60):
        """The peers that a node's lookups find, until all that are wanted are among them."""
        found, end = set(), time.monotonic() + seconds
        while time.monotonic() < end and not wanted <= found:
            found.update(tuple(peer) for peer in self.ask(number, "seek", key.hex()))
        return found


def serve(number, settings):
    """Reads a list of words from each line, and answers with a line."""
    import libtorrent as lt
    (v4, port), (v6, _) = places(number)
    session = lt.session({
        "listen_interfaces": f"{v4}:{port},[{v6}]:{port}",
        "dht_bootstrap_nodes": "",  # nodes named there are left alone, as routers are
        "enable_dht": True, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
        "alert_mask": lt.alert.category_t.dht_notification | lt.alert.category_t.dht_operation_notification,
        **settings,
    })
    torrents = []

    def meet(others):
        for place in others:
            session.add_dht_node(tuple(place))

    def known():
        return session.status().dht_nodes

    def share(key):
        """Looks for a torrent nobody has, which announces it: the binding's dht_announce does not."""
        wish = lt.parse_magnet_uri(f"magnet:?xt=urn:btih:{key}")
        wish.save_path = "/nowhere"
        torrents.append(session.add_torrent(wish))

    def seek(key):
        session.pop_alerts()
        session.dht_get_peers(lt.sha1_hash(bytes.fromhex(key)))
        found, end = [], time.monotonic() + 3
        while time.monotonic() < end:
            for alert in session.pop_alerts():
                if isinstance(alert, lt.dht_get_peers_reply_alert) and alert.info_hash.to_bytes().hex() == key:
                    found += [peer[:2] for peer in alert.peers()]
            time.sleep(0.2)
        return found

    for line in sys.stdin:
        verb, *words = json.loads(line)
        print(json.dumps({"meet": meet, "known": known, "share": share, "seek": seek}[verb](*words)), flush=True)


if __name__ == "__main__":
    import warnings
    warnings.simplefilter("ignore")
    serve(int(sys.argv[1]), json.loads(sys.argv[2]))
