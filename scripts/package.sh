#!/usr/bin/env bash
# make package: dist/aqua-VERSION-linux-ARCH/ and the same as .tar.gz: binary, libraries, models, samples, notices.
# Everything but the C library itself is in the folder, so that it runs on any Linux with glibc 2.36 or later.
set -euo pipefail
script=package
. "$(dirname "$0")/environment.sh"
cd "$root"
"$root/scripts/install_dependencies.sh" build web
say "building the release binary"
build release aqua
"$root/scripts/build_web.sh"

version=$(sed -n 's/^project(aqua VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
name="aqua-$version-linux-$(uname -m)"
target="$root/dist/$name"
rm -rf "$target" && mkdir -p "$target/lib" "$target/share/doc/notices"
cmake --install build/release --prefix "$target" --strip >/dev/null
cp -r samples "$target/"
mkdir -p "$target/web" && cp -r web/dist/. "$target/web/" && rm -f "$target/web/.built"
mkdir -p "$target/models"
cp models/SHIPPED "$target/models/"
grep -v '^#' models/SHIPPED | while read -r model model_version _; do
  mkdir -p "$target/models/$model"
  cp -r "models/$model/$model_version" "$target/models/$model/"
done
cp LICENSE THIRD_PARTY.md CHANGELOG.md "$target/share/doc/"

engine=$(awk '$1 == "openvino" {print $1 "-" $2; exit}' scripts/wheels.txt)
openvino="$root/.deps/$engine/openvino"
for library in libopenvino.so libopenvino_intel_cpu_plugin.so libopenvino_onnx_frontend.so libopenvino_ir_frontend.so libtbb.so.12; do
  cp "$openvino/libs/$library"* "$target/lib/"
done
cp -r "$root/.deps/$engine/$engine.dist-info/licenses" "$target/share/doc/notices/openvino"

# Debian's libraries, each with the copyright file of its package. The C library stays the system's own.
libraries=$(LD_LIBRARY_PATH="$openvino/libs" ldd "$target/bin/aqua")
if grep 'not found' <<<"$libraries"; then say "a library is missing"; exit 1; fi
awk '$3 ~ /^\// {print $3}' <<<"$libraries" | while read -r library; do
  case $library in
    "$openvino"/*|"$target"/*|*/libc.so.*|*/libm.so.*|*/libpthread.so.*|*/libdl.so.*|*/librt.so.*) continue ;;
  esac
  cp -L "$library" "$target/lib/"
  # Debian moved /lib into /usr/lib: a package may own either name, and the query fails for the other.
  package=
  for path in "$(readlink -f "$library")" "$library" "${library#/usr}"; do
    if owner=$(dpkg-query -S "$path" 2>/dev/null); then package=${owner%%:*}; break; fi
  done
  [ -n "$package" ] || { say "no package owns $library"; exit 1; }
  mkdir -p "$target/share/doc/notices/$package"
  cp -L "/usr/share/doc/$package/copyright" "$target/share/doc/notices/$package/"
  echo "$(basename "$library") $package" >>"$target/share/doc/notices/LIBRARIES"
done

tar -C dist --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct 2>/dev/null || echo 0)" -czf "dist/$name.tar.gz" "$name"
say "made dist/$name ($(du -sh "$target" | cut -f1)) and dist/$name.tar.gz ($(du -sh "dist/$name.tar.gz" | cut -f1))"
say "try it: dist/$name/bin/aqua classify dist/$name/samples"
