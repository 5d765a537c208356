# Sourced by the scripts beside it: puts a Node that can run Mastra first in PATH.
# The npm package `node` brings one; where its install script was not allowed to
# run, a new enough Node of the machine does as well.

node_is_new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
           process.exit(a > 22 || (a === 22 && b >= 13) ? 0 : 1)' 2>/dev/null
}

use_node() {
  local bundled="$1/node_modules/node/bin"
  if [ -x "$bundled/node" ] && node_is_new_enough "$bundled/node"; then
    PATH="$bundled:$PATH"
  elif ! node_is_new_enough node; then
    echo "Node >= 22.13 is needed: allow the install script of the npm package 'node', or put a newer Node in PATH" >&2
    return 1
  fi
}
