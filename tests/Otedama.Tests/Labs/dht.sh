#!/bin/bash
# Foreign nodes of the BitTorrent DHT and ours in one small internet. usage: dht.sh SCENARIO PROGRAM [WORD...]
# SCENARIO is a function of dht.py. Prints what was seen; exits 77 with a reason where the machine cannot do this, 1
# after the logs when something did not come. Each node has a namespace with a public address of both families, each in
# a network of its own; hostile ones live in the hub between them.
set -u
export PYTHONDONTWRITEBYTECODE=1
scenario=$1; shift
id=dht$$; work=$(mktemp -d)
here=$(dirname "${BASH_SOURCE[0]}")
finish() {
  for ns in "${spaces[@]}"; do
    # Whatever still runs in there was started by this script.
    for pid in $(ip netns pids "$id$ns" 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
    ip netns del "$id$ns" 2>/dev/null
  done
  rm -rf "$work"
}
skip() { echo "$1"; exit 77; }
spaces=(hub us a b tr ar)
case $scenario in # how many nodes of libtorrent
  ids) foreign=1 ;; sybil) foreign=16 ;; abuse | poison) foreign=0 ;; aria2) foreign=4 ;; *) foreign=10 ;;
esac
for ((i = 10; i < 10 + foreign; i++)); do spaces+=(n$i); done
for tool in ip nft transmission-daemon aria2c; do command -v $tool >/dev/null || skip "$tool is not installed"; done
/usr/bin/python3 -c 'import libtorrent' 2>/dev/null || skip "python3-libtorrent is not installed"
trap finish EXIT
for ns in "${spaces[@]}"; do
  ip netns add "$id$ns" 2>/dev/null || skip "this machine allows no network namespaces"
  ip -n "$id$ns" link set lo up
done
in_hub() { ip netns exec ${id}hub "$@"; }
in_hub sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding' ||
  skip "forwarding cannot be switched on"
ip -n ${id}hub addr add 44.9.0.1/32 dev lo # the gateway of all
for ((i = 26; i < 56; i++)); do             # strangers that live in the hub
  ip -n ${id}hub addr add 44.$i.0.1/32 dev lo
  ip -n ${id}hub -6 addr add 2a01:$i::1/128 dev lo nodad || skip "this machine has no IPv6"
done
number=60
for ns in "${spaces[@]:1}"; do
  [ "${ns#n}" = "$ns" ] && place=$((number++)) || place=${ns#n}
  ip -n ${id}hub link add to$ns type veth peer name eth0 netns "$id$ns" || skip "this machine has no veth"
  ip -n ${id}hub link set to$ns up
  ip -n ${id}hub -6 addr add fe80::1/64 dev to$ns nodad
  ip -n "$id$ns" link set eth0 up
  ip -n "$id$ns" addr add 44.$place.0.1/32 dev eth0
  ip -n "$id$ns" -6 addr add 2a01:$place::1/128 dev eth0 nodad
  ip -n "$id$ns" route add default via 44.9.0.1 dev eth0 onlink src 44.$place.0.1
  ip -n "$id$ns" -6 route add default via fe80::1 dev eth0 src 2a01:$place::1
  ip -n ${id}hub route add 44.$place.0.1/32 dev to$ns
  ip -n ${id}hub -6 route add 2a01:$place::1/128 dev to$ns
done
in_hub /usr/bin/python3 "$here/dht.py" "$scenario" "$id" "$work" "$@"
status=$?
[ $status -eq 0 ] || tail -n 25 "$work"/*.log
exit $status
