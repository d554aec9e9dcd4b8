#!/usr/bin/env bash
# A cluster of real processes on this machine's loopback address.
#
#   deploy/local-cluster.sh up [n]    builds, starts n nodes (default 3, at most 9), waits until all are ready, prints a line a node
#   deploy/local-cluster.sh status    prints a line a node that runs
#   deploy/local-cluster.sh down      stops just the processes that `up` started
#
# Node i listens on HTTP_BASE + i (default 8500) and CLUSTER_BASE + i (default 4050). Logs and process ids are kept under
# artifacts/local-cluster, or in the folder that AKREG_LOCAL_CLUSTER names.
set -euo pipefail
cd "$(dirname "$0")/.."

state=${AKREG_LOCAL_CLUSTER:-artifacts/local-cluster}
http_base=${HTTP_BASE:-8500}
cluster_base=${CLUSTER_BASE:-4050}
ready_seconds=${READY_SECONDS:-60}

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }

# A process is ours only if it still is the one that was started: its id and its start time must both be as noted.
started_at() { awk '{ sub(/.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null || true; }
alive() { [ -n "$1" ] && [ "$(started_at "$1")" = "$2" ] && [ -n "$2" ]; }

each_node() { # calls $1 with name, http, cluster, pid, start time
  local file
  for file in "$state"/*.node; do
    [ -e "$file" ] || continue
    # shellcheck disable=SC2046
    "$1" $(cat "$file")
  done
}

print_node() { if alive "$4" "$5"; then echo "$1 $2 $3 pid $4"; else echo "$1 $2 $3 stopped"; fi; }

stop_node() {
  local i
  if alive "$4" "$5"; then
    kill -TERM "$4" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do alive "$4" "$5" || break; sleep 0.1; done
    if alive "$4" "$5"; then kill -KILL "$4" 2>/dev/null || true; fi
  fi
  rm -f "$state/$1.node"
}

up() {
  local n=${1:-3} i seeds="" dll
  [[ $n =~ ^[1-9]$ ]] || { echo "The number of nodes is 1 to 9, not '$n'." >&2; exit 2; }
  if compgen -G "$state/*.node" >/dev/null; then
    echo "A local cluster is up, or was not taken down: run '$0 down' first." >&2
    exit 1
  fi
  mkdir -p "$state"
  dotnet build src/Akka.Registry.Server -c Release -nologo -v quiet -clp:NoSummary >&2
  dll=src/Akka.Registry.Server/bin/Release/net10.0/Akka.Registry.Server.dll
  for ((i = 1; i <= n; i++)); do seeds+="${seeds:+,}127.0.0.1:$((cluster_base + i))"; done
  for ((i = 1; i <= n; i++)); do
    dotnet "$dll" \
      --node.name="node-$i" --http.urls="http://127.0.0.1:$((http_base + i))" \
      --transport.host=127.0.0.1 --transport.port=$((cluster_base + i)) --cluster.seed-nodes="$seeds" \
      >"$state/node-$i.log" 2>&1 </dev/null &
    echo "node-$i http://127.0.0.1:$((http_base + i)) 127.0.0.1:$((cluster_base + i)) $! $(started_at $!)" >"$state/node-$i.node"
  done
  each_node await_ready || { echo "Taking the others down." >&2; each_node stop_node; exit 1; }
  each_node print_node
}

await_ready() {
  local i
  for ((i = 0; i < ready_seconds * 10; i++)); do
    curl -fsS -o /dev/null --max-time 2 "$2/readyz" 2>/dev/null && return 0
    if ! alive "$4" "$5"; then
      echo "$1 ended before it was ready; its last words ($state/$1.log):" >&2
      tail -n 20 "$state/$1.log" >&2
      return 1
    fi
    sleep 0.1
  done
  echo "$1 was not ready within $ready_seconds s; see $state/$1.log." >&2
  return 1
}

case "${1:-}" in
  up) up "${2:-3}" ;;
  status) each_node print_node ;;
  down) each_node stop_node ;;
  *) usage ;;
esac
