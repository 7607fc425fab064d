#!/bin/sh
# `npm test`: installs what the tests need, builds, checks and runs everything. No npm package is needed beforehand.
set -eu
cd "$(dirname "$0")/.."
./install.sh --prepare
PATH="$PWD/node_modules/.bin:$PATH"
UV_THREADPOOL_SIZE=16
export PATH UV_THREADPOOL_SIZE
exec node tools/run-tests.ts "$@"
