#!/usr/bin/env bash
# backup-restore SNAPSHOT: puts a backup of this host back: the volumes, and on the server the cluster's state. Without a snapshot it
# lists them. What k3s has meanwhile is kept beside it.
set -euo pipefail
umask 077

#gen:values

storage=/var/lib/rancher/k3s/storage
state=/var/lib/backup
k3s=/var/lib/rancher/k3s

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
systemctl stop k3s
k3s-killall.sh
restic-site restore "$1" --target / --verify

# Certificates of a cluster that began meanwhile are no good to the one that comes back; images may stay.
if [ -d "$k3s/agent" ]; then find "$k3s/agent" -maxdepth 1 -type f -delete; fi
if [ -e "$state/state.db" ]; then
  if [ -e "$k3s/server" ]; then mv "$k3s/server" "$k3s/server.before-$(date +%Y%m%dT%H%M%S)"; fi
  install -d -m 700 "$k3s/server" "$k3s/server/db"
  cp -a "$state/server/." "$k3s/server/"
  cp -a "$state/state.db" "$k3s/server/db/state.db"
fi
install -d -m 755 /etc/rancher/node
install -m 600 "$state/node-password" /etc/rancher/node/password
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
echo "put back: $(find "$storage" -mindepth 1 -maxdepth 1 -type d | wc -l) volumes; dumps in $state/dumps: $(find "$state/dumps" -type f -printf '%f ' 2>/dev/null)"
