#!/usr/bin/env bash
set -euo pipefail

#gen:values

#common.sh
#servers.sh

usage() {
  cat <<USAGE
Usage: scripts/maintain-$site.sh [options] reboot|switch|upgrade [HOST…]

Takes one host of $site after the other out of the cluster, and goes on to the next only
when the last one is back: its node Ready, etcd with all of its members, and volumes with
all of their copies. Without HOST all of them, servers first.

  reboot            restart the host
  switch            rebuild it from this checkout, as nixos-rebuild switch does
  upgrade           rebuild it from this checkout for the next start, and restart it: a new
                    kernel or release

Options:
  --via-tunnel      reach the hosts with cloudflared, not at their addresses
  --address H=A     where ssh finds the host H, when not where the spec says
  -h, --help        this text

Environment: POLL_SECONDS (5) between tries; WAIT_SECONDS overrides the deadlines.
switch and upgrade go to the names of ~/.ssh/config that docs/RUNBOOK.md has.
USAGE
}

via_tunnel='' action=''
declare -A other_address=()
wanted=()
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
    reboot | switch | upgrade) if [[ -z $action ]]; then action="$1"; else wanted+=("$1"); fi ;;
    *) wanted+=("$1") ;;
  esac
  shift
done
if [[ -z $action ]]; then usage >&2; exit 2; fi

#hosts.sh

# kube asks the API of a server that is not the one at hand.
kube() { on "$asked" k3s kubectl --request-timeout=20s "$@"; }

# -- what has to be true ------------------------------------------------------------

nodes_ready() {
  local name ready
  bad='' seen=' '
  kube get nodes -o "jsonpath='{range .items[*]}{.metadata.name}{\" \"}{.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}'" >"$tmp/nodes" 2>"$tmp/log" || return 1
  while read -r name ready; do
    seen+="$name "
    if [[ -n $name && $ready != True ]]; then bad+=" $name"; fi
  done <"$tmp/nodes"
  for name in "${hosts[@]%% *}"; do
    if [[ $seen != *" $name "* ]]; then bad+=" $name"; fi
  done
  [[ -z $bad ]]
}

# The API server of each server has the etcd beside it.
etcd_ready() {
  local line
  bad=''
  for line in "${servers[@]}"; do
    if [[ "$(on "${line%% *}" k3s kubectl --request-timeout=20s get --raw /readyz/etcd 2>"$tmp/log")" != ok ]]; then bad+=" ${line%% *}"; fi
  done
  [[ -z $bad ]]
}

volumes_healthy() {
  [[ -n $longhorn ]] || return 0
  kube -n longhorn-system get volumes.longhorn.io -o "jsonpath='{range .items[*]}{.metadata.name}{\" \"}{.status.robustness}{\"\\n\"}{end}'" >"$tmp/volumes" 2>"$tmp/log" || return 1
  ! grep -q -e ' degraded$' -e ' faulted$' "$tmp/volumes"
}

# nodes_well SECONDS NOTE waits for what k3s on a host takes part in.
nodes_well() {
  wait_for "$1" "every node to be Ready" nodes_ready || die "not Ready:${bad:- $(cat -- "$tmp/log")}; no host is taken out$2" "docs/RUNBOOK.md, Troubleshooting" "then run this again"
  wait_for "$1" "every member of etcd" etcd_ready || die "etcd has no majority, or no member, on:$bad; no host is taken out$2" "docs/RUNBOOK.md, A server is dead" "then run this again"
}

volumes_well() {
  wait_for "$1" "the copies of volumes" volumes_healthy || die "volumes lack copies; $2" "$by_hand k3s kubectl -n longhorn-system get volumes.longhorn.io" "then run this again"
}

boot_id() { on "$1" cat /proc/sys/kernel/random/boot_id 2>"$tmp/ssh.log"; }

restarted() {
  local now
  now="$(boot_id "$1")" && [[ -n $now && $now != "$2" ]]
}

# -- one host -----------------------------------------------------------------------

rebuild() {
  step "$2: nixos-rebuild $1"
  (cd -- "$root" && nix run --inputs-from . nixpkgs#nixos-rebuild-ng -- "$1" --flake ".#$2" --target-host "$2${via_tunnel:+.tunnel}" --build-host "$2${via_tunnel:+.tunnel}")
}

take_out() {
  step "$1: its pods go to other nodes"
  on "$asked" k3s kubectl drain "$1" --ignore-daemonsets --delete-emptydir-data --timeout=10m >&2 && return 0
  put_back "$1"
  die "the node $1 could not be drained, and is back as it was" "what keeps a pod there is named above; a PodDisruptionBudget wants another replica that is ready" "then run this again"
}

put_back() { kube uncordon "$1" >&2; }

maintain() {
  local host="$1" before
  # Built while the host still works; nothing of it runs before the restart.
  if [[ $action == upgrade ]]; then rebuild boot "$host" || die "$host is not rebuilt, and was not taken out" "read the message above"; fi
  take_out "$host"
  if [[ $action == switch ]]; then
    rebuild switch "$host" || {
      put_back "$host"
      die "$host did not take its new configuration, and takes pods again" "read the message above" "the way back: docs/RUNBOOK.md, Updating NixOS"
    }
  else
    before="$(boot_id "$host")" || die "$host is not reached, and takes no pods" "$(cat -- "$tmp/ssh.log")" "$by_hand k3s kubectl uncordon $host, when it is back"
    step "$host: restart"
    on "$host" systemctl reboot || true # the connection may end first
    wait_for 900 "$host to start" restarted "$host" "$before" ||
      die "$host has not come back, and no other host is taken out" "look at its console; an older generation is in its boot menu" "$by_hand k3s kubectl uncordon $host, when it is back" "docs/RUNBOOK.md, A server is dead, if it does not come back"
  fi
  nodes_well 600 ", and $host takes no pods: $by_hand k3s kubectl uncordon $host"
  put_back "$host"
  # Longhorn makes no copy on a node that is cordoned (its setting disable-scheduling-on-cordoned-node).
  volumes_well 6000 "$host takes pods again, and no other host is taken out"
  say "$host is back"
}

address='' reach='' host='' asked='' by_hand='' bad='' seen=''
make_tmp
need ssh "install OpenSSH"
if [[ -n $via_tunnel ]]; then need cloudflared "nix shell nixpkgs#cloudflared"; fi
if [[ $action != reboot ]]; then need nix "nixos.org/download"; fi
for name in "${wanted[@]}"; do
  line_of "$name" >/dev/null || die "there is no host $name" "hosts: ${hosts[*]%% *}"
done
if ((${#wanted[@]} == 0)); then wanted=("${hosts[@]%% *}"); fi

for name in "${wanted[@]}"; do
  # Asked is a server that stays, whichever of the others is at hand.
  choose_server "$name" || die "no other server is reached" "scripts/verify-$site.sh"
  asked="$host" by_hand="$reach"
  step "$name: is everything there that it is part of?"
  nodes_well 60 ''
  volumes_well 600 "no host is taken out"
  maintain "$name"
done
say ''
say "done: ${wanted[*]}"
say "next: scripts/verify-$site.sh${via_tunnel:+ --via-tunnel}"
