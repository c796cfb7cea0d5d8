#!/usr/bin/env bash
# Writes models/SHIPPED, the list that is compiled into the binary: name, version and SHA-256 of each model.json.
set -euo pipefail
cd "$(dirname "$0")/.."
{
  echo "# name version sha256-of-model.json; written by scripts/update_shipped_models.sh, compiled into the binary"
  for sidecar in models/*/*/model.json; do
    version=$(basename "$(dirname "$sidecar")")
    name=$(basename "$(dirname "$(dirname "$sidecar")")")
    echo "$name $version $(sha256sum "$sidecar" | cut -d' ' -f1)"
  done
} >models/SHIPPED
