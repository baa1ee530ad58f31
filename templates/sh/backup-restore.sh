#!/usr/bin/env bash
# backup-restore SNAPSHOT: puts a backup of this host back: the volumes, and on the server the cluster's state. Without a snapshot it
# lists them. What the host has meanwhile is moved aside first, for newer files among restored ones (a write-ahead log) destroy a
# database: volumes to /var/lib/rancher/k3s/storage/before-DATE, what the last backup prepared to /var/lib/backup/before-DATE, k3s's
# state to /var/lib/rancher/k3s/server.before-DATE. They may be deleted. A volume that has no files in the backup stays as it is.
set -euo pipefail
umask 077

#gen:values

storage=/var/lib/rancher/k3s/storage
state=/var/lib/backup
k3s=/var/lib/rancher/k3s
before=before-$(date +%Y%m%dT%H%M%S)

# On the same file system, and left out of backups.
aside() {
  [ -e "$1" ] || return 0
  install -d -m 700 "${1%/*}/$before"
  mv "$1" "${1%/*}/$before/"
}

if [ $# != 1 ]; then
  restic-site snapshots
  echo "backup-restore SNAPSHOT puts one of them back: the last from before the loss" >&2
  exit 2
fi
host=$(cat /proc/sys/kernel/hostname)
restic-site snapshots "$1"
printf 'k3s stops, and the volumes and the state of %s become those of this backup. The name of the host: ' "$host" >&2
read -r answer
[ "$answer" = "$host" ] || exit 1

mountpoint -q "$storage" || ! grep -qs " $storage " /etc/fstab || {
  echo "$storage is not mounted, and the volumes would be hidden by what is mounted there later" >&2
  exit 1
}
snapshot=$(restic-site snapshots --json "$1" | jq -r '.[0] | "\(.id) \(.short_id)"')
read -r id short <<<"$snapshot"
held=$(restic-site ls --json --recursive "$id" "$storage" |
  jq -r --arg top "$storage/" '.path? // "" | select(startswith($top)) | .[($top | length):] | split("/") | select(length > 1) | .[0]' | sort -u)
needs=$(restic-site stats --mode restore-size --json "$id" | jq .total_size)
mkdir -p "$storage"
room=$(df --output=avail -B1 -- "$storage" | tail -n 1)
if [ "$needs" -gt "$room" ]; then
  echo "the backup takes $needs bytes beside what is there, and $storage has room for $room" >&2
  exit 1
fi

systemctl stop k3s
k3s-killall.sh
while read -r volume; do
  [ -z "$volume" ] || aside "$storage/$volume"
done <<<"$held"
for name in server dumps state.db node-password; do aside "$state/$name"; done
restic-site restore "$id" --target / --verify || {
  echo "not restored, and k3s stands still. Try again; what was here before is in $storage/$before and $state/$before" >&2
  exit 1
}
# The next backup writes new dumps, of databases that are empty yet.
if [ -e "$state/dumps" ]; then
  rm -rf "$state/dumps-of-$short"
  cp -a "$state/dumps" "$state/dumps-of-$short"
fi

# Several servers have etcd, whose state comes of its own snapshots. A backup from when the site had one server holds another cluster.
if [ "${#servers[@]}" -gt 0 ]; then rm -rf "$state/state.db" "$state/server"; fi

# Certificates of a cluster that began meanwhile are no good to the one that comes back; images may stay.
if [ -d "$k3s/agent" ]; then find "$k3s/agent" -maxdepth 1 -type f -delete; fi
if [ -e "$state/state.db" ]; then
  if [ -e "$k3s/server" ]; then mv "$k3s/server" "$k3s/server.$before"; fi
  install -d -m 700 "$k3s/server" "$k3s/server/db"
  cp -a "$state/server/." "$k3s/server/"
  cp -a "$state/state.db" "$k3s/server/db/state.db"
fi
# A server of several has joined anew, and the cluster knows its new password.
case " ${servers[*]} " in
*" $host "*) ;;
*)
  install -d -m 755 /etc/rancher/node
  install -m 600 "$state/node-password" /etc/rancher/node/password
  ;;
esac
systemctl start k3s

if [ -e "$state/state.db" ]; then
  for _ in {1..60}; do
    if k3s kubectl get nodes; then break; fi
    sleep 5
  done
  k3s kubectl get nodes >/dev/null || {
    echo "k3s does not answer: journalctl -u k3s -e" >&2
    exit 1
  }
fi
echo "put back: $(find "$storage" -mindepth 1 -maxdepth 1 -type d ! -name 'before-*' | wc -l) volumes"
if [ -e "$state/dumps-of-$short" ]; then echo "dumps in $state/dumps-of-$short: $(find "$state/dumps-of-$short" -type f -printf '%f ')"; fi
for old in "$storage/$before" "$state/$before" "$k3s/server.$before"; do
  [ ! -e "$old" ] || echo "what was here before is in $old, and may be deleted"
done
