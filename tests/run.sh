#!/usr/bin/env bash
# Passes the tests: builds everything once, runs every ring, and ends with the sum alone on a line.
#
#   tests/run.sh                 all rings
#   tests/run.sh Cluster Server  only the rings whose project name holds one of the words
#   tests/run.sh --soak 30       thirty minutes of fresh seeds over all simulated scenarios, on all cores; ends with
#                                "soak: N seeds, N node-hours, N failures", and with an error if there are any
#   tests/run.sh --scale 300 100000  so many simulated nodes and instances: time, bytes and memory until each node holds all
#   tests/run.sh --fuzz 5        five minutes of fresh seeds over every decoder of what comes from outside; ends with
#                                "fuzz: N inputs over N decoders from seed N, N failures", and with an error if there are any
#   SEED=17 SCENARIO='harsh world' tests/run.sh Simulation    one seed, with the trace of what each node did
#
# Rings, in order: machines and actors (exact, virtual time), simulation (many nodes, one thread, seeds), real sockets on
# loopback, real processes, real clients of other makers. What a ring needs and does not find is installed, or the ring is skipped with its reason.
set -uo pipefail
cd "$(dirname "$0")/.."

# Who is started in the background of a script is deaf to Ctrl-C, as is all that it starts: tests that press it would wait for ever.
[ -z "$(trap -p INT)" ] || exec env --default-signal=INT,QUIT tests/run.sh "$@"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_UI_LANGUAGE=en
configuration=Release
results=$(mktemp -d)

# Processes that tests start are noted with their start time, network namespaces with their names; what a run that died has left is
# ended by id, and removed by name.
export AKREG_TEST_LEDGER="$results/processes"
end_leftovers() {
  local leftovers=""
  [ -f "$AKREG_TEST_LEDGER" ] || return 0
  while read -r pid started; do
    if [ "$pid" = netns ]; then
      leftovers="$leftovers $started"
      continue
    fi
    [ "$(awk '{ sub(/.*\) /, ""); print $20 }' "/proc/$pid/stat" 2>/dev/null)" = "$started" ] && kill -KILL "$pid" 2>/dev/null
  done <"$AKREG_TEST_LEDGER"
  for name in $leftovers; do ip netns del "$name" 2>/dev/null; done
  return 0
}
trap 'end_leftovers; rm -rf "$results"' EXIT

# One line of a TRX file holds the counters: <Counters total="3" executed="3" passed="3" failed="0" ... />
counter() { sed -n "s/.*<Counters [^>]*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

# The names of those that failed, each with its message's first line.
failures() {
  awk '/<UnitTestResult / { name = ""
         if (/outcome="Failed"/ && match($0, /testName="[^"]*"/)) name = substr($0, RSTART + 10, RLENGTH - 11) }
       name != "" && sub(/.*<Message>/, "") { sub(/<\/Message>.*/, ""); print name ": " $0; name = "" }' "$1" \
    | sed 's/&#x[0-9A-F]*;.*//; s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

# What the ring of namespaces needs is installed where it is missing and that is allowed; without it the ring says why it is skipped.
install_network_tools() {
  local missing=""
  command -v ip >/dev/null && command -v tc >/dev/null || missing="iproute2"
  command -v nft >/dev/null || missing="$missing nftables"
  [ -n "$missing" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 0
  # shellcheck disable=SC2086 # One argument a package.
  { apt-get install -y --no-install-recommends $missing || { apt-get update && apt-get install -y --no-install-recommends $missing; }; } \
    >"$results/apt" 2>&1 || echo "   could not install$missing: $(tail -n 1 "$results/apt")"
}

# The ring of real clients, and the server's tests, which ask with dig and have promtool look at what is scraped: what Debian has by apt, what
# npm has by npm, each as it is published. What is missing and may not be installed skips its tests, which then say so.
install_clients() {
  local missing=""
  command -v dig >/dev/null || missing="dnsutils"
  command -v node >/dev/null && command -v npm >/dev/null || missing="$missing nodejs npm"
  [ -x /usr/sbin/haproxy ] || command -v haproxy >/dev/null || missing="$missing haproxy"
  command -v prometheus >/dev/null || missing="$missing prometheus"
  if [ -n "$missing" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    # The packages' own services stay off: a policy that says no to each start, for as long as they are installed.
    local policy=/usr/sbin/policy-rc.d made=false
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=true; }
    # shellcheck disable=SC2086 # One argument a package.
    { apt-get install -y --no-install-recommends $missing || { apt-get update && apt-get install -y --no-install-recommends $missing; }; } \
      >"$results/apt" 2>&1 || echo "   could not install $missing: $(tail -n 1 "$results/apt")"
    $made && rm -f "$policy"
  fi
  install_packages
  return 0
}

# What the tests take of npm: exactly what the lock file names, into an ignored folder beside it.
install_packages() {
  command -v npm >/dev/null || return 0
  (cd tests/Clients && { npm ls >/dev/null 2>&1 || npm ci --no-audit --no-fund; }) >"$results/npm" 2>&1 \
    || echo "   could not install npm's packages: $(tail -n 1 "$results/npm")"
  return 0
}

# The dashboard is looked at through Debian's browser; without it those tests are skipped, and say so.
install_chromium() {
  command -v chromium >/dev/null && return 0
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 0
  { apt-get install -y --no-install-recommends chromium || { apt-get update && apt-get install -y --no-install-recommends chromium; }; } \
    >"$results/apt" 2>&1 || echo "   could not install chromium: $(tail -n 1 "$results/apt")"
}

# The engine on etcd is tried with Debian's etcd; without it those tests are skipped, and say so.
install_etcd() {
  command -v etcd >/dev/null && command -v etcdctl >/dev/null && return 0
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 0
  # The package's own service stays off: a policy that says no to each start, for as long as it is installed.
  local policy=/usr/sbin/policy-rc.d made=false
  [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=true; }
  { apt-get install -y --no-install-recommends etcd-server etcd-client \
    || { apt-get update && apt-get install -y --no-install-recommends etcd-server etcd-client; }; } \
    >"$results/apt" 2>&1 || echo "   could not install etcd: $(tail -n 1 "$results/apt")"
  $made && rm -f "$policy"
  return 0
}

# The scenarios without a test runner: what it prints goes straight to the terminal.
simulate() {
  dotnet build tests/Akka.Registry.Simulation -c "$configuration" -nologo -v quiet -clp:NoSummary || exit 1
  dotnet "tests/Akka.Registry.Simulation/bin/$configuration/net10.0/Akka.Registry.Simulation.dll" "$@"
  exit
}
# So does the fuzzer.
fuzz() {
  dotnet build tests/Akka.Registry.Fuzz -c "$configuration" -nologo -v quiet -clp:NoSummary || exit 1
  dotnet "tests/Akka.Registry.Fuzz/bin/$configuration/net10.0/Akka.Registry.Fuzz.dll" "$@"
  exit
}
case "${1:-}" in
  --fuzz) shift; fuzz "$@" ;;
  --soak) shift; simulate soak "$@" ;;
  # The collector runs seldom: nearly all that is made here is either kept or gone at once.
  --scale) shift; export DOTNET_GCgen0size=0x10000000; simulate scale "$@" ;;
esac

passed=0 failed=0 skipped=0
finish() {
  echo
  # Each that failed once more, with its message's first line: an output of twenty rings is cut somewhere.
  cat "$results"/*.failed 2>/dev/null
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

echo "== build"
started=$SECONDS
if ! dotnet build Akka.Registry.sln -c "$configuration" -nologo -v quiet -clp:NoSummary; then
  echo "The build failed: no test ran."
  failed=1
  finish
fi
echo "   built in $((SECONDS - started)) s"

rings="Actors.Tests Contracts.Tests Tls.Tests Cluster.Tests DistributedData.Tests Durability.Tests Registry.Tests Client.Tests Hosting.Tests Server.Tests Architecture TestKit.Tests Fuzz Simulation EndToEnd Etcd.Tests Clients.Tests Cli.Tests Dashboard.Tests Chaos"
for ring in $rings; do
  project="tests/Akka.Registry.$ring"
  [ "$ring" = Registry.Tests ] && project=tests/Akka.Registry.Tests
  if [ $# -gt 0 ]; then
    wanted=false
    for word in "$@"; do case "$ring" in *"$word"*) wanted=true ;; esac; done
    $wanted || continue
  fi

  echo "== $ring"
  started=$SECONDS
  [ "$ring" = Chaos ] && install_network_tools
  case "$ring" in Server.Tests | Clients.Tests) install_clients ;; esac
  [ "$ring" = Etcd.Tests ] && install_etcd
  [ "$ring" = Dashboard.Tests ] && { install_chromium; install_packages; }
  trx="$results/$ring.trx"
  verbosity=minimal filter=()
  if [ "$ring" = Simulation ]; then
    export AKREG_SIMULATION_SUMMARY="$results/simulation"
    # One seed is there to be read: the runner shows what a test that passes prints only when it tells everything.
    [ -n "${SEED:-}" ] && verbosity=detailed filter=(--filter "FullyQualifiedName~ScenarioTests.Holds")
  fi
  dotnet test "$project" -c "$configuration" --no-build -nologo -v quiet ${filter[@]+"${filter[@]}"} \
    --logger "trx;LogFileName=$trx" --logger "console;verbosity=$verbosity" --blame-hang-timeout 10m --blame-hang-dump-type none
  code=$?
  if [ -f "$trx" ]; then
    total=$(counter "$trx" total); p=$(counter "$trx" passed); executed=$(counter "$trx" executed)
    f=$((executed - p)); s=$((total - executed))
  else
    p=0 f=0 s=0
  fi
  [ "$f" -gt 0 ] && failures "$trx" | sed "s/^/$ring: /" >"$results/$ring.failed"
  # A runner that died says so by its code alone.
  [ "$code" -ne 0 ] && [ "$f" -eq 0 ] && f=1
  [ "$code" -eq 0 ] && [ "$p" -eq 0 ] && [ "$s" -eq 0 ] && { echo "   no test ran"; f=1; }
  [ "$ring" = Simulation ] && [ -f "$results/simulation" ] && sed 's/^/   /' "$results/simulation"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  echo "   $p passed, $f failed, $s skipped, $((SECONDS - started)) s"
done
finish
