#!/usr/bin/env bash
# Installs the other load generators that bench/run.py compares with, into build/peers.
# Debian's own (wrk, h2load, ab, hey) come with `./dev bench`. Each is skipped when it is there.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
peers=$PWD/build/peers
mkdir -p "$peers/bin"
export GOBIN=$peers/bin GOFLAGS=-p=2

[ -x "$peers/bin/fortio" ] || go install fortio.org/fortio@v1.66.5
[ -x "$peers/bin/k6" ] || go install go.k6.io/k6@latest
[ -x "$peers/bin/oha" ] || cargo install -q oha --locked --root "$peers"
if [ ! -x "$peers/locust/bin/locust" ]; then
  python3 -m venv "$peers/locust"
  "$peers/locust/bin/pip" install -q locust
fi
ls "$peers/bin" "$peers/locust/bin/locust"
