#!/usr/bin/env bash
# Installs the other load generators that bench/run.py compares with, into build/peers: about
# fifteen CPU-minutes, once. Needs go ≥ 1.24, cargo ≥ 1.88 (newer than Debian 12's) and pip.
# Debian's own (wrk, h2load, hey) come with `./dev bench`. Each is skipped when it is there, and
# the folder may be copied to another checkout.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
peers=$PWD/build/peers
mkdir -p "$peers/bin"
export GOBIN=$peers/bin GOFLAGS=-p=${JOBS:-2} CARGO_BUILD_JOBS=${JOBS:-2}

[ -x "$peers/bin/fortio" ] || go install fortio.org/fortio@v1.66.5
# Not a virtual environment: that could not be copied.
[ -d "$peers/locust/locust" ] ||
  python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$peers/locust" locust==2.47.0
[ -x "$peers/bin/k6" ] || go install go.k6.io/k6@v1.8.0
[ -x "$peers/bin/oha" ] || cargo install -q oha --version 1.16.0 --locked --root "$peers"
ls "$peers/bin" "$peers/locust/bin/locust"
