#!/usr/bin/env bash
# Fuzzes every parser of outside bytes: fuzz.sh SECONDS_PER_TARGET. Two at a time; ends with 1 at a finding, which stays
# in build/fuzz/findings.
set -euo pipefail
script=fuzz
. "$(dirname "$0")/environment.sh"
seconds=${1:-20}
cd "$root"
say "building the fuzz targets with clang"
build fuzz config_fuzz image_fuzz onnx_fuzz sidecar_fuzz contract_fuzz http_fuzz chunked_fuzz multipart_fuzz gzip_fuzz cursor_fuzz jwt_fuzz
findings="$root/build/fuzz/findings"
mkdir -p "$findings"

fuzz_one() {  # NAME BINARY SEEDS
  local name=$1 binary=$2 seeds=$3 corpus="$root/build/fuzz/corpus/$1"
  mkdir -p "$corpus"
  if "$root/build/fuzz/tests/fuzz/$binary" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$findings/$name-" "$corpus" "$root/tests/fuzz/seeds/$seeds" >"$root/build/fuzz/$name.log" 2>&1; then
    printf '[fuzz] ok %s: %s runs\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$root/build/fuzz/$name.log")"
  else
    tail -n 40 "$root/build/fuzz/$name.log"
    printf '[fuzz] FAILED %s: see build/fuzz/%s.log\n' "$name" "$name"
    return 1
  fi
}

failed=0
targets=("jpeg image_fuzz jpeg" "png image_fuzz png" "webp image_fuzz webp" "sidecar sidecar_fuzz sidecar" "onnx onnx_fuzz onnx" "config config_fuzz config"
  "contract contract_fuzz contract" "http http_fuzz http" "chunked chunked_fuzz chunked" "multipart multipart_fuzz multipart" "gzip gzip_fuzz gzip" "cursor cursor_fuzz cursor" "jwt jwt_fuzz jwt")
for ((i = 0; i < ${#targets[@]}; i += 2)); do
  # shellcheck disable=SC2086
  fuzz_one ${targets[i]} & first=$!
  second=
  # shellcheck disable=SC2086
  [ $((i + 1)) -eq ${#targets[@]} ] || { fuzz_one ${targets[i + 1]} & second=$!; }
  wait $first || failed=1
  [ -z "$second" ] || wait "$second" || failed=1
done
exit $failed
