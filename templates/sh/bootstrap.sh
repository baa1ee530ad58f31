#!/usr/bin/env bash
set -euo pipefail

#gen:values

#common.sh
#servers.sh

# The first server, which ADDRESS is of.
read -r host default_address ssh_hostname <<<"${servers[0]}"

usage() {
  cat <<USAGE
Usage: scripts/bootstrap-$site-k8s.sh [options] [ADDRESS]

Brings up the cluster of $site on $host: Cilium, the Cloudflare tunnel with its DNS
records and Access applications, Argo CD and what Argo CD reads from
$repo_url. It can be run again at any time, and then only applies what
changed. ADDRESS is where ssh finds $host (default: ${default_address/#-/none; say it}).

Options:
  --via-tunnel      reach $host as $ssh_hostname with cloudflared
  --plan            show what Terraform would change, and stop
  --yes             apply without asking
USAGE
  if ((${#servers[@]} > 1)); then
    cat <<USAGE
  --begin           no server has a cluster yet, and there never was one: begin it on $host
USAGE
  fi
  cat <<USAGE
  --without-app-secrets
                    go on though encrypted files of apps are missing
  -h, --help        this text

Environment: POLL_SECONDS (5) between tries; WAIT_SECONDS overrides the deadlines;
TERRAFORM names the program (default: tofu, else terraform).
USAGE
}

via_tunnel='' plan_only='' yes='' without_app_secrets='' begin=''
declare -A other_address=()
while (($# > 0)); do
  case "$1" in
    --via-tunnel) via_tunnel=yes ;;
    --plan) plan_only=yes ;;
    --yes) yes=yes ;;
    --begin) begin=yes ;;
    --without-app-secrets) without_app_secrets=yes ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) other_address["$host"]="$1" ;;
  esac
  shift
done
if [[ $default_address == - && -z ${other_address[$host]:-} && -z $via_tunnel ]] && ((${#servers[@]} == 1)); then
  usage >&2
  exit 2
fi

# -- secrets --------------------------------------------------------------------

# is_encrypted FILE; sops filestatus only looks at the file's metadata.
is_encrypted() { [[ "$(sops filestatus "$1" 2>/dev/null)" == *'"encrypted":true'* ]]; }

# secret KEY [FILE]
secret() { sops decrypt --extract "[\"$1\"]" "$root/${2:-$k8s_secrets}"; }

# The public keys that Argo CD will have; more than one, while a new key takes the
# place of an old one.
argocd_public=''

# check_secrets FILE KEY…
check_secrets() {
  local key value secrets="$1" file="$root/$1"
  [[ -e $file ]] || die "no $secrets" "docs/RUNBOOK.md, Secrets: encrypt the example beside it, and fill it in"
  is_encrypted "$file" ||
    die "$secrets is not encrypted" "sops --config '$root/.sops.yaml' encrypt --in-place '$file', before it is committed; if it was committed or pushed, every secret in it has to be made anew"
  for key in "${@:2}"; do
    value="$(secret "$key" "$secrets" 2>"$tmp/sops.log")" || {
      cat -- "$tmp/sops.log" >&2
      die "cannot read $key in $secrets" "is your own age key where sops looks for it (SOPS_AGE_KEY_FILE)? is it among the spec's sops.people?" "sops --config '$root/.sops.yaml' '$file' to add the key"
    }
    if [[ $value == *REPLACE-ME* ]]; then
      die "$key in $secrets still has the example's value" "sops --config '$root/.sops.yaml' '$file'"
    fi
  done
}

check_k8s_secrets() {
  check_secrets "$k8s_secrets" "${secret_keys[@]}"
  if ((${#idp_keys[@]} > 0)); then check_secrets "$idp_secrets" "${idp_keys[@]}"; fi
  argocd_public="$(secret argocd_age_key | age-keygen -y)" ||
    die "argocd_age_key in $k8s_secrets is no age key" "put the private key there whose public key is $argocd_recipient"
  [[ $'\n'$argocd_public$'\n' == *$'\n'"$argocd_recipient"$'\n'* ]] ||
    die "argocd_age_key in $k8s_secrets belongs to ${argocd_public//$'\n'/ }, but the apps' files are encrypted to $argocd_recipient" "put the right key there; or say sops.argocd: \"$argocd_public\" in the spec, run gen, and sops updatekeys the apps' files"
}

missing_apps=''

check_app_secrets() {
  local entry app path
  for entry in "${app_secrets[@]}"; do
    read -r app path <<<"$entry"
    if [[ ! -e $root/$path ]]; then
      missing_apps+=" $app"
      warn "no $path, which the app $app needs"
      continue
    fi
    is_encrypted "$root/$path" ||
      die "$path is not encrypted" "sops --config '$root/.sops.yaml' encrypt --in-place '$root/$path', before it is committed; if it was pushed, its secrets have to be made anew"
    if grep -qF -- "$argocd_recipient" "$root/$path"; then continue; fi
    # An old key that Argo CD still has reads it too: the day on which keys change.
    grep -qF -- "$argocd_public" "$root/$path" ||
      die "Argo CD cannot read $path: it is not encrypted to $argocd_recipient" "sops --config '$root/.sops.yaml' updatekeys '$root/$path', commit and push"
    warn "only an old key reads $path; docs/RUNBOOK.md, Rotating keys: sops updatekeys, before the old key is taken out of argocd_age_key"
  done
  if [[ -n $missing_apps && -z $without_app_secrets ]]; then
    die "encrypted files are missing for:$missing_apps" "docs/RUNBOOK.md, Secrets of an app; or --without-app-secrets to add them later"
  fi
}

# Argo CD reads the repository, not this checkout.
check_pushed() {
  local head pushed
  head="$(git -C "$root" rev-parse HEAD 2>/dev/null)" ||
    die "$root is in no git repository, or has no commit" "commit the output and push it to $repo_url"
  if [[ -n $(git -C "$root" status --porcelain -- "$root") ]]; then
    warn "changes here are not committed, and Argo CD will not see them"
  fi
  if ! pushed="$(git -C "$root" ls-remote "$repo_url" "refs/heads/$repo_branch")"; then
    warn "cannot read $repo_url from here, so nothing tells whether $repo_branch has what is here"
    return 0
  fi
  pushed="${pushed%%[[:space:]]*}"
  [[ -n $pushed ]] || die "$repo_url has no branch $repo_branch, which Argo CD will read" "git push '$repo_url' HEAD:$repo_branch"
  if [[ $pushed != "$head" ]] && ! git -C "$root" merge-base --is-ancestor "$head" "$pushed" 2>/dev/null; then
    warn "HEAD is not pushed: Argo CD will read $pushed, this checkout is at $head; git push"
  fi
}

# -- the way to the API -----------------------------------------------------------

# A server that finds no other one waits, since k3s would begin a cluster of its own: a
# second one, where the first is only out of reach. So a person says when there is none.
begin_cluster() {
  local line name to hostname sqlite=''
  for line in "${servers[@]}"; do
    read -r name to hostname <<<"$line"
    if ! connect "$name" "$to" "$hostname" || ! on_host true 2>"$tmp/ssh.log"; then
      die "$name is not reached, and nobody knows whether it is part of a cluster" "is it installed? scripts/install-$name.sh" "docs/RUNBOOK.md, A server is dead, where there was one"
    fi
    if on_host test -e /var/lib/rancher/k3s/server/db/etcd/member/wal; then
      say "$name is part of a cluster, and no other one is begun"
      host="$name"
      return 0
    fi
    if on_host test -e /var/lib/rancher/k3s/server/db/state.db; then sqlite+=" $name"; fi
  done
  read -r host to hostname <<<"${servers[0]}"
  connect "$host" "$to" "$hostname"
  if [[ $sqlite == " $host" ]]; then return 0; fi # SQLite becomes etcd by itself
  [[ -z $sqlite ]] ||
    die "the state of a cluster of one server (/var/lib/rancher/k3s/server/db/state.db) is on:$sqlite; $host is the first server, and no other cluster is begun" "cluster: first: \"NAME\" in the spec, of the one whose cluster goes on; run gen, commit, push, and rebuild the servers" "on any other one, where it is of no use: move state.db away" "then run this again"
  [[ -n $begin ]] || die "no server has a cluster yet" "if there never was one: scripts/bootstrap-$site-k8s.sh --begin" "docs/RUNBOOK.md, Most servers are lost, where there was one"
  say "the cluster begins on $host"
  on_host 'mkdir -p /var/lib/rancher/k3s && touch /var/lib/rancher/k3s/begin-cluster && systemctl restart --no-block k3s' ||
    die "k3s on $host does not start" "$reach journalctl -u k3s"
}

# joined tells whether every server has its node.
joined() {
  local line name there
  there=" $(kubectl --request-timeout=10s get nodes -o 'jsonpath={.items[*].metadata.name}' 2>"$tmp/kubectl.log") " || return 1
  missing=''
  for line in "${servers[@]}"; do
    read -r name _ <<<"$line"
    if [[ $there != *" $name "* ]]; then missing+=" $name"; fi
  done
  [[ -z $missing ]]
}

# The parts of the platform of which there are two want two nodes.
wait_servers() {
  if wait_for 300 "the other servers to join" joined; then return 0; fi
  local -a without=()
  read -r -a without <<<"$missing"
  if ((${#servers[@]} - ${#without[@]} < 2)); then
    die "no other server has joined:$missing" "are they installed? scripts/install-HOST.sh" "on each of them: journalctl -u k3s; a token that is not the same on all is refused" "then run this again"
  fi
  warn "not joined yet:$missing; if they are not installed: scripts/install-HOST.sh"
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

tunnel_settled() { listening "$local_port" || ! kill -0 "$background_pid" 2>/dev/null; }

# A port of its own, so that nothing else that listens on 6443 here is taken for
# this cluster.
open_ssh_tunnel() {
  local try
  for try in 1 2 3 4 5; do
    local_port=$((20000 + RANDOM % 20000))
    if listening "$local_port"; then continue; fi
    ssh "${ssh_options[@]}" -N -o ExitOnForwardFailure=yes \
      -L "127.0.0.1:$local_port:127.0.0.1:6443" "root@$address" </dev/null >"$tmp/tunnel.log" 2>&1 &
    background_pid=$!
    WAIT_SECONDS='' wait_for 30 "the ssh tunnel (try $try)" tunnel_settled || true
    if kill -0 "$background_pid" 2>/dev/null && listening "$local_port"; then return 0; fi
    kill "$background_pid" 2>/dev/null || true
    wait "$background_pid" 2>/dev/null || true
    background_pid=''
  done
  cat -- "$tmp/tunnel.log" >&2
  die "no ssh tunnel to the API on $host" "try: $reach true" "is your own address among hosts.$host.ssh.from of the spec, where it names some? --via-tunnel goes another way once the tunnel is up"
}

# Two files: one for this run and its own port, and one to keep, for the port that
# docs/RUNBOOK.md forwards.
write_kubeconfigs() {
  local config kept="$HOME/.kube/$site.yaml"
  config="$(on_host cat /etc/rancher/k3s/k3s.yaml)" ||
    die "cannot read /etc/rancher/k3s/k3s.yaml on $host" "is k3s active there? $reach systemctl status k3s"
  printf '%s\n' "${config//https:\/\/127.0.0.1:6443/https:\/\/127.0.0.1:$local_port}" >"$tmp/kubeconfig"
  mkdir -p -- "$(dirname -- "$kept")"
  printf '%s\n' "$config" >"$kept.new"
  chmod 600 "$kept.new"
  mv -f -- "$kept.new" "$kept"
  export KUBECONFIG="$tmp/kubeconfig"
  say "kubeconfig for later: $kept"
}

api_ready() { kubectl --request-timeout=10s get --raw /readyz >/dev/null 2>"$tmp/kubectl.log"; }

# -- Terraform --------------------------------------------------------------------

find_terraform() {
  local version
  local -a part
  terraform="${TERRAFORM:-}"
  if [[ -z $terraform ]]; then
    terraform=terraform
    if command -v tofu >/dev/null; then terraform=tofu; fi
  fi
  need "$terraform" "nix shell nixpkgs#opentofu"
  version="$("$terraform" version)"
  version="${version%%$'\n'*}"
  IFS=. read -r -a part <<<"${version##*v}"
  # Write-only arguments, which keep secrets out of the state.
  if ((part[0] * 1000 + part[1] < 1011)); then
    die "$version is too old" "version 1.11 or later of OpenTofu or Terraform"
  fi
  say "using $version"
}

# The Terraform root at hand: the site's own, then those that have zones alone.
terraform_root="$terraform_dir"
in_terraform() { "$terraform" -chdir="$root/$terraform_root" "$@"; }

confirm() {
  local answer=''
  if [[ -n $yes ]]; then return 0; fi
  printf '\nApply this plan? Only yes is taken for it: ' >&2
  read -r answer || true
  [[ $answer == yes ]] || die "not confirmed; nothing was changed" "run this again, and answer yes"
}

# An Access application that goes while cloudflared still leads to its hostname would
# leave the hostname open to everybody. What cloudflared's pods wait for names the
# hostnames it guards, and paths of them; a star is an underscore there, a slash two dots.
check_guarded() {
  local line hostname key routed open=''
  routed="$(kubectl --request-timeout=10s -n cloudflared get deployments \
    -o 'jsonpath={range .items[*]}{.spec.template.spec.volumes[?(@.name=="access")].configMap.items[*].key}{" "}{end}' 2>"$tmp/kubectl.log")" || {
    cat -- "$tmp/kubectl.log" >&2
    die "cannot tell which hostnames cloudflared serves" "$reach k3s kubectl -n cloudflared get deployments" "then run this again"
  }
  in_terraform show -no-color "$tmp/plan" >"$tmp/plan.txt" || die "$terraform cannot show its own plan" "run this again"
  while read -r line; do
    if [[ $line =~ cloudflare_zero_trust_access_application\.site\[\"([^\"]+)\"\]\ will\ be\ destroyed ]]; then
      hostname="${BASH_REMATCH[1]}"
      key="${hostname/\*/_}"
      if [[ " $routed " == *" ${key//\//..} "* ]]; then open+=" $hostname"; fi
    fi
  done <"$tmp/plan.txt"
  if [[ -n $open ]]; then
    die "without its Access application everybody could open:$open" \
      "push the commit that takes it out; Argo CD reads it within three minutes: $reach k3s kubectl -n argocd get application cloudflared" "then run this again"
  fi
}

# Helm writes down that it has begun, and refuses everything after an operation that
# was cut off: a lost connection, a second Ctrl-C, a laptop that slept. Only somebody
# who knows that nobody else is at it can take the record away; what it had made is
# taken over by the next try.
check_releases() {
  local entry namespace release record
  for entry in 'kube-system cilium' 'argocd argocd'; do
    read -r namespace release <<<"$entry"
    record="$(kubectl --request-timeout=10s -n "$namespace" get secret -o name \
      -l "owner=helm,name=$release,status in (pending-install,pending-upgrade,pending-rollback)" 2>"$tmp/kubectl.log")" || {
      cat -- "$tmp/kubectl.log" >&2
      die "cannot tell whether Helm was cut off" "run this again"
    }
    if [[ -n $record ]]; then
      die "an install or upgrade of $release was cut off, and Helm refuses the next one" \
        "if nobody else applies right now: $reach k3s kubectl -n $namespace delete ${record//$'\n'/ }" "then run this again"
    fi
  done
}

planned=0 # as -detailed-exitcode has it
apply_terraform() {
  local status=0
  in_terraform init -input=false ||
    die "$terraform init failed" "read the message above; with the state in a bucket it needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
  in_terraform plan -input=false -detailed-exitcode -out="$tmp/plan" "$@" || status=$?
  case "$status" in
    0) say "nothing to change" ;;
    2) ;;
    *) die "$terraform plan failed" \
      "a zone that is not found: add it to the account first" \
      "403 or 10000 from Cloudflare: the token's permissions, docs/RUNBOOK.md, Cloudflare token" \
      "Access is not enabled: switch Zero Trust on once, docs/RUNBOOK.md, Cloudflare account" ;;
  esac
  planned=$status
  if [[ -z $plan_only ]] && ((status == 2)); then
    check_guarded
    check_releases
    confirm
    in_terraform apply -input=false "$tmp/plan" ||
      die "$terraform apply failed; what it made so far is in the state" "read the message above, put it right, and run this again: it goes on where it stopped"
  fi
}

# The roots with zones look up the tunnels, which the site's own root makes.
apply_zones() {
  local first="$planned"
  for terraform_root in "${zone_roots[@]}"; do
    if [[ -n $plan_only ]] && ((first)); then
      say "not planned before that is applied: $terraform_root"
      continue
    fi
    step "Terraform: $terraform_root"
    apply_terraform
  done
}

# -- what has to be true at the end -----------------------------------------------

# Without --watch the command says how far it is and succeeds either way; with it,
# it fails at once for an object that Argo CD has not made yet.
rollout() {
  kubectl --request-timeout=10s -n "$1" rollout status --watch=false "$2" >"$tmp/rollout" 2>&1 &&
    grep -q -e 'successfully rolled out' -e 'roll out complete' -e 'rolling update complete' "$tmp/rollout"
}

# daemons_rollout goes on without the pods of nodes that nobody hears of: those are never
# ready. Ready is Unknown there; a node that is up and waits for its network says False.
daemons_rollout() {
  local name ready desired='' updated='' available=''
  local -a dead=()
  if rollout "$1" "$2"; then return 0; fi
  kubectl --request-timeout=10s get nodes -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' >"$tmp/nodes" 2>"$tmp/kubectl.log" || return 1
  while read -r name ready; do
    if [[ $ready == Unknown ]]; then dead+=("$name"); fi
  done <"$tmp/nodes"
  ((${#dead[@]} > 0)) || return 1
  kubectl --request-timeout=10s -n "$1" get "$2" -o 'jsonpath={.status.desiredNumberScheduled}{" "}{.status.updatedNumberScheduled}{" "}{.status.numberAvailable}{"\n"}' >"$tmp/daemons" 2>"$tmp/kubectl.log" || return 1
  read -r desired updated available <"$tmp/daemons" || return 1
  # A number that is 0 may not be there at all.
  [[ -n $available ]] && ((desired - updated <= ${#dead[@]} && desired - available <= ${#dead[@]})) || return 1
  warn "$2 is not ready on nodes that do not answer: ${dead[*]}; docs/RUNBOOK.md, A server is dead"
}

wait_rollout() {
  local namespace="$1" object="$2" rolled=rollout
  if [[ $object == daemonset/* ]]; then rolled=daemons_rollout; fi
  wait_for 600 "$object" "$rolled" "$namespace" "$object" || {
    kubectl -n "$namespace" get pods -o wide >&2 || true
    die "$object in $namespace is not ready: $(cat -- "$tmp/rollout")" "$reach k3s kubectl -n $namespace describe $object" "docs/RUNBOOK.md, Troubleshooting"
  }
}

node_ready() {
  [[ "$(kubectl --request-timeout=10s get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>"$tmp/kubectl.log")" == True ]]
}

wait_nodes() {
  local node
  wait_for 300 "node $host" node_ready "$host" ||
    die "the node $host is not Ready" "$reach k3s kubectl describe node $host" "docs/RUNBOOK.md, Troubleshooting"
  for node in "${nodes[@]}"; do
    [[ $node == "$host" ]] || node_ready "$node" || warn "the node $node is not Ready yet; if it is not installed: scripts/install-$node.sh"
  done
}

# Argo CD leaves a sync alone that failed for good or that its timeout ended, until the
# next commit: what kept it from going on may have been put right without one.
resume_syncs() {
  local name phase options
  kubectl --request-timeout=10s -n argocd get applications.argoproj.io \
    -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.operationState.phase}{" "}{.spec.syncPolicy.syncOptions}{"\n"}{end}' >"$tmp/syncs" 2>"$tmp/kubectl.log" || return 0
  while read -r name phase options; do
    if [[ $phase != Failed && $phase != Error ]]; then continue; fi
    say "the last sync of $name ended with $phase; beginning it again"
    kubectl --request-timeout=10s -n argocd patch applications.argoproj.io "$name" --type merge \
      -p "{\"operation\":{\"initiatedBy\":{\"username\":\"bootstrap\"},\"retry\":{\"limit\":5},\"sync\":{\"prune\":true,\"syncOptions\":${options:-[]}}}}" \
      >/dev/null 2>"$tmp/kubectl.log" || warn "$name: $(cat -- "$tmp/kubectl.log")"
  done <"$tmp/syncs"
}

# Every Application that the root one made, so that this needs no list of them.
apps_settled() {
  local name sync health seen='' waiting=''
  kubectl --request-timeout=10s -n argocd get applications.argoproj.io \
    -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.sync.status}{" "}{.status.health.status}{"\n"}{end}' >"$tmp/apps" 2>"$tmp/kubectl.log" || return 1
  while read -r name sync health; do
    if [[ -z $name ]]; then continue; fi
    seen+=" $name "
    if [[ "$sync $health" != 'Synced Healthy' && " $missing_apps " != *" $name "* ]]; then waiting+=" $name"; fi
  done <"$tmp/apps"
  for name in app-of-apps "${core_applications[@]}"; do
    if [[ $seen != *" $name "* ]]; then waiting+=" $name"; fi
  done
  # The root Application counts the missing apps as its own trouble.
  if [[ -n $missing_apps && $waiting == ' app-of-apps' ]]; then waiting=''; fi
  [[ -z $waiting ]]
}

wait_apps() {
  wait_for 900 "Argo CD's Applications to be Synced and Healthy" apps_settled || {
    cat -- "$tmp/apps" >&2
    kubectl -n argocd get applications.argoproj.io -o 'jsonpath={range .items[*]}{range .status.conditions[*]}{.message}{"\n"}{end}{end}' >&2 || true
    die "not every Application is Synced and Healthy" \
      "a repository that cannot be read: is the deploy key added at the git host? docs/RUNBOOK.md, Deploy key" \
      "an app that cannot be decrypted: docs/RUNBOOK.md, Troubleshooting" \
      "then run this again"
  }
}

local_port='' terraform='' reach='' address='' missing=''
make_tmp

step "this side: tools, secrets, checkout"
need git "install git"
need ssh "install OpenSSH"
need kubectl "nix shell nixpkgs#kubectl"
need sops "nix shell nixpkgs#sops"
need age-keygen "nix shell nixpkgs#age"
find_terraform
check_k8s_secrets
check_app_secrets
check_pushed

step "the API${servers[1]:+, on the server that answers}"
if [[ -n $via_tunnel ]]; then need cloudflared "nix shell nixpkgs#cloudflared"; fi
choose_server '' || {
  cat -- "$tmp/ssh.log" >&2
  die "cannot log in as root@$address" "is $host installed? scripts/install-$host.sh" "is your own address among hosts.$host.ssh.from of the spec, where it names some?" "a changed host key: compare it on the console, then remove the line of $host from known_hosts"
}
if ((${#servers[@]} > 1)) && ! on_host k3s kubectl --request-timeout=10s get --raw /readyz >/dev/null 2>&1; then begin_cluster; fi
open_ssh_tunnel
write_kubeconfigs
wait_for 300 "the API" api_ready || {
  cat -- "$tmp/kubectl.log" >&2
  if ((${#servers[@]} > 1)); then say "docs/RUNBOOK.md, Most servers are lost, is about servers that do not come back"; fi
  die "the API on $host does not answer" "$reach journalctl -u k3s"
}

if ((${#servers[@]} > 1)); then wait_servers; fi

step "Terraform"
apply_terraform -var "kubeconfig_path=$tmp/kubeconfig"
apply_zones
if [[ -n $plan_only ]]; then exit 0; fi

step "the cluster"
wait_rollout kube-system daemonset/cilium
wait_rollout kube-system deployment/cilium-operator
wait_nodes
# k3s has one of it, and leaves their number to whoever sets it (k3s manifests/coredns.yaml).
if ((${#servers[@]} > 1)); then kubectl --request-timeout=10s -n kube-system scale deployment/coredns --replicas=2 >/dev/null; fi
wait_rollout kube-system deployment/coredns
wait_rollout argocd statefulset/argocd-application-controller
wait_rollout argocd deployment/argocd-repo-server
wait_rollout argocd deployment/argocd-server
resume_syncs
wait_apps
for connector in "${connectors[@]}"; do wait_rollout cloudflared "deployment/$connector"; done

say ''
say "$site is up. Argo CD: https://$argocd_hostname, user admin; its first password:"
say "  $reach k3s kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath={.data.password} | base64 -d"
say "next: scripts/verify-$site.sh${via_tunnel:+ --via-tunnel}"
