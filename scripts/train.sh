#!/usr/bin/env bash
# make train: trains the species model; arguments are passed on (see training/README.md).
set -euo pipefail
script=train
. "$(dirname "$0")/environment.sh"
cd "$root"
"$root/scripts/install_dependencies.sh" train
/usr/bin/python3 training/train.py "$@"
scripts/update_shipped_models.sh
say "models/SHIPPED names the new files; build again so that the binary accepts them (make run)"
