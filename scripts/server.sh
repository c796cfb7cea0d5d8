# Sourced by scripts that try a server of their own: start_server FLAG… starts $binary with a state folder in $work, a temporary
# folder, on a free port, and sets $url when it answers. It ends with the script, or with stop_server, after which another may be
# started, with nothing of the first but the log, $work/log.
work=$(mktemp -d)
start_server() {
  ML_MODEL_BASE_PATH="$root/models" AQUA_WEB_DIR="$root/web/dist" AQUA_STATE_DIR="$work/var" API_PORT=0 "$binary" --role=all-in-one --server.drain_grace=0s \
    --ports-file "$work/ports" "$@" 2>>"$work/log" &
  server=$!
  trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$work"' EXIT
  for _ in $(seq 200); do
    [ -s "$work/ports" ] && break
    sleep 0.1
  done
  [ -s "$work/ports" ] || { cat "$work/log"; exit 1; }
  url="http://127.0.0.1:$(sed 's/[^0-9]//g' "$work/ports")"
}
stop_server() {
  kill $server
  wait $server || true
  rm -rf "$work/ports" "$work/var"
}
# make_account NAME ROLE: an account of that server, with $password.
password=a-long-enough-secret
make_account() { AQUA_STATE_DIR="$work/var" "$binary" user create --username "$1" --role "$2" --password-stdin --json <<<"$password" >/dev/null; }
# sign_in NAME: prints an access token.
sign_in() { curl --silent --show-error --fail --noproxy '*' --data "username=$1&password=$password" "$url/api/v1/auth/login" | sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }
