#!/usr/bin/env bash
# make campaign: what takes too long for the suite, with full counts: fuzzing, the API by its contract, kill -9, databases that
# go and come back, and a soak. Writes docs/campaigns/DATE-COMMIT.md. SECONDS_PER_TARGET=600 SOAK_MINUTES=20 PARTS="api server fuzz soak"
set -euo pipefail
script=campaign
. "$(dirname "$0")/environment.sh"
cd "$root"
"$root/scripts/install_dependencies.sh" build web test
build release aqua
"$root/scripts/build_web.sh"
parts=${PARTS:-api server fuzz soak}
logs="$root/build/campaign"
mkdir -p "$logs" docs/campaigns
report="docs/campaigns/$(date -u +%F)-$(git rev-parse --short=12 HEAD).md"
{
  echo "# Campaign of $(date -u +%F)"
  echo
  echo "Commit $(git rev-parse HEAD), $(nproc) cores."
  echo
  echo "| part | counts | outcome | minutes |"
  echo "|---|---|---|---|"
} >"$report"
failed=0

part() {  # NAME COUNTS COMMAND…: runs one part and adds its row
  local name=$1 counts=$2 began=$SECONDS outcome=passed
  shift 2
  case " $parts " in *" $name "*) ;; *) return 0 ;; esac
  say "$name: $counts"
  "$@" >"$logs/$name.log" 2>&1 || { outcome=FAILED; failed=1; tail -n 30 "$logs/$name.log"; }
  echo "| $name | $counts; $(summary "$name") | $outcome | $(((SECONDS - began) / 60)) |" >>"$report"
}
summary() {
  case $1 in
    api) grep -E 'generated' "$logs/api.log" | tail -1 | sed 's/^ *//' ;;
    server) grep -E '^Ran |^OK|^FAILED' "$logs/server.log" | tr '\n' ' ' ;;
    fuzz) grep -c 'ok ' "$logs/fuzz.log" | sed 's/$/ targets without a finding/' ;;
    soak) tail -1 "$logs/soak.log" ;;
  esac
}

part api "300 cases an operation" scripts/fuzz_api.sh 300
part server "50 kill points, 20 outages of the database, 50 of Redis" env AQUA_KILL_POINTS=50 AQUA_DATABASE_OUTAGES=20 AQUA_REDIS_OUTAGES=50 bash -c 'cd tests/server && exec /usr/bin/python3 -m unittest'
part fuzz "${SECONDS_PER_TARGET:-600} s a target" scripts/fuzz.sh "${SECONDS_PER_TARGET:-600}"
part soak "${SOAK_MINUTES:-20} minutes of uploads and reads" /usr/bin/python3 scripts/soak.py build/release/bin/aqua "${SOAK_MINUTES:-20}"
say "the report is $report"
exit $failed
