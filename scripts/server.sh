# Sourced by scripts that try a server of their own: start_server FLAG… starts $binary in a temporary folder, $work, on a free
# port, and sets $url when it answers. It ends with the script. The log is $work/log.
work=$(mktemp -d)
start_server() {
  ML_MODEL_BASE_PATH="$root/models" AQUA_STATE_DIR="$work/var" API_PORT=0 "$binary" --role=all-in-one --server.drain_grace=0s \
    --ports-file "$work/ports" "$@" 2>"$work/log" &
  server=$!
  trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$work"' EXIT
  for _ in $(seq 200); do
    [ -s "$work/ports" ] && break
    sleep 0.1
  done
  [ -s "$work/ports" ] || { cat "$work/log"; exit 1; }
  url="http://127.0.0.1:$(sed 's/[^0-9]//g' "$work/ports")"
}
