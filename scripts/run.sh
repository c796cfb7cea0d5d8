#!/usr/bin/env bash
# make run: installs what is missing, builds, starts the server on this machine, sends it a sample photo, and stays until
# Ctrl-C. RUN_ONCE=1 stops after the answer. Settings go through the environment, for example API_PORT=8010.
set -euo pipefail
script=run
. "$(dirname "$0")/environment.sh"
cd "$root"
"$root/scripts/install_dependencies.sh" build web
if [ -x build/release/bin/aqua ]; then
  say "bringing the release build up to date"
else
  say "building the release binary (4 to 7 minutes on two cores)"
fi
build release aqua
"$root/scripts/build_web.sh"

ports=$(mktemp)
log="$root/build/run.log"
trap 'rm -f "$ports"' EXIT
say "starting aqua --role=all-in-one; what it keeps lies in ${AQUA_STATE_DIR:-var}/"
AQUA_LOG_FORMAT=text build/release/bin/aqua --role=all-in-one --ports-file "$ports" 2>"$log" &
server=$!
trap 'kill -TERM $server 2>/dev/null || true' INT TERM
for _ in $(seq 100); do
  [ -s "$ports" ] && break
  kill -0 $server 2>/dev/null || break
  sleep 0.1
done
if [ ! -s "$ports" ]; then
  kill -TERM $server 2>/dev/null || true
  cat "$log" >&2
  say "the server did not start; the reason stands above"
  exit 1
fi
url="http://127.0.0.1:$(sed 's/[^0-9]//g' "$ports")"
say "sending samples/rainbow_trout.jpg to $url/api/v1/predictions/classify"
/usr/bin/python3 "$root/scripts/send_photo.py" "$url" samples/rainbow_trout.jpg
cat <<TEXT

The page:            $url/
The API by hand:     curl -F file=@PHOTO.jpg $url/api/v1/predictions/classify
Its documentation:   $url/docs
On the command line: build/release/bin/aqua classify PHOTO-OR-FOLDER…
Is all well here?    build/release/bin/aqua doctor
Take it elsewhere:   make package
TEXT
if [ -n "${RUN_ONCE:-}" ]; then
  kill -TERM $server
else
  say "serving until Ctrl-C; the log is in build/run.log"
fi
code=0
wait $server || code=$?
kill -0 $server 2>/dev/null && { wait $server || code=$?; }  # a signal ends the first wait before the server has drained
say "stopped"
exit $code
