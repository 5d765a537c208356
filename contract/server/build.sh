#!/usr/bin/env bash
# Installs and builds the server into .mastra/output. Does nothing when the last
# build was made from the same files.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here"
. ./node.sh

stamp=.build-stamp
log=.build.log

fingerprint() {
  node -e '
    const { createHash } = require("crypto"), { readFileSync, readdirSync, statSync } = require("fs");
    const files = path => statSync(path).isDirectory()
      ? readdirSync(path).sort().flatMap(name => files(path + "/" + name)) : [path];
    const hash = createHash("sha256").update(process.platform + process.arch);
    for (const file of ["package.json", "package-lock.json", "build.sh", "src"].flatMap(files))
      hash.update(file + "\0").update(readFileSync(file)).update("\0");
    console.log(hash.digest("hex"));'
}

wanted=$(fingerprint)
if [ -f .mastra/output/index.mjs ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  exit 0
fi
rm -f "$stamp"

run() {
  "$@" >"$log" 2>&1 || { status=$?; cat "$log" >&2; return $status; }
}

echo "installing" >&2
quiet=(--no-audit --no-fund --loglevel=error)
# A lock written on another platform may lack this one's optional packages; then
# npm ci refuses, or leaves a binary out. npm i adds them without touching the lock.
if ! npm ci "${quiet[@]}" >"$log" 2>&1; then
  run npm i --no-save "${quiet[@]}"
fi

use_node "$here"
echo "building" >&2
export MASTRA_TELEMETRY_DISABLED=1
if ! node node_modules/mastra/dist/index.js build >"$log" 2>&1; then
  run npm i --no-save "${quiet[@]}"
  run node node_modules/mastra/dist/index.js build
fi
echo "$wanted" >"$stamp"
