# Sourced by the other scripts: where we are, and a compiler cache that works from any clone.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1 CCACHE_COMPILERCHECK=content
say() { printf '[%s] %s\n' "${script:-aqua}" "$*"; }

# build PRESET [TARGET…]: configures once, then builds; all output goes to a log that is shown only on failure.
build() {
  local preset=$1; shift
  local log="$root/build/$preset.log"
  mkdir -p "$root/build"
  if ! { cmake --preset "$preset" -S "$root" >"$log" 2>&1 && cmake --build "$root/build/$preset" ${1:+--target "$@"} >>"$log" 2>&1; }; then
    tail -n 60 "$log" >&2
    say "the $preset build failed; the whole log is in build/$preset.log"
    return 1
  fi
}
