#!/usr/bin/env bash
# Builds if needed, then becomes the server: a signal to this process reaches it.
# It is ready when GET /health answers 200.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/node.sh"

"$here/build.sh"
use_node "$here"

export PORT="${PORT:-4111}"
export MASTRA_HOST="${MASTRA_HOST:-127.0.0.1}"
export MASTRA_DB_DIR="${MASTRA_DB_DIR:-$here/db}"
export MASTRA_TELEMETRY_DISABLED=1
exec node "$here/.mastra/output/index.mjs"
