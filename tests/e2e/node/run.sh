#!/bin/sh
# Runs the tests of this folder with the packages of package-lock.json, which are put into the folder $1 once.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
if ! cmp -s "$here/package-lock.json" "$1/node_modules/installed-for"; then
  cp "$here/package.json" "$here/package-lock.json" "$1"
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || {
    echo "The Node.js client is not tested: npm could not get the packages of tests/e2e/node/package-lock.json." >&2
    echo "It takes an npm registry, once; after that they are in $1." >&2
    exit 1
  }
  cp "$1/package-lock.json" "$1/node_modules/installed-for"
fi
NODE_PATH=$1/node_modules exec node --test "$here/client_test.js"
