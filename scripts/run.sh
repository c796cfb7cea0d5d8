#!/usr/bin/env bash
# make run: installs what is missing, builds the release binary, classifies the sample photos.
set -euo pipefail
script=run
. "$(dirname "$0")/environment.sh"
cd "$root"
"$root/scripts/install_dependencies.sh" build
if [ -x build/release/bin/aqua ]; then
  say "bringing the release build up to date"
else
  say "building the release binary (2 to 4 minutes on two cores)"
fi
build release aqua
say "classifying the sample photos in samples/"
echo
build/release/bin/aqua classify samples
cat <<'TEXT'

One of these photos shows a fish that the model was never taught: it is answered "unknown".

Your own photos:     build/release/bin/aqua classify PHOTO-OR-FOLDER…
As JSON lines:       build/release/bin/aqua classify --json PHOTO
What it can do:      build/release/bin/aqua --help
Is all well here?    build/release/bin/aqua doctor
Take it elsewhere:   make package
TEXT
