#!/usr/bin/env bash
# backup-drill [FOLDER]: restores the newest backup of this host into a new folder inside FOLDER, compares it with what the host has,
# says what was compared, and removes it. Nothing else is changed.
set -euo pipefail
umask 077
export LC_ALL=C

#gen:values

storage=/var/lib/rancher/k3s/storage
state=/var/lib/backup
scratch=$(mktemp -d -- "${1:-/var/tmp}/backup-drill.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT

snapshot=$(restic-site snapshots --latest 1 --json | jq -r 'sort_by(.time) | last | "\(.id) \(.time)"')
read -r id taken <<<"$snapshot"
if [ "$id" = null ]; then
  echo "there is no backup of this host" >&2
  exit 1
fi
needs=$(restic-site stats --mode restore-size --json "$id" | jq .total_size)
room=$(df --output=avail -B1 -- "$scratch" | tail -n 1)
if [ "$needs" -gt "$room" ]; then
  echo "the backup takes $needs bytes, and ${1:-/var/tmp} has room for $room: name another folder" >&2
  exit 1
fi
restic-site restore "$id" --target "$scratch/tree"

# Every file by its content and its name, from the top of a tree.
sums() { (cd "$1" && shift && find "$@" -print0 | sort -z | xargs -0 -r sha256sum -z -- | sort -z); }

# As the backup leaves them out.
skip=(-path "${storage#/}/before-*" -prune -o -path "${state#/}/before-*" -prune -o -path "${state#/}/dumps-of-*" -prune -o)
for pattern in "${left_out[@]}"; do skip+=(-path "${storage#/}/$pattern/*" -prune -o); done
sums "$scratch/tree" "${storage#/}" "${state#/}" -type f >"$scratch/restored"
# What was changed since the backup began cannot be compared.
sums / "${storage#/}" "${state#/}" "${skip[@]}" -type f ! -newerct "$taken" >"$scratch/here"

count() { tr -cd '\0' | wc -c; }
same=$(comm -z -12 "$scratch/restored" "$scratch/here" | count)
since=$(comm -z -23 "$scratch/restored" "$scratch/here" | count)
comm -z -13 "$scratch/restored" "$scratch/here" >"$scratch/wrong"
wrong=$(count <"$scratch/wrong")

echo "the backup of $taken was restored to another folder and compared by sha256 with what this host has:"
echo "  $same files are the same, $needs bytes are in the backup"
echo "  $since files of the backup were changed or removed here since"
echo "  $wrong files that were not changed since are missing in the backup, or differ"
tr '\0' '\n' <"$scratch/wrong" | sed -n '1,20 s/^[0-9a-f]*  /    \//p'

if [ -e "$scratch/tree$state/state.db" ]; then
  sound=$(sqlite3 "$scratch/tree$state/state.db" 'PRAGMA integrity_check' 'SELECT count(*) FROM kine' | tr '\n' ' ')
  echo "  the cluster's database: ${sound% } rows"
  [[ $sound == ok\ * ]] || wrong=$((wrong + 1))
fi
for dump in "$scratch/tree$state"/dumps/*; do
  [ ! -f "$dump" ] || echo "  the dump of ${dump##*/}: $(stat -c %s "$dump") bytes, made $(date -d "@$(stat -c %Y "$dump")" '+%F %T')"
done
if [ "$wrong" -gt 0 ] || [ "$same" = 0 ]; then
  echo "the backup is not what this host has" >&2
  exit 1
fi
