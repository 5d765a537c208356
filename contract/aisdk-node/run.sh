#!/usr/bin/env bash
# The AI SDK's clients (5, 6, 7) against the Go chat handler, and Mastra's own
# converter against the Go one. Needs Go, and Node with npm of any version.
#
#   ./run.sh                  on the mock server
#   ./run.sh page.test.mjs    the page of examples/chat in Chromium, which must be there
#   MASTRA_BASE_URL=...       on the Mastra server there
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here"
. ../server/node.sh

if [ ! -d node_modules ] || [ package-lock.json -nt node_modules ]; then
  quiet=(--no-audit --no-fund --loglevel=error)
  # A lock written on another platform may lack this one's optional packages.
  npm ci "${quiet[@]}" >.install.log 2>&1 || npm i --no-save "${quiet[@]}" >.install.log 2>&1 || { cat .install.log >&2; exit 1; }
  touch node_modules
fi
use_node "$here"

(cd .. && go build -o aisdk-node/.bin/server ./aisdk-node/server)
(cd ../.. && go build -o contract/aisdk-node/.bin/chat ./examples/chat)
if [ $# = 0 ]; then set -- clients.test.mjs reference.test.mjs; fi
exec node --test --test-reporter=spec "$@"
