#!/usr/bin/env bash
# Builds the page of web/ into web/dist. Does nothing while no source of it has changed since the last build.
set -euo pipefail
script=web
. "$(dirname "$0")/environment.sh"
. "$root/scripts/node.sh"
cd "$root/web"
stamp=dist/.built
state=$(cd "$root" && cat web/package-lock.json web/*.json web/*.ts web/*.html api/openapi.json $(find web/src web/public -type f | sort) | sha256sum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$state" ]; then exit 0; fi
log="$root/build/web.log"
mkdir -p "$root/build"
say "building the page (about a minute)"
if ! { npm ci --no-audit --no-fund && npm run build; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  say "the page could not be built; the whole log is in build/web.log"
  exit 1
fi
echo "$state" >"$stamp"
