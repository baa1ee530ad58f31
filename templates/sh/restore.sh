#!/usr/bin/env bash
set -euo pipefail

#gen:values

#common.sh
#servers.sh

usage() {
  cat <<USAGE
Usage: scripts/restore-$site-etcd.sh [options] [SERVER SNAPSHOT]

For when most servers of $site are lost, and etcd has no majority any more: makes SNAPSHOT
the state of the cluster, on SERVER alone, and has the other servers that are left join
it. Without arguments it lists the snapshots that are there. SNAPSHOT is a path on SERVER${bucket:+, or
the name alone of one in the bucket, $bucket}.

Options:
  --via-tunnel      reach the servers with cloudflared, not at their addresses
  --address H=A     where ssh finds the host H, when not where the spec says
  -h, --help        this text

Environment: POLL_SECONDS (5) between tries; WAIT_SECONDS overrides the deadlines.
USAGE
}

via_tunnel='' chosen='' snapshot=''
declare -A other_address=()
while (($# > 0)); do
  case "$1" in
    --via-tunnel) via_tunnel=yes ;;
    --address)
      [[ ${2:-} == ?*=?* ]] || { usage >&2; exit 2; }
      other_address[${2%%=*}]="${2#*=}"
      shift
      ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) if [[ -z $chosen ]]; then chosen="$1"; else snapshot="$1"; fi ;;
  esac
  shift
done
if [[ -n $chosen && -z $snapshot ]]; then
  usage >&2
  exit 2
fi

#hosts.sh

k3s=/var/lib/rancher/k3s
db="$k3s/server/db"

# find_left has the servers that are reached, and those that are not.
find_left() {
  local line name
  for line in "${servers[@]}"; do
    name="${line%% *}"
    if on "$name" true 2>"$tmp/ssh.log"; then
      left+=("$name")
    else
      say "$name is not reached: $(head -n 1 -- "$tmp/ssh.log")"
      lost+=("$name")
    fi
  done
  ((${#left[@]} > 0)) || die "no server is reached" "install one that is lost: scripts/install-HOST.sh" "then run this again"
}

list() {
  local name
  for name in "${left[@]}"; do
    step "$name"
    on "$name" "ls -lt $db/snapshots 2>/dev/null || true"
  done
  if [[ -n $bucket ]]; then list_bucket; fi
}

# list_bucket asks from a host, which has the key; there curl reads it from its standard input, so that no command line has it.
list_bucket() {
  local name entry text found=''
  step "the bucket, $bucket"
  for name in "${left[@]}"; do
    if on "$name" ". /run/secrets/rendered/backup.env && printf 'user = \"%s:%s\"\n' \"\$AWS_ACCESS_KEY_ID\" \"\$AWS_SECRET_ACCESS_KEY\" | curl --silent --show-error --fail --max-time 30 --aws-sigv4 aws:amz:$bucket_region:s3 --config - $(printf '%q' "$bucket_list")" >"$tmp/bucket" 2>"$tmp/log"; then
      found=yes
      break
    fi
    say "$name cannot list it: $(head -n 1 -- "$tmp/log")"
  done
  [[ -n $found ]] || return 0
  # Of the elements of a snapshot its name and time; what k3s keeps beside them is in .metadata.
  text="$(tr -d '\n' <"$tmp/bucket")"
  while read -r entry; do
    if [[ $entry =~ \<Key\>"$bucket_folder"/([A-Za-z0-9._-]+)\</Key\> ]]; then
      name="${BASH_REMATCH[1]}"
      if [[ $entry =~ \<LastModified\>([0-9TZ:.-]+)\< ]]; then printf '%s %s\n' "${BASH_REMATCH[1]}" "$name"; fi
    fi
  done <<<"${text//<Contents>/$'\n'}" | sort -r
}

api_ready() { [[ "$(on "$1" k3s kubectl --request-timeout=20s get --raw /readyz 2>"$tmp/log")" == ok ]]; }

member_ready() { [[ "$(on "$1" k3s kubectl --request-timeout=20s get --raw /readyz/etcd 2>"$tmp/log")" == ok ]]; }

# What has an etcd with a majority needs no snapshot, and would lose all that was made since.
check() {
  local name
  [[ " ${left[*]} " == *" $chosen "* ]] || die "$chosen is not among the servers that are reached:$(printf ' %s' "${left[@]}")" "name one of these"
  [[ $snapshot =~ ^[A-Za-z0-9/._-]+$ ]] || die "$snapshot is no name of a snapshot" "scripts/restore-$site-etcd.sh lists them"
  for name in "${left[@]}"; do
    if member_ready "$name"; then
      die "etcd has a majority: $name answers, and nothing is to be restored" "docs/RUNBOOK.md, A server is dead"
    fi
  done
  if [[ $snapshot == /* ]]; then
    on "$chosen" test -s "$snapshot" || die "$chosen has no $snapshot" "scripts/restore-$site-etcd.sh lists the snapshots"
  elif [[ -z $bucket ]]; then
    die "$snapshot is no path, and there is no bucket" "scripts/restore-$site-etcd.sh lists the snapshots"
  fi
}

# Two of three old members have a majority, and go on as a second cluster, when they start again with what is on their disks.
confirm() {
  local answer=''
  if ((${#lost[@]} > 0)); then
    printf '\nLost: %s. Are they off, and will they never start again with the disks they have? Only yes is taken for it: ' "${lost[*]}" >&2
    read -r answer || true
    [[ $answer == yes ]] || die "not confirmed; nothing was changed" "take them off the network, or begin their rescue system, and wipe their disks: docs/RUNBOOK.md, Most servers are lost" "then run this again"
  fi
  printf '\nThe state of the cluster becomes that of %s, and what was made since is lost.\nServers that are left: %s; lost: %s. The name of the site: ' \
    "$snapshot" "${left[*]}" "${lost[*]:-none}" >&2
  read -r answer || true
  [[ $answer == "$site" ]] || die "not confirmed; nothing was changed" "run this again, and type $site"
}

restore() {
  local name before
  before="before-$(date +%Y%m%dT%H%M%S)"
  step "k3s stops on every server that is left; pods go on"
  for name in "${left[@]}"; do
    on "$name" systemctl stop k3s || die "k3s on $name does not stop, and nothing was restored" "${reach:-ssh} systemctl status k3s" "the way back: systemctl start k3s on each server"
  done
  step "$chosen: $snapshot"
  # Read once, before k3s starts (roles/k3s-cilium/join.sh).
  on "$chosen" "printf '%s\n' $snapshot >$k3s/restore-snapshot && systemctl start --no-block k3s" ||
    die "$chosen does not take the snapshot" "the way back: systemctl start k3s on each server"
  wait_for 900 "the API on $chosen" api_ready "$chosen" ||
    die "$chosen has not come up with the snapshot, and the others were left as they were" "$reach journalctl -u k3s" "another snapshot: run this again" "the way back, with a majority: systemctl start k3s on each server"
  for name in "${lost[@]}" "${left[@]}"; do
    if [[ $name == "$chosen" ]]; then continue; fi
    # One that was installed anew is not the node that the snapshot knows.
    if [[ " ${lost[*]:-} " == *" $name "* ]] || ! on "$name" test -e "$db/etcd/member/wal"; then
      on "$chosen" k3s kubectl --request-timeout=20s delete node "$name" --ignore-not-found || warn "the node $name is still known, and no new $name can join: $reach k3s kubectl delete node $name"
    fi
  done
  for name in "${left[@]}"; do
    if [[ $name == "$chosen" ]]; then continue; fi
    step "$name joins"
    on "$name" "if [ -e $db/etcd ]; then mv $db/etcd $db/etcd.$before; fi; systemctl start --no-block k3s"
    wait_for 600 "etcd on $name" member_ready "$name" || die "$name has not joined; $chosen goes on without it" "$reach journalctl -u k3s" "docs/RUNBOOK.md, A server is dead"
  done
}

address='' reach='' left=() lost=()
make_tmp
need ssh "install OpenSSH"
if [[ -n $via_tunnel ]]; then need cloudflared "nix shell nixpkgs#cloudflared"; fi
find_left
if [[ -z $chosen ]]; then
  list
  exit 0
fi
check
confirm
restore
say ''
say "the cluster has the state of $snapshot"
if ((${#lost[@]} > 0)); then say "next: docs/RUNBOOK.md, A server is dead, for ${lost[*]}"; fi
say "next: scripts/verify-$site.sh${via_tunnel:+ --via-tunnel}"
