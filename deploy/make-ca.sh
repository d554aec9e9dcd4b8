#!/usr/bin/env bash
# Makes a certificate authority of the cluster's own, and certificates of it. Needs openssl.
#
#   deploy/make-ca.sh FOLDER                       the authority, node-1 to node-3 on this machine, and a client: what hocon/secure.conf asks for
#   deploy/make-ca.sh FOLDER node NAME HOST...     a node's: NAME.pem and NAME.key. HOST is each name and address that peers and clients
#                                                  reach it by; it bears NAME and registry-node besides
#   deploy/make-ca.sh FOLDER client NAME           a client's: NAME.pem and NAME.key, and NAME.p12 (without a password) for a browser
#
# The authority (ca.pem and ca.key) is made when there is none yet, and used again afterwards: ca.pem goes to every node and client, ca.key
# stays here, and whoever has it can make nodes. Certificates hold for DAYS days (default 365). Made again, a certificate takes the place of
# the one before in one step, and a node that runs takes it within seconds. Keys are for their owner alone (mode 600).
set -euo pipefail
umask 077

usage() { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 1 ] && [ "${1#-}" = "$1" ] || usage
command -v openssl >/dev/null || { echo "openssl is not installed." >&2; exit 1; }
folder=$1 days=${DAYS:-365}
[[ $days =~ ^[1-9][0-9]*$ ]] || { echo "DAYS is a number of days, not '$days'." >&2; exit 2; }
mkdir -p "$folder"
cd "$folder"
work=$(mktemp -d .make-ca.XXXXXX)
trap 'rm -rf "$work"' EXIT

new_key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"; }

authority() {
  [ ! -e ca.pem ] || [ ! -e ca.key ] || return 0
  [ ! -e ca.pem ] || { echo "$folder/ca.pem is here without its key: nothing can be made of it." >&2; exit 1; }
  new_key "$work/ca.key"
  openssl req -x509 -new -key "$work/ca.key" -sha256 -days 3650 -subj "/CN=Akka.Registry CA" -out "$work/ca.pem" \
    -addext "basicConstraints=critical,CA:true,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
  chmod 644 "$work/ca.pem"
  mv "$work/ca.key" "$work/ca.pem" .
  echo "$folder/ca.pem"
}

# The name, its uses and its alternative names (none: as for a client).
issue() {
  local name=$1 uses=$2 alternatives=$3
  [[ $name =~ ^[A-Za-z0-9._-]{1,64}$ && $name != ca ]] || { echo "'$name' is no name: 1 to 64 letters, digits, dots, dashes." >&2; exit 2; }
  {
    echo "basicConstraints=critical,CA:false"
    echo "keyUsage=critical,digitalSignature"
    echo "extendedKeyUsage=$uses"
    echo "subjectKeyIdentifier=hash"
    echo "authorityKeyIdentifier=keyid"
    [ -z "$alternatives" ] || echo "subjectAltName=$alternatives"
  } >"$work/extensions"
  new_key "$work/$name.key"
  openssl req -new -key "$work/$name.key" -subj "/CN=$name" -out "$work/request"
  openssl x509 -req -in "$work/request" -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" -sha256 -days "$days" \
    -extfile "$work/extensions" -out "$work/$name.pem" 2>/dev/null
  chmod 644 "$work/$name.pem"
  mv "$work/$name.key" "$work/$name.pem" .
  echo "$folder/$name.pem"
}

node() {
  [ $# -ge 2 ] || { echo "A node's certificate needs its name and a host." >&2; exit 2; }
  local name=$1 host alternatives
  alternatives="DNS:$name,DNS:registry-node"
  for host in "${@:2}"; do
    if [[ $host =~ ^[0-9.]+$ || $host == *:* ]]; then alternatives+=",IP:$host"; else alternatives+=",DNS:$host"; fi
  done
  issue "$name" serverAuth,clientAuth "$alternatives"
}

client() {
  [ $# -eq 1 ] || { echo "A client's certificate needs its name." >&2; exit 2; }
  issue "$1" clientAuth ""
  openssl pkcs12 -export -in "$1.pem" -inkey "$1.key" -certfile ca.pem -passout pass: -out "$work/$1.p12"
  mv "$work/$1.p12" .
}

case "${2:-}" in
  "") authority; for i in 1 2 3; do node "node-$i" 127.0.0.1 ::1 localhost; done; client client ;;
  node) authority; node "${@:3}" ;;
  client) authority; client "${@:3}" ;;
  *) usage ;;
esac
