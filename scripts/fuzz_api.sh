#!/usr/bin/env bash
# Lets schemathesis, a client nobody here wrote, try the API by its contract: fuzz_api.sh CASES_PER_OPERATION. Finds server
# errors, undocumented statuses, answers that break their schema, and input that should have been refused. One check is left
# out, that all input of the right shape is taken: no schema can say that bytes are an image, a cursor one that was signed
# here, or a time one that a clock can hold. What must be taken is tested in tests/server.
set -euo pipefail
script=fuzz-api
. "$(dirname "$0")/environment.sh"
cases=${1:-30}
venv="$root/.deps/schemathesis-4.32"
if [ ! -x "$venv/bin/schemathesis" ]; then
  say "fetching schemathesis (93 MB)"
  rm -rf "$venv" && /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis~=4.32.0"
fi
binary=${AQUA_BINARY:-$root/build/release/bin/aqua}
. "$root/scripts/server.sh"
start_server --log.requests=false
cd "$work"
"$venv/bin/schemathesis" run "$root/api/openapi.json" --url "$url" --checks all --exclude-checks positive_data_acceptance --max-examples "$cases" --seed "${API_SEED:-1}" --workers 1 --request-timeout 30 --no-color || {
  cat "$work/log"
  exit 1
}
kill -0 $server
