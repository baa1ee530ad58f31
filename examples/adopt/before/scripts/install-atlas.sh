#!/usr/bin/env bash
set -euo pipefail

ADDRESS="${1:?usage: $0 ADDRESS}"

nix run github:nix-community/nixos-anywhere -- \
  --flake .#atlas \
  --target-host "root@$ADDRESS" \
  --extra-files ./extra-files
