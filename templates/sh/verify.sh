#!/usr/bin/env bash
set -euo pipefail

#gen:values

#common.sh

usage() {
  cat <<USAGE
Usage: scripts/verify-$site.sh [options]

Looks at the running site $site and changes nothing: hosts, disks, cluster, Argo CD,
and each hostname from outside. One line a check: ok, FAIL or skip; what to do about
the last two stands below them. Exit status 1 when a check failed.

Options:
  --via-tunnel      reach the hosts with cloudflared, not at their addresses
  --address H=A     where ssh finds the host H, when not where the spec says
  --no-hostnames    leave out the checks of each hostname
  -h, --help        this text
USAGE
}

via_tunnel='' no_hostnames=''
declare -A other_address=()
while (($# > 0)); do
  case "$1" in
    --via-tunnel) via_tunnel=yes ;;
    --address)
      [[ ${2:-} == ?*=?* ]] || { usage >&2; exit 2; }
      other_address[${2%%=*}]="${2#*=}"
      shift
      ;;
    --no-hostnames) no_hostnames=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

# -- reporting --------------------------------------------------------------------

passed=0 failed=0 skipped=0

ok() {
  passed=$((passed + 1))
  printf 'ok    %s\n' "$*"
}

# fail WHAT NEXT
fail() {
  failed=$((failed + 1))
  printf 'FAIL  %s\n      next: %s\n' "$1" "$2"
}

skip() {
  skipped=$((skipped + 1))
  printf 'skip  %s\n      how: %s\n' "$1" "$2"
}

first_line() { head -n 1 -- "$1" | cut -c 1-200; }

#servers.sh
kube() { on_host k3s kubectl --request-timeout=20s "$@"; }

# -- 1 and 2: each host -------------------------------------------------------------

check_host() {
  local host="$1" arrays="$4" role="$5" boots="$6" pools="$7" version
  if ! connect "$host" "$2" "$3"; then
    skip "1 NixOS on $host: its address is only known to DHCP" "--address $host=ADDRESS, or --via-tunnel"
    return 0
  fi
  if ! version="$(on_host nixos-version 2>"$tmp/log")"; then
    fail "1 NixOS on $host at $address: $(first_line "$tmp/log")" "is it up, and do you reach port 22 from here? --via-tunnel goes another way"
    return 0
  fi
  ok "1 NixOS on $host: $version"
  if [[ $pools == - ]]; then
    check_arrays "$host" "$arrays"
  else
    check_pools "$host" "$pools"
  fi
  check_boot "$host" "$boots"
  check_ways "$host"
  if [[ $role == agent ]]; then
    if [[ "$(on_host systemctl is-active k3s 2>/dev/null)" == active ]]; then
      ok "3 k3s on $host"
    else
      fail "3 k3s on $host is not active" "$reach journalctl -u k3s"
    fi
  fi
}

check_arrays() {
  local host="$1" wanted="$2" mdstat active
  if ((wanted == 0)); then
    ok "2 RAID on $host: the spec has no array"
    return 0
  fi
  mdstat="$(on_host cat /proc/mdstat 2>"$tmp/log")" || mdstat=''
  active="$(grep -c '^md[^ ]* : active' <<<"$mdstat" || true)"
  if ((active < wanted)); then
    fail "2 RAID on $host: $active of $wanted arrays are active" "$reach cat /proc/mdstat; docs/RUNBOOK.md, A dead disk"
  elif grep -q '\[[U_]*_[U_]*\]' <<<"$mdstat"; then
    fail "2 RAID on $host: an array lacks a disk" "docs/RUNBOOK.md, A dead disk"
  else
    ok "2 RAID on $host: $(grep -o '\[U[U]*\]' <<<"$mdstat" | tr '\n' ' ')"
  fi
}

# Each pool of the spec is there with all of its disks, and no data in it is known to be lost.
check_pools() {
  local host="$1" wanted="$2" pools pool health bad=''
  pools="$(on_host zpool list -H -o name,health 2>"$tmp/log")" || pools=''
  for pool in ${wanted//,/ }; do
    health="$(awk -v pool="$pool" '$1 == pool { print $2 }' <<<"$pools")"
    if [[ $health != ONLINE ]]; then bad+=" $pool (${health:-missing})"; fi
  done
  if [[ -n $bad ]]; then
    fail "2 ZFS on $host:$bad" "$reach zpool status; docs/RUNBOOK.md, A dead disk"
  elif [[ "$(on_host zpool status -x 2>"$tmp/log")" != 'all pools are healthy' ]]; then
    fail "2 ZFS on $host: a pool has errors" "$reach zpool status -v; docs/RUNBOOK.md, A dead disk"
  else
    ok "2 ZFS on $host: ONLINE: ${wanted//,/ }"
  fi
}

# A boot partition that is not mounted is only noticed when its disk is the last one.
check_boot() {
  local host="$1" boots="$2" mounts mount missing=''
  mounts=" $(on_host findmnt -rno TARGET -t vfat 2>/dev/null | tr '\n' ' ' || true)"
  for mount in ${boots//,/ }; do
    if [[ $mounts != *" $mount "* ]]; then missing+=" $mount"; fi
  done
  if [[ -n $missing ]]; then
    fail "2 boot partitions of $host: not mounted:$missing" "docs/RUNBOOK.md, A dead disk"
  else
    ok "2 boot partitions of $host: ${boots//,/ }"
  fi
}

# Where the way takes less than the spec says, connections between pods of two hosts open,
# and hang with the first full packet.
check_ways() {
  local host="$1" line from to node bytes
  for line in ${ways[@]+"${ways[@]}"}; do
    read -r from to node bytes <<<"$line"
    if [[ $from != "$host" ]]; then continue; fi
    if on_host ping -c 3 -W 2 -M "do" -s "$((bytes - 28))" "$node" &>"$tmp/log"; then
      ok "3 the way from $host to $to: packets of $bytes bytes"
    elif on_host ping -c 3 -W 2 "$node" &>"$tmp/log"; then
      fail "3 the way from $host to $to: packets of $bytes bytes do not arrive, smaller ones do" "docs/RUNBOOK.md, Troubleshooting: the packets' size"
    else
      fail "3 the way from $host to $to: $node does not answer" "$reach networkctl status; docs/RUNBOOK.md, Troubleshooting"
    fi
  done
}

# -- 3 to 7: the cluster ------------------------------------------------------------

# The API server of each server has the etcd beside it, which answers only while most of them are there.
check_etcd() {
  if [[ "$(kube get --raw /readyz/etcd 2>"$tmp/log")" == ok ]]; then
    ok "3 etcd on $1 has a majority"
  else
    fail "3 etcd on $1: $(first_line "$tmp/log")" "$reach journalctl -u k3s; docs/RUNBOOK.md, A server is dead"
  fi
}

check_nodes() {
  local line name ready not_ready='' seen=' '
  if ! kube get nodes -o "jsonpath='{range .items[*]}{.metadata.name}{\" \"}{.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}'" >"$tmp/nodes" 2>"$tmp/log"; then
    fail "3 k3s: the API does not answer: $(first_line "$tmp/log")" "$reach journalctl -u k3s"
    return 1
  fi
  while read -r name ready; do
    if [[ -n $name ]]; then seen+="$name "; fi
    if [[ -n $name && $ready != True ]]; then not_ready+=" $name"; fi
  done <"$tmp/nodes"
  for line in "${hosts[@]}"; do
    read -r name _ <<<"$line"
    if [[ $seen != *" $name "* ]]; then not_ready+=" $name"; fi
  done
  if [[ -n $not_ready ]]; then
    fail "3 k3s: nodes that are not Ready:$not_ready" "$reach k3s kubectl describe node; docs/RUNBOOK.md, Troubleshooting"
  else
    ok "3 k3s: nodes Ready:${seen% }"
  fi
}

# check_rollout LABEL NAMESPACE OBJECT
check_rollout() {
  if kube -n "$2" rollout status --watch=false "$3" >"$tmp/log" 2>&1 &&
    grep -q -e 'successfully rolled out' -e 'roll out complete' -e 'rolling update complete' "$tmp/log"; then
    ok "$1: $3 in $2"
  else
    fail "$1: $3 in $2: $(first_line "$tmp/log")" "$reach k3s kubectl -n $2 describe $3; docs/RUNBOOK.md, Troubleshooting"
  fi
}

# One alone is an outage of all names for five minutes when its node dies.
check_second_dns() {
  local ready
  ready="$(kube -n kube-system get deployment coredns -o "jsonpath='{.status.readyReplicas}'" 2>"$tmp/log" || true)"
  if [[ $ready =~ ^[0-9]+$ ]] && ((ready > 1)); then
    ok "5 CoreDNS: $ready of it"
  else
    fail "5 CoreDNS: ${ready:-none} of two is ready" "$reach k3s kubectl -n kube-system scale deployment/coredns --replicas=2"
  fi
}

# Pods stay where they are when a server comes to the cluster: connectors that all share a node die with it.
check_connectors() {
  local connector nodes
  for connector in "${connectors[@]}"; do
    nodes="$(kube -n cloudflared get pods -l "app.kubernetes.io/name=$connector" -o "jsonpath='{range .items[*]}{.spec.nodeName}{\"\\n\"}{end}'" 2>"$tmp/log" | grep . || true)"
    if (($(grep -c . <<<"$nodes") > 1)) && (($(sort -u <<<"$nodes" | grep -c .) == 1)); then
      fail "6 $connector: all of its pods are on ${nodes%%$'\n'*}" "$reach k3s kubectl -n cloudflared rollout restart deployment/$connector; docs/RUNBOOK.md, After more servers have joined"
    fi
  done
}

# A volume has as many copies as the site had hosts for when it was made.
check_copies() {
  local few
  [[ -n $copies ]] || return 0
  if ! kube -n longhorn-system get volumes.longhorn.io -o "jsonpath='{range .items[*]}{.metadata.name}{\" \"}{.spec.numberOfReplicas}{\"\\n\"}{end}'" >"$tmp/volumes" 2>"$tmp/log"; then
    fail "7 Longhorn: $(first_line "$tmp/log")" "$reach k3s kubectl -n longhorn-system get pods"
    return 0
  fi
  few="$(awk -v copies="$copies" 'NF == 2 && $2 + 0 < copies + 0 { printf " %s (%s)", $1, $2 }' "$tmp/volumes")"
  if [[ -n $few ]]; then
    fail "7 Longhorn: volumes with fewer copies than $copies:$few" "docs/RUNBOOK.md, Volumes in copies"
  else
    ok "7 Longhorn: volumes have $copies copies"
  fi
}

check_apps() {
  local name sync health bad='' count=0 seen=' '
  if ! kube -n argocd get applications.argoproj.io -o "jsonpath='{range .items[*]}{.metadata.name}{\" \"}{.status.sync.status}{\" \"}{.status.health.status}{\"\\n\"}{end}'" >"$tmp/apps" 2>"$tmp/log"; then
    fail "7 Argo CD: $(first_line "$tmp/log")" "scripts/bootstrap-$site-k8s.sh"
    return 0
  fi
  while read -r name sync health; do
    if [[ -z $name ]]; then continue; fi
    count=$((count + 1))
    seen+="$name "
    if [[ "$sync $health" != 'Synced Healthy' ]]; then bad+=" $name (${sync:-unknown}, ${health:-unknown})"; fi
  done <"$tmp/apps"
  for name in app-of-apps "${core_applications[@]}"; do
    if [[ $seen != *" $name "* ]]; then bad+=" $name (missing)"; fi
  done
  if [[ -n $bad ]]; then
    fail "7 Argo CD:$bad" "$reach k3s kubectl -n argocd describe application NAME; docs/RUNBOOK.md, Troubleshooting"
  else
    ok "7 Argo CD: $count Applications Synced and Healthy"
  fi
}

check_cluster() {
  local line name to hostname
  read -r host to hostname <<<"${servers[0]}"
  if ((${#servers[@]} > 1)); then
    for line in "${servers[@]}"; do
      read -r name to hostname <<<"$line"
      if connect "$name" "$to" "$hostname"; then check_etcd "$name"; fi
    done
    choose_server '' || {
      fail "3 k3s: no server is reached" "see 1"
      return 0
    }
  elif ! connect "$host" "$to" "$hostname"; then
    skip "3 to 7 the cluster: the address of $host is only known to DHCP" "--address $host=ADDRESS, or --via-tunnel"
    return 0
  fi
  check_nodes || {
    skip "4 to 7: without the API" "see 3"
    return 0
  }
  check_rollout "4 Cilium" kube-system daemonset/cilium
  check_rollout "5 CoreDNS" kube-system deployment/coredns
  if ((${#servers[@]} > 1)); then check_second_dns; fi
  # cloudflared is ready when it has a connection to the edge.
  for connector in "${connectors[@]}"; do check_rollout "6 $connector" cloudflared "deployment/$connector"; done
  if ((${#servers[@]} > 1)); then check_connectors; fi
  check_copies
  check_apps
}

# -- 8: each hostname, from outside ---------------------------------------------------

# check_hostname HOSTNAME[/PATH] KIND ACCESS [WITHOUT]; ACCESS is - for a public one, and any name
# stands for a wildcard; WITHOUT is who comes in without a log-in: networks, or machines and nobody else. Nothing is
# followed: an answer by Access is a redirect to its log-in page (cloudflared carrier.IsAccessResponse).
check_hostname() {
  local hostname="${1/#\*./wildcard-check.}" kind="$2" access="$3" without="${4:-}" answer status size location
  if [[ $kind == stream && $access == - ]]; then
    skip "8 $hostname: no web page, and open to everyone" "cloudflared access tcp --hostname $hostname --url localhost:9999, and its client there"
    return 0
  fi
  if ! answer="$(curl -sS -o /dev/null --max-time 20 -w '%{http_code} %{size_download} %{redirect_url}' "https://$hostname/" 2>"$tmp/log")"; then
    fail "8 https://$hostname: $(first_line "$tmp/log")" "a new name or zone takes a while in DNS: dig ${hostname%%/*}; docs/RUNBOOK.md, Troubleshooting"
    return 0
  fi
  read -r status size location <<<"$answer"
  if [[ $location == https://*/cdn-cgi/access/login* ]]; then
    if [[ $access == - ]]; then
      fail "8 https://$hostname is public in the spec, but Access asks for a log-in" "scripts/bootstrap-$site-k8s.sh"
    else
      ok "8 https://$hostname: Access asks for a log-in ($access)"
    fi
  elif [[ $without == machines && $status == 40[13] ]]; then
    ok "8 https://$hostname: $status without the service token of a machine ($access)"
  elif [[ $without == networks ]]; then
    skip "8 https://$hostname answers $status without a log-in, which is right from the networks of access: $access" "run this again from elsewhere: Access has to ask for a log-in or refuse"
  elif [[ $access != - ]]; then
    fail "8 https://$hostname answers $status WITHOUT a log-in, though the spec says access: $access" "scripts/bootstrap-$site-k8s.sh at once; until then take its record out of the dashboard"
  elif [[ $status == 404 && $size == 0 ]]; then
    fail "8 https://$hostname: 404 from the tunnel's last rule; cloudflared has no rule for it" "is the last commit pushed, and cloudflared synced? see 6 and 7"
  elif [[ $status == 5* ]]; then
    fail "8 https://$hostname answers $status" "530: the tunnel is down, see 6; 502: the $kind's pods do not answer: ${reach:-on $host:} k3s kubectl get pods -A"
  elif [[ $status == [123]* || $status == 401 || $status == 404 || $status == 405 || $kind == route ]]; then
    # The three are what a service says of itself: a log-in of its own, an API without a first page. A route may
    # lead to any answer.
    ok "8 https://$hostname: $status"
  else
    fail "8 https://$hostname answers $status: it is reached, and serves nobody" "the $kind refuses it, or Cloudflare does (zone, Security, Events): curl -i https://$hostname/"
  fi
}

# check_redirect HOSTNAME STATUS URL KEEP: KEEP is true where path and query are kept.
check_redirect() {
  local hostname="$1" status="$2" url="$3" keep="$4" path='' answer got location
  if [[ $keep == true ]]; then path='/verify-check?a=1'; fi
  if ! answer="$(curl -sS -o /dev/null --max-time 20 -w '%{http_code} %{redirect_url}' "https://$hostname$path" 2>"$tmp/log")"; then
    fail "8 https://$hostname: $(first_line "$tmp/log")" "a new name or zone takes a while in DNS: dig $hostname; docs/RUNBOOK.md, Troubleshooting"
    return 0
  fi
  read -r got location <<<"$answer"
  # curl writes the slash that a URL without a path stands for.
  if [[ $got == "$status" && (${location%/} == "$url$path" || $location == "$url$path") ]]; then
    ok "8 https://$hostname: $status to $url"
  else
    fail "8 https://$hostname answers $got ${location:-without a Location}, and not $status to $url$path" "scripts/bootstrap-$site-k8s.sh; in the dashboard: the zone, Rules, Redirect Rules"
  fi
}

# -- 9: ssh through the tunnel --------------------------------------------------------

# Asking for a log-in would open a browser and wait; only one that is there is used.
check_ssh_tunnel() {
  local host="$1" hostname="$2" name
  if ! command -v cloudflared >/dev/null; then
    skip "9 ssh to $hostname" "nix shell nixpkgs#cloudflared, and run this again"
    return 0
  fi
  if [[ -z "$(cloudflared access token --app="https://$hostname" 2>/dev/null || true)" ]]; then
    skip "9 ssh to $hostname: no log-in" "cloudflared access login https://$hostname, and run this again"
    return 0
  fi
  host_ssh_options "$host"
  if name="$(ssh "${ssh_options[@]}" -o "ProxyCommand=cloudflared access ssh --hostname %h" "root@$hostname" uname -n </dev/null 2>"$tmp/log")" && [[ $name == "$host" ]]; then
    ok "9 ssh to $hostname reaches $host"
  else
    fail "9 ssh to $hostname: ${name:-$(first_line "$tmp/log")}" "see 6; docs/RUNBOOK.md, SSH through the tunnel"
  fi
}

address='' reach='' host=''
make_tmp
need ssh "install OpenSSH"
need curl "install curl"
if [[ -n $via_tunnel ]]; then need cloudflared "nix shell nixpkgs#cloudflared"; fi

for line in "${hosts[@]}"; do
  read -r -a fields <<<"$line"
  check_host "${fields[@]}"
done
check_cluster
if [[ -n $no_hostnames ]]; then
  skip "8 hostnames: --no-hostnames" "leave the option out"
else
  for line in "${routes[@]}"; do
    read -r hostname kind access without <<<"$line"
    check_hostname "$hostname" "$kind" "$access" "$without"
  done
  for line in ${redirects[@]+"${redirects[@]}"}; do
    read -r -a fields <<<"$line"
    check_redirect "${fields[@]}"
  done
fi
for line in "${hosts[@]}"; do
  read -r host _ hostname _ <<<"$line"
  check_ssh_tunnel "$host" "$hostname"
done

printf '\n%d ok, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((failed == 0))
