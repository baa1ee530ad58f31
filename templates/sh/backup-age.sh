#!/usr/bin/env bash
# Fails when the newest backup of this host is older than two days, twice the time between two of them.
set -euo pipefail

#gen:values

newest=$(restic-site snapshots --latest 1 --json | jq -r '[.[].time] | max // ""')
if [ -z "$newest" ]; then
  echo "backup: there is none" >&2
  exit 1
fi
hours=$((($(date +%s) - $(date -d "$newest" +%s)) / 3600))
echo "the newest backup is of $newest, $hours hours ago"
[ "$hours" -lt 48 ]
