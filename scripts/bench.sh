#!/usr/bin/env bash
# make bench / bench-full: ratios of our code to bare loops; the results go to bench/results/.
# Usage: bench.sh [--full] [--binary PATH]   (--binary: measure that aqua instead of the release build)
set -euo pipefail
script=bench
. "$(dirname "$0")/environment.sh"
cd "$root"
binary=build/release/bin/aqua result=bench/results/smoke.json full=()
while [ $# -gt 0 ]; do
  case $1 in
    --full) full=(--full); result=bench/results/full.json ;;
    --binary) shift; binary=$1 ;;
    *) say "unknown argument $1"; exit 2 ;;
  esac
  shift
done
"$root/scripts/install_dependencies.sh" build test
say "building"
build release aqua aqua_bench aqua_bench_bare aqua_token_bench aqua_limiter_bench
images=$(mktemp -d)
trap 'rm -rf "$images"' EXIT
/usr/bin/python3 bench/make_images.py "$images"
say "measuring ($([ ${#full[@]} -eq 0 ] && echo 'about 3 minutes' || echo 'about 15 minutes')); leave the machine alone meanwhile"
build/release/bin/aqua_bench --aqua "$binary" --model models/fish_species/v1.0.0 --images "$images/crops" --json "$result" "${full[@]}"
taskset -c 0 /usr/bin/python3 bench/pillow_peer.py "$images"
server_result=${result%.json}_server.json
echo=()
if [ -f ../shared/bench/peers/beast_echo.cpp ]; then
  g++ -O2 -std=c++20 ../shared/bench/peers/beast_echo.cpp -o "$images/echo" -pthread
  echo=(--echo "$images/echo")
fi
/usr/bin/python3 bench/server_bench.py --aqua "$binary" --bare build/release/bin/aqua_bench_bare --json "$server_result" "${echo[@]}" \
  $([ ${#full[@]} -eq 0 ] && echo '--pairs 4 --seconds 3' || echo '--pairs 15 --seconds 4')
identity_result=${result%.json}_identity.json
/usr/bin/python3 bench/identity_bench.py --aqua "$binary" --bare build/release/bin/aqua_bench_bare --json "$identity_result" "${echo[@]}" \
  $([ ${#full[@]} -eq 0 ] && echo '--pairs 3 --seconds 2' || echo '--pairs 15 --seconds 4')
build/release/bin/aqua_token_bench
build/release/bin/aqua_limiter_bench $([ ${#full[@]} -eq 0 ] && echo '1 45')
say "results in $result, $server_result and $identity_result; docs/performance.md explains them"
