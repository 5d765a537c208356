#!/usr/bin/env bash
# The official JavaScript client makes the same calls on the mock server and on a
# real one, each freshly started; the two transcripts must be equal. Needs Go, and
# Node with npm of any version. The transcripts stay in .bin.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here"
. ../server/node.sh

../server/build.sh # brings a Node that the client runs on
use_node "$here/../server"

if [ ! -d node_modules ] || [ package-lock.json -nt node_modules ]; then
  quiet=(--no-audit --no-fund --loglevel=error)
  # A lock written on another platform may lack this one's optional packages.
  npm ci "${quiet[@]}" >.install.log 2>&1 || npm i --no-save "${quiet[@]}" >.install.log 2>&1 || { cat .install.log >&2; exit 1; }
  touch node_modules
fi
mkdir -p .bin
(cd ../.. && go build -o contract/client-js/.bin/mastra-mock ./mockserver/cmd/mastra-mock)

processes=()
databases=$(mktemp -d)
stop() {
  for pid in "${processes[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${processes[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$databases"
}
trap stop EXIT

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });'
}

mock=$(free_port)
.bin/mastra-mock -token "" -addr "127.0.0.1:$mock" >.bin/mock.log 2>&1 &
processes+=($!)
real=$(free_port)
PORT=$real MASTRA_DB_DIR=$databases MASTRA_DEMO_TOKEN= ../server/start.sh >.bin/real.log 2>&1 &
processes+=($!)

# Each waits until its server is healthy.
node transcript.mjs "http://127.0.0.1:$real" >.bin/real.txt &
of_real=$!
node transcript.mjs "http://127.0.0.1:$mock" >.bin/mock.txt &
of_mock=$!
processes+=("$of_real" "$of_mock")
wait "$of_real" || { cat .bin/real.log >&2; exit 1; }
wait "$of_mock" || { cat .bin/mock.log >&2; exit 1; }

if ! diff -u .bin/real.txt .bin/mock.txt; then
  echo "the mock server's transcript differs from the real server's" >&2
  exit 1
fi
tail -n 1 .bin/mock.txt
