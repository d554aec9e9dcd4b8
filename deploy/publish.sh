#!/usr/bin/env bash
# Makes programs that need no .NET on the machine: one file each for the node and for akreg.
#
#   deploy/publish.sh                      for this machine
#   deploy/publish.sh linux-x64 win-x64    for these: linux-x64 linux-arm64 linux-musl-x64 osx-arm64 osx-x64 win-x64 win-arm64
#   deploy/publish.sh tool                 akreg as a .NET tool: dotnet tool install --global --add-source artifacts/publish/tool Akka.Registry.Cli
#
# They lie in artifacts/publish/RID, with a list of SHA-256 sums.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
out=artifacts/publish

known="linux-x64 linux-arm64 linux-musl-x64 osx-arm64 osx-x64 win-x64 win-arm64"
usage() { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }

sums() { (cd "$1" && if command -v sha256sum >/dev/null; then sha256sum -- *; else shasum -a 256 -- *; fi >.sums && mv .sums SHA256SUMS); }

publish() {
  local rid=$1 folder=$out/$1 project
  rm -rf "$folder"
  for project in Akka.Registry.Server Akka.Registry.Cli; do
    dotnet publish "src/$project" -c Release -r "$rid" --self-contained -o "$folder" -nologo -v quiet \
      -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true \
      -p:PublishReadyToRun=true -p:DebugType=none -p:PackAsTool=false
  done
  # What the SDK lays beside them is for other ways of hosting.
  rm -f "$folder"/*.json "$folder"/*.xml "$folder"/web.config
  sums "$folder"
  ls -l "$folder"
}

tool() {
  rm -rf "$out/tool"
  dotnet pack src/Akka.Registry.Cli -c Release -o "$out/tool" -nologo -v quiet
  ls -l "$out/tool"
}

[ $# -gt 0 ] || set -- "$(dotnet --info | sed -n 's/^ *RID: *//p' | head -n 1)"
for rid in "$@"; do
  case " $known tool " in *" $rid "*) ;; *) echo "'$rid' is none of: $known tool" >&2; usage ;; esac
done
for rid in "$@"; do
  if [ "$rid" = tool ]; then tool; else publish "$rid"; fi
done
