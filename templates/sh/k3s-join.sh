#!/usr/bin/env bash
# Runs before k3s on each server. Told of no other server, k3s begins a new and empty cluster wherever it finds no etcd of its own
# (k3s pkg/etcd/etcd.go, Start): after an install, and after its node was deleted while it ran, which leaves a tombstone. So it is told
# of one that answers; what its etcd has already takes no notice of it. A cluster begins only where one of SQLite becomes one of etcd,
# or where a person asked for it: scripts/bootstrap-SITE-k8s.sh does.
set -euo pipefail

#gen:values

db=/var/lib/rancher/k3s/server/db
config=/etc/rancher/k3s/config.yaml.d/join.yaml
restore=/var/lib/rancher/k3s/restore-snapshot
own=$(cat /proc/sys/kernel/hostname)

rm -f "$config"
install -d -m 755 "${config%/*}"
# A link to a secret that the host has no more. k3s passes over all of its configuration where one file of it is missing
# (pkg/configfilearg/parser.go, Parse), and this one with it.
for link in "${config%/*}"/*; do
  if [ -L "$link" ] && [ ! -e "$link" ]; then rm "$link"; fi
done
if [ -e "$restore" ]; then
  # Once: k3s takes the snapshot for the state of a cluster of this server alone, ends, and is started again (pkg/etcd/etcd.go, Reset).
  snapshot=$(cat "$restore")
  rm "$restore"
  printf 'cluster-reset: true\ncluster-reset-restore-path: "%s"\n' "$snapshot" >"$config"
  # Beside a bucket k3s takes every name for one in it.
  case $snapshot in /*) echo "etcd-s3: false" >>"$config" ;; esac
  exit
fi
# SQLite was not copied to its end (k3s renames it then), and k3s would go on with the part that is in etcd.
if [ -e "$db/migrating" ] && [ -e "$db/state.db" ]; then rm -rf "$db/etcd"; fi
for server in "${servers[@]}"; do
  read -r name address <<<"$server"
  # Anybody may ask for /ping (k3s pkg/server/handlers/router.go), and the token decides about joining.
  if [ "$name" != "$own" ] && [ "$(curl --silent --insecure --noproxy '*' --max-time 5 "https://$address:6443/ping" || true)" = pong ]; then
    echo "server: https://$address:6443" >"$config"
    exit
  fi
done
if [ -e "$db/etcd/member/wal" ] && [ ! -e "$db/etcd/tombstone" ]; then exit; fi # it goes on with what it has, as after a power cut
if [ "$own" = "${servers[0]% *}" ] && [ -e "$db/state.db" ] && [ ! -e "$db/etcd" ]; then
  touch "$db/migrating"
elif [ ! -e /var/lib/rancher/k3s/begin-cluster ]; then
  if [ -e "$db/state.db" ] && [ ! -e "$db/etcd" ]; then
    echo "this host has the state of a cluster of one server, and is not the first server: cluster: first: \"$own\" in the spec, run gen, and rebuild the servers" >&2
  fi
  echo "no other server answers on port 6443, and this host is no part of a cluster yet: it waits, and begins none by itself" >&2
  exit 1
fi
echo "cluster-init: true" >"$config"
