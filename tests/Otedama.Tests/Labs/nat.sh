#!/bin/bash
# A node behind a home router, two on the internet. usage: nat.sh METHOD PROGRAM [WORD...]
# METHOD: what p2p.nat is set to. Prints the first line in which the node says that it is reachable, or that its
# port is mapped; exits 77 with a reason where the machine cannot do this, 1 after the node's log when the line does
# not come. Everything it makes is in namespaces and a folder of its own.
set -u
method=$1; shift
id=otd$$; work=$(mktemp -d); pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
  for ns in in gw out; do ip netns del "$id$ns" 2>/dev/null; done
  rm -rf "$work"
}
trap finish EXIT
skip() { echo "$1"; exit 77; }
for tool in ip nft miniupnpd; do command -v $tool >/dev/null || skip "$tool is not installed"; done
for ns in in gw out; do
  ip netns add "$id$ns" 2>/dev/null || skip "this machine allows no network namespaces"
  ip -n "$id$ns" link set lo up
done
ip -n ${id}gw link add lan type veth peer name eth0 netns ${id}in || skip "this machine has no veth"
ip -n ${id}gw link add wan type veth peer name eth0 netns ${id}out
ip -n ${id}in addr add 192.168.77.2/24 dev eth0; ip -n ${id}in link set eth0 up
ip -n ${id}gw addr add 192.168.77.1/24 dev lan; ip -n ${id}gw link set lan up
ip -n ${id}gw addr add 44.10.0.1/24 dev wan; ip -n ${id}gw link set wan up
ip -n ${id}out addr add 44.10.0.2/24 dev eth0; ip -n ${id}out link set eth0 up
ip -n ${id}out addr add 44.20.0.2/32 dev lo
ip -n ${id}in route add default via 192.168.77.1
ip -n ${id}gw route add default via 44.10.0.2
ip netns exec ${id}gw sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward' || skip "forwarding cannot be switched on"
ip netns exec ${id}gw nft -f - <<'N' || skip "nftables cannot be used"
table inet filter {
  chain forward { type filter hook forward priority 0; policy drop
    ct state established,related accept
    iifname "lan" accept
    jump miniupnpd
  }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; policy accept
    jump prerouting_miniupnpd
  }
  chain postrouting { type nat hook postrouting priority 100; policy accept
    jump postrouting_miniupnpd
    oifname "wan" masquerade
  }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
N
cat > "$work/upnpd.conf" <<C
ext_ifname=wan
listening_ip=lan
enable_natpmp=yes
enable_upnp=yes
secure_mode=yes
lease_file=
upnp_table_name=filter
upnp_nat_table_name=filter
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
uuid=00000000-0000-0000-0000-00000000$$
allow 1024-65535 192.168.77.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
C
ip netns exec ${id}gw miniupnpd -d -f "$work/upnpd.conf" -P "$work/upnpd.pid" > "$work/upnpd.log" 2>&1 &
pids+=($!)
node() { # node NAME NAMESPACE [WORD...]: a pool that mines nothing, its log in NAME.log
  local name=$1 space=$2; shift 2
  ip netns exec "$id$space" "${program[@]}" pool --set "data_dir=$work/$name" --set pool.host=127.0.0.1 \
    --set api.enabled=false --set metrics.enabled=false --set mining.enabled=false \
    --set p2p.enabled=true --set dht.mode=off "$@" > "$work/$name.log" 2>&1 &
  pids+=($!)
}
program=("$@")
node one out --set p2p.listen=44.10.0.2 --set p2p.nat=off
node two out --set p2p.listen=44.20.0.2 --set p2p.nat=off --set pool.port=3334 --set node.port=18334
node home in --set p2p.nat=$method --set p2p.bootstrap_nodes=44.10.0.2:30303,44.20.0.2:30303
for ((i = 0; i < 1500; i++)); do
  line=$(grep -oE 'reachable: yes \((pcp|natpmp|upnp)\)' "$work/home.log" | head -1)
  [ -n "$line" ] && { echo "$line"; exit 0; }
  kill -0 "${pids[3]}" 2>/dev/null || break
  sleep 0.1
done
tail -n 40 "$work/home.log" "$work/one.log" "$work/upnpd.log"
exit 1
