#!/usr/bin/env bash
# Puts what the backup takes beside the volumes into /var/lib/backup: the cluster's own state, and the dumps that apps name. All of
# it is tried; what fails stays as it was, and the exit status is 1.
set -uo pipefail
umask 077

#gen:values

into=/var/lib/backup
k3s=/var/lib/rancher/k3s
failed=0

fail() {
  echo "backup: $*" >&2
  failed=1
}

# One statement, so that it sees the database at one moment however much is written meanwhile.
copy_datastore() {
  rm -f "$into/state.db.new"
  sqlite3 -bail "file:$k3s/server/db/state.db?mode=ro" '.timeout 60000' "VACUUM INTO '$into/state.db.new'" && mv "$into/state.db.new" "$into/state.db"
}

# The token, certificates and keys that go with it: k3s makes new ones where they are missing, and the old state is lost to them.
copy_server() {
  rm -rf "$into/server.new" && mkdir "$into/server.new" &&
    cp -a "$k3s/server/cred" "$k3s/server/tls" "$k3s/server/token" "$into/server.new/" &&
    rm -rf "$into/server" && mv "$into/server.new" "$into/server"
}

dump() {
  local app=$1 pods=$2
  shift 2
  timeout 2h k3s kubectl --namespace "$app" exec "$pods" --container "$app" -- "$@" >"$into/dumps/$app.new" &&
    test -s "$into/dumps/$app.new" && mv "$into/dumps/$app.new" "$into/dumps/$app"
}

# Each database is dumped once: on the first of several servers whose node is Ready.
dumps_here() {
  local name nodes
  [ "${#servers[@]}" -gt 0 ] || return 0
  nodes=$(timeout 1m k3s kubectl get nodes -o 'jsonpath={range .items[*]}{.metadata.name}{"="}{.status.conditions[?(@.type=="Ready")].status}{" "}{end}') || {
    fail "the API does not say which servers are there, and nothing is dumped"
    exit "$failed"
  }
  for name in "${servers[@]}"; do
    case " $nodes" in *" $name=True "*) break ;; esac
  done
  [ "$name" = "$(cat /proc/sys/kernel/hostname)" ]
}

mkdir -p "$into/dumps"
# With it a node that was installed anew is taken for the one that the cluster knows.
install -m 600 /etc/rancher/node/password "$into/node-password" || fail "the node's password is not copied"

# etcd has snapshots of its own. A copy from when the site had one server is another cluster, and must not come back.
if [ "$ROLE" != server ] || [ -z "$datastore" ]; then rm -rf "$into/state.db" "$into/server"; fi
if [ "$ROLE" = server ]; then
  if [ -n "$datastore" ]; then
    copy_datastore || fail "the cluster's database is not copied"
    copy_server || fail "the cluster's token and certificates are not copied"
  fi
  next=0 # the commands' words stand in one row
  if ! dumps_here; then
    rm -f "$into"/dumps/*
    exit "$failed"
  fi
  for i in "${!dumps[@]}"; do
    dump "${dumps[i]}" "${dump_in[i]}" "${dump_words[@]:next:dump_length[i]}" || fail "no new dump of ${dumps[i]}"
    rm -f "$into/dumps/${dumps[i]}.new"
    next=$((next + dump_length[i]))
  done
fi
for old in "$into"/dumps/*; do
  case " ${dumps[*]} " in *" ${old##*/} "*) ;; *) rm -f "$old" ;; esac
done
exit "$failed"
