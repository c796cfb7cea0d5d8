#!/usr/bin/env bash
# Clients of the old system under load, by locust, for 30 s: 15 s with the rate limit off, where nothing may fail, and 15 s with it
# on, where every 429 must say when to come again and nothing else may fail. One line a run; ends with 1 on any breach.
# --self-check proves on samples that breaches are found.
set -euo pipefail
script=load-test
. "$(dirname "$0")/environment.sh"
checker=$root/tests/load/check_load.py
/usr/bin/python3 "$checker" --self-check >/dev/null || { /usr/bin/python3 "$checker" --self-check; exit 1; }
if [ "${1:-}" = --self-check ]; then
  say "$(/usr/bin/python3 "$checker" --self-check)"
  exit
fi
venv="$root/.deps/locust-2.47"
if [ ! -x "$venv/bin/locust" ]; then
  say "fetching locust (60 MB)"
  rm -rf "$venv" && /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "locust~=2.47.0"
fi
binary=${AQUA_BINARY:-$root/build/release/bin/aqua}
unset AQUA_BINARY
. "$root/scripts/server.sh"

# run_load on|off FLAG…
run_load() {
  local limit=$1 line
  shift
  start_server --log.requests=false --auth.mode=required --auth.registration=on --auth.password_min_length=8 "$@"
  make_account the-admin admin
  (cd "$work" && LOAD_LIMIT=$limit LOAD_PHOTO="$root/samples/milkfish.jpg" NO_PROXY=127.0.0.1 "$venv/bin/locust" --locustfile "$root/tests/load/locustfile.py" --host "$url" --headless \
    --users 4 --spawn-rate 4 --run-time 15s --stop-timeout 10 --csv "$work/$limit" --only-summary --exit-code-on-error 0 >"$work/locust.log" 2>&1) || { cat "$work/locust.log"; return 1; }
  kill -0 $server
  line=$(/usr/bin/python3 "$checker" "$work/$limit" "$limit") || breached=yes
  say "$line"
  stop_server
}

breached=no
run_load off --rate_limit.per_minute=0
run_load on
[ $breached = no ] || { cat "$work/log"; exit 1; }
