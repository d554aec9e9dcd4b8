#!/usr/bin/env bash
# A shop calls a service by its name while one of the service's three instances is killed: no call fails.
#
#   deploy/shop-demo.sh            builds, starts a registry node, three instances of "orders" and a shop; half-way one instance is
#                                  killed as a power cut would; ends with "shop: N calls, N failed, N instances killed"
#
# SHOP_SECONDS (default 20) and SHOP_RATE (calls a second, default 100) say how long and how fast; SHOP_BUILD=no takes what was
# built before. All ports are picked by the system, on loopback; what was started is stopped, by process id. Logs stay in
# artifacts/shop-demo, or where AKREG_SHOP_DEMO says.
set -euo pipefail
cd "$(dirname "$0")/.."

state=${AKREG_SHOP_DEMO:-artifacts/shop-demo}
seconds=${SHOP_SECONDS:-20}
rate=${SHOP_RATE:-100}
mkdir -p "$state"

started=()
stop_all() {
  local i pid
  for pid in "${started[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do
    for ((i = 0; i < 100; i++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  done
}
trap stop_all EXIT

start() { # its name, its assembly, its switches
  local name=$1 dll=$2
  shift 2
  dotnet "$dll" "$@" >"$state/$name.log" 2>&1 </dev/null &
  started+=($!)
  disown      # A shell that reports how its jobs end would talk of the kill below.
}

await() { # what, then a command that succeeds once it is there
  local what=$1 i
  shift
  for ((i = 0; i < 300; i++)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
  echo "Not within 30 s: $what. Logs are in $state." >&2
  exit 1
}

# Two ports that are free now, both held while they are looked for so that they differ.
free_ports() { python3 - <<'PY' 2>/dev/null || echo "$((20000 + RANDOM % 10000)) $((31000 + RANDOM % 10000))"
import socket
a, b = socket.socket(), socket.socket()
a.bind(("127.0.0.1", 0)); b.bind(("127.0.0.1", 0))
print(a.getsockname()[1], b.getsockname()[1])
PY
}
read -r http cluster < <(free_ports)

for project in src/Akka.Registry.Server deploy/samples/Orders deploy/samples/Shop; do
  [ "${SHOP_BUILD:-yes}" = no ] && break
  echo "Building $project..."
  dotnet build "$project" -c Release -nologo -v quiet >"$state/build.log" 2>&1 || { cat "$state/build.log" >&2; exit 1; }
done
bin=bin/Release/net10.0

start node "src/Akka.Registry.Server/$bin/Akka.Registry.Server.dll" \
  --http.urls="http://127.0.0.1:$http" --transport.host=127.0.0.1 --transport.port="$cluster" --dns.enabled=false
await "the registry node is ready" curl -fsS --max-time 2 "http://127.0.0.1:$http/readyz"
echo "A registry node runs; its dashboard is at http://127.0.0.1:$http/ for as long as this takes."

for i in 1 2 3; do
  start "orders-$i" "deploy/samples/Orders/$bin/Orders.dll" --urls "http://127.0.0.1:0" --akka:registry:client:nodes:0 "127.0.0.1:$cluster"
done
victim=${started[-1]}
three_passing() { [ "$(curl -fsS --max-time 2 "http://127.0.0.1:$http/api/v1/services/orders?status=passing" | grep -o '"id"' | wc -l)" -eq 3 ]; }
await "three instances of orders are registered" three_passing
echo "Three instances of orders are registered. The shop opens: $rate calls a second for $seconds s."

dotnet "deploy/samples/Shop/$bin/Shop.dll" --akka:registry:client:nodes:0 "127.0.0.1:$cluster" --rate "$rate" --seconds "$seconds" \
  >"$state/shop.log" 2>&1 </dev/null &
shop=$!
started+=("$shop")
sleep $((seconds / 2))
kill -KILL "$victim"
echo "Half-way: one instance of orders was killed."
code=0
wait "$shop" || code=$?
grep -E '^(served by|failed)' "$state/shop.log" || true
last=$(grep -E '^shop: ' "$state/shop.log" | tail -n 1)
[ -n "$last" ] || { echo "The shop ended with code $code and said nothing; see $state/shop.log." >&2; exit 1; }
echo "$last, 1 instances killed"
exit "$code"
