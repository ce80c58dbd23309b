#!/usr/bin/env bash
# What a newcomer meets: an untouched clone of HEAD, empty caches, `make demo`. Prints the seconds
# to the sign-in page and the megabytes downloaded. Slow, so it is run by hand: tools/clone_check.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
port=${PORT:-8123}
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

git clone -q "$root" "$work/jimin"
cd "$work/jimin"
export UV_CACHE_DIR=$work/uv npm_config_cache=$work/npm PIP_NO_CACHE_DIR=1
begun=$(date +%s)
make demo PORT="$port" >"$work/log" 2>&1 &
server=$!
until curl -sf -o /dev/null "http://127.0.0.1:$port/sign-in/"; do
  kill -0 "$server" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.5
done
echo "seconds from clone to sign-in page: $(($(date +%s) - begun))"
kill -TERM "$server"  # a background job of a script ignores SIGINT
wait "$server" || true
server=
tail -n 25 "$work/log"

# The same wheels again, kept this time, to weigh them.
.tools/bin/python -m pip download -qq --disable-pip-version-check --no-deps --require-hashes \
  -r requirements.lock -d "$work/wheels" 2>/dev/null
echo "wheels:       $(du -sm "$work/wheels" | cut -f1) MB"
echo "npm archives: $(du -sm "$work/npm/_cacache/content-v2" | cut -f1) MB"
echo "installed:    $(du -sm .venv | cut -f1) MB in .venv, $(du -sm node_modules | cut -f1) MB in node_modules"
