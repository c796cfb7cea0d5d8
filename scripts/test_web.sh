#!/usr/bin/env bash
# Checks the page: generated client as the contract says, types, lint, unit tests, first-load budget, and a walk through the
# page of a real server in a real browser. Screenshots: build/screenshots. The page must be built (scripts/build_web.sh).
set -euo pipefail
script=page
. "$(dirname "$0")/environment.sh"
. "$root/scripts/node.sh"
cd "$root/web"
npx() { "$node_home/bin/node" "$node_home/lib/node_modules/npm/bin/npx-cli.js" --no-install "$@"; }
npx openapi-typescript ../api/openapi.json -o "$root/build/schema.d.ts"
diff -u src/shared/api/schema.d.ts "$root/build/schema.d.ts"
npm run check
npm run lint
npm test
first_load=$(for file in dist/index.html $(grep -o 'assets/[^"]*' dist/index.html | sed 's|^|dist/|' | sort -u); do gzip -c "$file" | wc -c; done | awk '{sum += $1} END {print sum}')
say "first load: $first_load bytes compressed (budget 256000)"
[ "$first_load" -le 256000 ]

binary=$root/build/release/bin/aqua
. "$root/scripts/server.sh"
start_server
BASE_URL="$url" SAMPLES="$root/samples" SCREENSHOTS="$root/build/screenshots" "$node_home/bin/node" e2e/run.mjs

stop_server
export USERNAME=anna PASSWORD=$password
make_account anna admin
RATE_LIMIT_PER_MINUTE=0 AQUA_AUTH_RESET_URL="https://farm.example/reset?token=" start_server
BASE_URL="$url" SAMPLES="$root/samples" MAILS="$work/var/mail" SCREENSHOTS="$root/build/screenshots" "$node_home/bin/node" e2e/accounts.mjs
