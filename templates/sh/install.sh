#!/usr/bin/env bash
set -euo pipefail

#gen:values

#common.sh

usage() {
  cat <<USAGE
Usage: scripts/install-$host.sh [options] [ADDRESS]

Installs NixOS on $host with nixos-anywhere, from the rescue system that answers
at ADDRESS (default: ${default_address:-none; say it}). Everything on the disks that the spec names is
erased, after these were compared with the machine and the host name was typed.

Options:
  -i FILE           SSH key that opens the rescue system (default: what ssh uses)
  -f FINGERPRINT    SHA256:… of the rescue system's host key, as its provider shows it
  --facts           print what the machine is made of, as lines of the spec (as JSON
                    where gen is not installed), and stop; needs no keys and no spec
                    that fits, and changes nothing
  --facts-json      the same as JSON, which gen probe reads
  --check           compare the machine with the spec and stop; changes nothing
  --reinstall       go on though the machine runs an installed NixOS
  --known-kernel    go on though the installer's kernel writes arrays that the
                    target's kernel is too old for
  -h, --help        this text

Environment: POLL_SECONDS (5) between tries; WAIT_SECONDS overrides every deadline.
USAGE
}

identity='' fingerprint='' facts_only='' check_only='' reinstall='' known_kernel='' address="$default_address"
while (($# > 0)); do
  case "$1" in
    -i) identity="${2:?-i needs a file}"; shift ;;
    -f) fingerprint="${2:?-f needs a fingerprint}"; shift ;;
    --facts) facts_only=spec ;;
    --facts-json) facts_only=json ;;
    --check) check_only=yes ;;
    --reinstall) reinstall=yes ;;
    --known-kernel) known_kernel=yes ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) address="$1" ;;
  esac
  shift
done
if [[ -z $address ]]; then
  usage >&2
  exit 2
fi

# -- this side ----------------------------------------------------------------

nix_flags=(--extra-experimental-features 'nix-command flakes')
flake_dir=''

# A hand-written flake.nix may lie above the output root, up to the top of the
# repository, which is where nix looks for it too.
find_flake() {
  local top
  # Outside of git nix would copy the whole folder, the private key with it, into
  # its world-readable store.
  top="$(git -C "$root" rev-parse --show-toplevel 2>/dev/null)" ||
    die "$root is in no git repository, and flakes read the files that git tracks" "git init, git add and commit the output, then run this again"
  flake_dir="$root"
  until [[ -e $flake_dir/flake.nix ]]; do
    if [[ $flake_dir == "$top" || $flake_dir == / ]]; then
      die "no flake.nix in $root or above it" "run gen; or write the flake.nix that the spec says you own"
    fi
    flake_dir="$(dirname -- "$flake_dir")"
  done
}

check_checkout() {
  local file untracked
  find_flake
  [[ -e $flake_dir/flake.lock ]] ||
    die "no flake.lock beside $flake_dir/flake.nix" "cd '$flake_dir' && nix flake lock && git add flake.lock"
  for file in "$flake_dir/flake.nix" "$flake_dir/flake.lock" "$root/machines/$host/default.nix"; do
    git -C "$root" ls-files --error-unmatch -- "$file" >/dev/null 2>&1 ||
      die "git does not track $file, and flakes see tracked files only" "git add '$file'"
  done
  untracked="$(git -C "$root" ls-files --others --exclude-standard -- "$root/*.nix" "$root/secrets")"
  if [[ -n $untracked ]]; then
    die "files that git does not track, and that the flake cannot see: ${untracked//$'\n'/ }" "git add them, or remove them"
  fi
  if git -C "$root" ls-files --error-unmatch -- "$host.key" >/dev/null 2>&1; then
    die "$host.key, a private key, is tracked by git" "git rm --cached '$root/$host.key', and make a new key: docs/RUNBOOK.md, Rotating keys"
  fi
}

check_key() {
  local public
  [[ -e $key_file ]] ||
    die "no $key_file, the private age key of $host, and no $kept_key" "copy it from your backup; for a new host: age-keygen -o '$key_file', and put its public key into the spec as hosts.$host.age"
  public="$(age-keygen -y "$key_file")" || die "$key_file is no age key" "copy it from your backup"
  [[ $public == "$age_recipient" ]] ||
    die "$key_file belongs to $public, but the spec says $age_recipient" "use the right key file; or put $public into the spec as hosts.$host.age, run gen, and sops updatekeys the files below secrets/hosts/$host/"
}

# The file is opened with the host's own key and nothing else, as the host will.
check_secrets() {
  local key value file="$root/$secrets_file"
  [[ -n $secrets_file ]] || return 0
  [[ -e $file ]] || die "no $secrets_file, which $host needs" "docs/RUNBOOK.md, Secrets"
  git -C "$root" ls-files --error-unmatch -- "$secrets_file" >/dev/null 2>&1 ||
    die "git does not track $secrets_file, and the flake cannot see it" "check that it is encrypted, then git add '$root/$secrets_file'"
  for key in "${secret_keys[@]}"; do
    value="$(env -i PATH="$PATH" HOME="$tmp" SOPS_AGE_KEY_FILE="$key_file" \
      sops decrypt --extract "[\"$key\"]" "$file" 2>"$tmp/sops.log")" || {
      cat -- "$tmp/sops.log" >&2
      die "$host.key cannot read $key in $secrets_file" "sops --config '$root/.sops.yaml' '$file' to add the key; sops --config '$root/.sops.yaml' updatekeys '$file' where the host is no recipient"
    }
    if [[ $value == *REPLACE-ME* ]]; then
      die "$key in $secrets_file still has the example's value" "sops --config '$root/.sops.yaml' '$file', then commit"
    fi
  done
}

nix_eval() {
  (cd -- "$flake_dir" && nix "${nix_flags[@]}" eval --raw ".#nixosConfigurations.\"$host\".config.$1")
}

# Evaluating the whole system runs its assertions before the machine is touched.
check_configuration() {
  nix_eval system.build.toplevel.drvPath >/dev/null ||
    die "the NixOS configuration of $host does not evaluate" "read the message above; nix flake check --no-build shows all hosts"
  target_kernel="$(nix_eval boot.kernelPackages.kernel.version)" ||
    die "cannot tell the kernel that $host will run" "read the message above"
}

# -- the machine --------------------------------------------------------------

rescue_options=()

# The rescue system's host key is its own and goes into a file that is thrown away;
# the installer that it boots keeps that key (nixos-images kexec-run.sh).
prepare_rescue_ssh() {
  local line strict=accept-new
  if [[ -n $fingerprint ]]; then
    strict=yes
    # Only the key that was checked is kept: the others may be anybody's.
    while IFS= read -r line; do
      if [[ "$(ssh-keygen -lf - <<<"$line" 2>/dev/null)" == *" $fingerprint "* ]]; then
        printf '%s\n' "$line" >"$tmp/rescue_hosts"
      fi
    done < <(ssh-keyscan -T 10 "$address" 2>/dev/null)
    [[ -s $tmp/rescue_hosts ]] ||
      die "no host key at $address has the fingerprint $fingerprint" "check the address and the fingerprint; somebody may stand in between"
  fi
  rescue_options=(
    -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4
    -o "UserKnownHostsFile=\"$tmp/rescue_hosts\"" -o GlobalKnownHostsFile=/dev/null -o "StrictHostKeyChecking=$strict"
  )
  if [[ -n $identity ]]; then rescue_options+=(-i "$identity" -o IdentitiesOnly=yes); fi
}

# shellcheck disable=SC2029 # the arguments are fixed texts, meant for the shell there
on_rescue() { ssh "${rescue_options[@]}" "root@$address" "$@"; }

# look prints facts of the machine, one a line or as JSON.
look() {
  on_rescue sh -s "$1" <<'REMOTE'
#facts.sh
REMOTE
}

fact() { awk -v key="$1" '$1 == key { sub(/^[^ ]+ /, ""); print; exit }' "$tmp/facts"; }

fetch_facts() {
  if look lines >"$tmp/facts" 2>"$tmp/ssh.log" && grep -q '^kernel ' "$tmp/facts"; then return 0; fi
  no_log_in
}

no_log_in() {
  cat -- "$tmp/ssh.log" >&2
  die "cannot log in as root@$address with a key" \
    "boot the rescue system, with your public key chosen for it, and run this again" \
    "or, where it only takes a password: ssh-copy-id root@$address"
}

print_facts() {
  look json >"$tmp/facts.json" 2>"$tmp/ssh.log" || no_log_in
  if [[ $facts_only == spec ]] && command -v gen >/dev/null; then
    gen probe --name "$host" "$tmp/facts.json" || die "gen could not read the facts" "--facts-json prints them as they are"
    return 0
  fi
  cat -- "$tmp/facts.json"
  if [[ $facts_only == spec ]]; then say "gen is not installed: gen probe --name $host FILE makes lines of the spec of this"; fi
}

# compare_disks: each disk of the spec is there, and no two of them are one disk.
compare_disks() {
  local disk device other missing=''
  declare -A seen=()
  for disk in "${disks[@]}"; do
    device="$(awk -v disk="$disk" '$1 == "disk" && $2 == disk { print $3; exit }' "$tmp/facts")"
    if [[ -z $device ]]; then
      missing+=" $disk"
      continue
    fi
    other="${seen[$device]:-}"
    if [[ -n $other ]]; then
      die "$disk and $other are the same disk, $device" "choose another by-id name in the spec, and run gen"
    fi
    seen[$device]="$disk"
  done
  if [[ -n $missing ]]; then
    say "disks at $address:"
    awk '$1 == "disk" && $2 ~ /by-id/ { print "  " $2 " -> " $3 }' "$tmp/facts" >&2
    die "this is not $host as the spec has it, or a disk is dead; missing:$missing" "check the address; or put the disks above into the spec as hosts.$host.disks, run gen, commit, and run this again"
  fi
}

# compare_sizes: each disk is as large as the spec says, so that what is put on it
# fits, and not so much larger that it is another one. A size in the spec may be
# rounded; gen has taken that into account in both.
compare_sizes() {
  local i disk least most bytes
  for i in "${!disks[@]}"; do
    disk="${disks[i]}" least="${least_bytes[i]}" most="${most_bytes[i]}"
    if ((least == 0)); then continue; fi
    bytes="$(awk -v disk="$disk" '$1 == "disk" && $2 == disk { print $4; exit }' "$tmp/facts")"
    [[ $bytes =~ ^[1-9][0-9]*$ ]] ||
      die "cannot tell the size of $disk, and the spec says one" "look at lsblk -b there; take the disk's size out of the spec, and run gen, where it cannot be told"
    if ((bytes < least)); then
      die "$disk has $bytes bytes, and by the spec $least at least: what the spec puts on it may not fit" \
        "choose the right disk; or say size: \"$((bytes / 1048576))MiB\" in the spec, run gen, commit, and run this again"
    fi
    if ((bytes > most)); then
      die "$disk has $bytes bytes, and by the spec $most at most: this is another disk" \
        "choose the right disk; or say size: \"$((bytes / 1048576))MiB\" in the spec, run gen, commit, and run this again"
    fi
  done
}

compare_nics() {
  local mac
  for mac in "${macs[@]}"; do
    awk -v mac="$mac" '$1 == "card" && tolower($3) == mac { found = 1 } END { exit !found }' "$tmp/facts" || {
      awk '$1 == "card" { print "  " $3 " " $2 }' "$tmp/facts" >&2
      die "no network card with the MAC $mac at $address; it has those above" "check the address; or put the right MAC into the spec as hosts.$host.nics, run gen, commit, and run this again"
    }
  done
}

# compare_arch: nixos-anywhere boots an installer for what it finds, and what was
# built for another CPU fails once the disks are empty.
compare_arch() {
  local seen
  seen="$(fact arch)"
  [[ $seen == "$arch" ]] ||
    die "the machine is ${seen:-of an unknown architecture}, but the spec says $arch" "check the address; or say cpu: arch: for the host in the spec, and run gen"
}

compare_firmware() {
  local seen
  seen="$(fact firmware)"
  if [[ $firmware != unknown && $firmware != "$seen" ]]; then
    die "the machine booted in $seen mode, but the spec says firmware: $firmware, whose layout would not boot" "say firmware: \"$seen\" (or \"unknown\", which boots both) in the spec and run gen; or change the firmware's boot mode"
  fi
  say "firmware: $seen (the spec says $firmware)"
}

refuse_installed() {
  local os hostname
  os="$(fact os)" hostname="$(fact hostname)"
  if [[ $os == nixos\ * && $os != 'nixos installer' && -z $reinstall ]]; then
    if [[ $hostname == "$host" ]]; then
      die "$address already runs the installed $host" "to update it: docs/RUNBOOK.md, Updating NixOS; to erase it and begin again: --reinstall"
    fi
    die "$address runs an installed NixOS named $hostname, not a rescue system" "check the address; boot the rescue system; or --reinstall"
  fi
}

compare_machine() {
  compare_disks
  compare_sizes
  compare_nics
  compare_arch
  compare_firmware
}

show_disks() {
  say "disks of the spec at $address; everything on them will be erased:"
  local disk
  for disk in "${disks[@]}"; do
    say "  $disk -> $(awk -v disk="$disk" '$1 == "disk" && $2 == disk { print $3; exit }' "$tmp/facts")"
  done
  on_rescue lsblk -o NAME,SIZE,MODEL,SERIAL,FSTYPE,LABEL,MOUNTPOINT </dev/null >&2 || warn "lsblk failed on the machine"
}

confirm() {
  local typed=''
  printf '\nType the name of the host (%s) to erase these disks and install it: ' "$host" >&2
  read -r typed || true
  [[ $typed == "$host" ]] || die "not confirmed; nothing was changed" "run this again, and type $host"
}

# Linux 6.19 gave md's version 1 superblock a field that older kernels refuse
# (nixos-anywhere#673): arrays made by such an installer never assemble on an older
# target, and the machine does not boot.
compare_kernels() {
  local installer
  installer="$(fact kernel)"
  say "kernels: installer $installer, $host $target_kernel"
  if [[ -n $installer_kernel && $installer != "$installer_kernel"* ]]; then
    warn "the spec says the installer's kernel is $installer_kernel: its image was made again"
  fi
  if ((${#arrays[@]} == 0)) || older "$installer" 6.19 || ! older "$target_kernel" 6.19; then return 0; fi
  if [[ -n $known_kernel ]]; then
    warn "going on with --known-kernel"
    return 0
  fi
  die "the installer's kernel $installer makes arrays that $host's kernel $target_kernel cannot start; no disk was touched" \
    "say kernel: \"latest\" for the host in the spec, or an installer.image with a kernel below 6.19; run gen, commit, and run this again (the machine is in the installer now, which is fine)"
}

# A pool is made by the installer's module of ZFS, and disko takes one of the same name that
# it finds as its own: one on another disk than those of the spec is nobody's to write to.
compare_pools() {
  local pool disk device part
  local -A own=()
  ((${#pools[@]} > 0)) || return 0
  on_rescue modprobe zfs </dev/null ||
    die "the installer has no ZFS; no disk was touched" "leave installer.image out of the spec, for nixos-anywhere's own image, or take one with ZFS"
  for disk in "${disks[@]}"; do
    device="$(awk -v disk="$disk" '$1 == "disk" && $2 == disk { print $3; exit }' "$tmp/facts")"
    own[$device]=yes
  done
  on_rescue lsblk -rnpo NAME,PKNAME,FSTYPE,LABEL </dev/null >"$tmp/members" ||
    die "cannot tell which pools are on the machine's disks; no disk was touched" "lsblk failed there; look at the message above"
  while read -r part device pool; do
    if [[ -n ${own[$device]:-} || -n ${own[$part]:-} || " ${pools[*]} " != *" $pool "* ]]; then continue; fi
    die "$part has a pool named $pool too, and the spec does not name its disk; no disk was touched" \
      "give the pool in the spec another name; or clear that one on the machine, with zpool labelclear -f $part, where nobody misses it"
  done < <(awk '$3 == "zfs_member" { print $1, $2, $4 } $2 == "zfs_member" { print $1, $1, $3 }' "$tmp/members")
}

# older A B tells whether version A is below B, by major and minor number.
older() {
  local -a a b
  IFS=.- read -r -a a <<<"$1"
  IFS=.- read -r -a b <<<"$2"
  ((a[0] * 1000 + a[1] < b[0] * 1000 + b[1]))
}

# -- the install --------------------------------------------------------------

anywhere() {
  local -a run=("$nixos_anywhere")
  if grep -q '"nixos-anywhere"' "$flake_dir/flake.lock"; then run=(--inputs-from . nixos-anywhere); fi
  if [[ -n $identity ]]; then set -- -i "$identity" "$@"; fi
  if [[ -n $installer_image ]]; then set -- --kexec "$installer_image" "$@"; fi
  (cd -- "$flake_dir" && nix "${nix_flags[@]}" run "${run[@]}" -- --flake ".#$host" --target-host "root@$address" "$@")
}

# The files keep their modes on the target, so a folder that is closed here would
# close /var there. The host's SSH key is made here, so that the first log-in after
# the install already knows whom it talks to.
prepare_extra_files() {
  local line
  install -d -m 755 "$tmp/extra" "$tmp/extra/var" "$tmp/extra/var/lib" "$tmp/extra/etc" "$tmp/extra/etc/ssh"
  install -d -m 700 "$tmp/extra/var/lib/sops-nix"
  install -m 600 "$key_file" "$tmp/extra/var/lib/sops-nix/keys.txt"
  ssh-keygen -q -t ed25519 -N '' -C "root@$host" -f "$tmp/extra/etc/ssh/ssh_host_ed25519_key"
  chmod 600 "$tmp/extra/etc/ssh/ssh_host_ed25519_key"
  chmod 644 "$tmp/extra/etc/ssh/ssh_host_ed25519_key.pub"
  read -r line <"$tmp/extra/etc/ssh/ssh_host_ed25519_key.pub"
  if [[ -e $root/known_hosts ]]; then
    awk -v host="$host" '$1 != host' "$root/known_hosts" >"$tmp/known_hosts"
  fi
  printf '%s %s\n' "$host" "${line% *}" >>"$tmp/known_hosts"
}

run_install() {
  step "installing $host; this builds and copies the system, and takes a while"
  install -m 644 "$tmp/known_hosts" "$root/known_hosts"
  anywhere --extra-files "$tmp/extra" --phases disko,install,reboot ||
    die "nixos-anywhere failed" "read the message above, and run this again: the machine is still in the installer" "if it does not answer, boot the rescue system first"
}

is_up() { on_host nixos-version >"$tmp/version" 2>"$tmp/ssh.log"; }

check_pools() {
  local pool known
  known="$(on_host zpool list -H -o name)"
  for pool in "${pools[@]}"; do
    grep -qxF -- "$pool" <<<"$known" || die "the pool $pool is not there" "$(how_in "$host") zpool import shows which pools are, and why not"
  done
  [[ "$(on_host zpool status -x)" == 'all pools are healthy' ]] ||
    die "a pool is not healthy" "$(how_in "$host") zpool status -v; docs/RUNBOOK.md, A dead disk"
  say "pools: ${pools[*]}, healthy"
}

k3s_active() { [[ $(on_host systemctl is-active k3s 2>/dev/null) == active ]]; }

# One of several servers waits for another one, and the first of all for the bootstrap.
k3s_settled() {
  if k3s_active; then return 0; fi
  [[ -n $joins && "$(on_host journalctl -u k3s -b -n 30 --no-pager 2>/dev/null)" == *'begins none by itself'* ]]
}

verify_install() {
  local name mdstat failed
  host_ssh_options "$host"
  wait_for 900 "$host to boot and answer ssh" is_up || {
    cat -- "$tmp/ssh.log" >&2
    die "$host does not answer at $address" \
      "is your own address among hosts.$host.ssh.from of the spec, where it names some?" \
      "look at its console; or boot the rescue system, mount the root file system and read its journal" \
      "docs/RUNBOOK.md, Troubleshooting: the host does not boot"
  }
  say "NixOS $(cat -- "$tmp/version")"
  name="$(on_host uname -n)"
  [[ $name == "$host" ]] || die "the machine at $address calls itself $name" "check the address"
  if ((${#arrays[@]} > 0)); then
    mdstat="$(on_host cat /proc/mdstat)"
    printf '%s\n' "$mdstat" >&2
    if grep -q '\[[U_]*_[U_]*\]' <<<"$mdstat"; then
      die "an array lacks a disk" "docs/RUNBOOK.md, A dead disk"
    fi
  fi
  if ((${#pools[@]} > 0)); then check_pools; fi
  wait_for 300 "k3s" k3s_settled || {
    on_host journalctl -u k3s -n 20 --no-pager >&2 || true
    if [[ $role == agent ]]; then
      die "k3s is not active on $host" "an agent needs the server: is that up, and is k3s_token the same in both hosts' files?"
    fi
    if [[ -n $joins ]]; then die "k3s is not active on $host" "is k3s_token the same in every host's file?" "$(how_in "$host") journalctl -u k3s"; fi
    die "k3s is not active on $host" "$(how_in "$host") journalctl -u k3s"
  }
  failed="$(on_host systemctl --failed --no-legend --plain)"
  if [[ -n $failed ]]; then warn "units that failed on $host: $failed"; fi
}

key_file="$root/$host.key"
kept_key="${XDG_CONFIG_HOME:-${HOME:-}/.config}/sitegen/$site/$host.key" # where gen init puts it
if [[ ! -e $key_file && -e $kept_key ]]; then key_file="$kept_key"; fi
target_kernel=''
make_tmp

if [[ -n $facts_only ]]; then
  for tool in ssh ssh-keygen; do need "$tool" "install OpenSSH"; done
  prepare_rescue_ssh
  print_facts
  exit 0
fi

step "this side: tools, checkout, keys, secrets"
need nix "https://nixos.org/download"
for tool in git ssh ssh-keygen; do need "$tool" "install git and OpenSSH"; done
need age-keygen "nix shell nixpkgs#age"
if [[ -n $secrets_file ]]; then need sops "nix shell nixpkgs#sops"; fi
check_checkout
check_key
check_secrets
check_configuration

step "the machine at $address"
prepare_rescue_ssh
fetch_facts
refuse_installed
compare_machine
show_disks
if [[ -n $check_only ]]; then
  say ''
  say "the machine is $host as the spec has it; nothing was changed"
  exit 0
fi
confirm
prepare_extra_files

step "booting the installer"
anywhere --phases kexec || die "the installer did not boot" "boot the rescue system again and run this again; docs/RUNBOOK.md, Troubleshooting: the installer does not boot"
fetch_facts
[[ $(fact os) == 'nixos installer' ]] || die "$address runs $(fact os), not the installer" "boot the rescue system and run this again"
compare_machine
compare_kernels
compare_pools

run_install

step "checking $host"
verify_install
say ''
say "$host is installed. Its SSH host key is in known_hosts: commit it."
# The next script knows the spec's address only.
elsewhere=''
if [[ $address != "$default_address" ]]; then elsewhere="$address"; fi
if [[ -n $joins ]] && ! k3s_active; then
  say "k3s on $host waits for a server that has the cluster"
  say "next: the other servers; then, where $site never had a cluster, scripts/bootstrap-$site-k8s.sh --begin"
elif [[ $role == server && -z $joins ]]; then
  say "next: scripts/bootstrap-$site-k8s.sh${elsewhere:+ $elsewhere}"
else
  say "next: scripts/verify-$site.sh${elsewhere:+ --address $host=$elsewhere}"
fi
