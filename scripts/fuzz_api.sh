#!/usr/bin/env bash
# Lets schemathesis, a client nobody here wrote, try the API by its contract: fuzz_api.sh CASES_PER_OPERATION. Finds server
# errors, undocumented statuses, answers that break their schema, input that should have been refused, and access without
# credentials. One check is left out, that all input of the right shape is taken: no schema can say that bytes are an image, a
# cursor one that was signed here, or a time one that a clock can hold. What must be taken is tested in tests/server.
#
# Runs, each with all operations and in all phases unless said otherwise:
#   local       in the local mode, where nobody signs in (so access without credentials is no fault): CASES; accounts apart, as the first
#               administrator ends the local mode
#   none        sign-in required; without a token, or with an invented one: 8 of 30 CASES, as for each role but the administrator
#   viewer operator scientist service   with an access token of that role, service with an API key; without the coverage phase
#   passing     the operations that end the caller's own access, kept out of the other runs of the required mode, with accounts of their own
#   admin       with the token of an administrator, who may destroy everything: CASES
#   limited     with the rate limit on: 429 must be documented, and must have come; 2 cases
# FUZZ_RUNS="local admin" picks some.
set -euo pipefail
script=fuzz-api
. "$(dirname "$0")/environment.sh"
cases=${1:-30}
some=$(((cases * 8 + 29) / 30))
runs=${FUZZ_RUNS:-local none viewer operator scientist service passing admin limited}
venv="$root/.deps/schemathesis-4.32"
if [ ! -x "$venv/bin/schemathesis" ]; then
  say "fetching schemathesis (93 MB)"
  rm -rf "$venv" && /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis~=4.32.0"
fi
binary=${AQUA_BINARY:-$root/build/release/bin/aqua}
unset AQUA_BINARY
. "$root/scripts/server.sh"
# Operations that end the caller's own access.
ending=(changePassword logout endSession revokeKey)
keep=()
for operation in "${ending[@]}"; do keep+=(--exclude-operation-id "$operation"); done
failed=()
known=()  # ids of what exists on the server
# Passwords as short as the contract allows.
common=(--log.requests=false --auth.password_min_length=8)

# try NAME CASES HEADER FLAG…: one run; HEADER may be empty.
try() {
  local name=$1 count=$2 header=$3 began=$SECONDS
  shift 3
  # Invented credentials would be answered 401 in place of what the run is about.
  cat >"$work/schemathesis.toml" <<EOF
[auth]
auto-signup = false
[generation]
with-security-parameters = $([ "$name" = none ] && echo true || echo false)
[dictionaries.known]
values = [$(printf '"%s",' "${known[@]}")]
[parameters]
"path.id" = { dictionary = "known", probability = 0.5 }
EOF
  say "$name: $count cases an operation"
  "$venv/bin/schemathesis" run "$root/api/openapi.json" --url "$url" ${header:+--header "$header"} --checks all --exclude-checks "positive_data_acceptance${skipped_checks:+,$skipped_checks}" \
    --max-examples "$count" --seed "${API_SEED:-1}" --workers 1 --request-timeout 30 --no-color "$@" || failed+=("$name")
  kill -0 $server
  say "$name: $((SECONDS - began)) s"
}

# ask HEADER PATH FLAG…: prints the answer; member NAME: a value in it; record HEADER: classifies a photo and prints the id.
ask() { curl --silent --show-error --fail --noproxy '*' --header "${1:-Accept: application/json}" "${@:3}" "$url$2"; }
member() { /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
record() { ask "${1:-}" /api/v1/predictions/classify --form "file=@$root/samples/milkfish.jpg" | member id; }

wanted() { [[ " $runs " == *" $1 "* ]]; }

# still NAME HEADER: the credentials work yet; a run that locked itself out would have tried nothing but 401.
still() { ask "$2" /api/v1/auth/me >/dev/null || failed+=("$1 lost its access"); }

# one_account NAME OPERATION…: tries these with an account that is used for nothing else.
one_account() {
  local name=$1 operation only=()
  shift
  make_account "$name" operator
  for operation in "$@"; do only+=(--include-operation-id "$operation"); done
  try "passing, $*" "$some" "Authorization: Bearer $(sign_in "$name")" "${only[@]}"
}

try_local() {
  start_server "${common[@]}" --rate_limit.per_minute=0
  known=("$(record)")
  skipped_checks=ignored_auth try local "$cases" "" --exclude-operation-id createUser --exclude-operation-id changeUser
  ask "" /api/v1/auth/mode | grep -q '"sign_in_required":false' || failed+=("the local mode ended")
  skipped_checks=ignored_auth try "local, accounts" "$some" "" --include-operation-id createUser --include-operation-id changeUser
  stop_server
}

try_required() {
  local role phases
  start_server "${common[@]}" --auth.mode=required --auth.registration=on --rate_limit.per_minute=0
  # Accounts and tokens first: wrong passwords tried later make this address wait.
  declare -A headers=([none]="")
  for role in viewer operator scientist service admin; do
    make_account "the-$role" "$role"
    headers[$role]="Authorization: Bearer $(sign_in "the-$role")"
  done
  headers[service]="X-API-Key: $(ask "${headers[service]}" /api/v1/keys --json '{"name":"fuzz"}' | member secret)"
  known=("$(record "${headers[operator]}")" "$(ask "${headers[admin]}" /api/v1/users --json '{"email":"nobody@farm.example","username":"nobody","password":"a-long-enough-secret"}' | member id)")
  if wanted passing; then
    one_account alone-1 changePassword createKey listKeys revokeKey listSessions endSession
    one_account alone-2 logout
  fi
  for role in none viewer operator scientist service admin; do
    wanted "$role" || continue
    phases=fuzzing,stateful
    [[ "$role" =~ none|admin ]] && phases=coverage,fuzzing,stateful
    try "$role" "$([ "$role" = admin ] && echo "$cases" || echo "$some")" "${headers[$role]}" --phases "$phases" "${keep[@]}"
    [ "$role" = none ] || still "$role" "${headers[$role]}"
  done
  stop_server
}

# The limit answers before anything else looks at a request, so what is asked of wrong input and missing credentials cannot be asked here.
try_limited() {
  start_server "${common[@]}" --auth.mode=required
  known=(00000000-0000-4000-8000-000000000000)
  make_account the-operator operator
  skipped_checks=negative_data_rejection,ignored_auth,missing_required_header try limited 2 "Authorization: Bearer $(sign_in the-operator)" --phases fuzzing "${keep[@]}"
  ask "" /metrics | grep -q '^aqua_ratelimit_decisions_total{class="requests",outcome="refused"} [1-9]' || failed+=("limited was never limited")
  stop_server
}

cd "$work"
if wanted local; then try_local; fi
if [[ " $runs " =~ \ (none|viewer|operator|scientist|service|passing|admin)\  ]]; then try_required; fi
if wanted limited; then try_limited; fi
if [ ${#failed[@]} -gt 0 ]; then
  cat "$work/log"
  say "failed: $(printf '%s; ' "${failed[@]}")"
  exit 1
fi
say "no fault in $SECONDS s"
