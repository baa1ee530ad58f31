# -- shared by this site's scripts ------------------------------------------

# macOS ships bash 3.2, which takes an empty list for an unset variable.
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
  printf '%s needs bash 4.4 or later, this is %s: install bash and run it from there\n' "${0##*/}" "$BASH_VERSION" >&2
  exit 2
fi

# The script knows the output root from its own place, so that it works from any
# working directory.
root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"
poll_seconds="${POLL_SECONDS:-5}"
tmp=''
background_pid=''

say() { printf '%s\n' "$*" >&2; }
step() { printf '\n== %s\n' "$*" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }

# die MESSAGE [NEXT…] says what is wrong, and what to do about it.
die() {
  printf '\n%s: %s\n' "${0##*/}" "$1" >&2
  shift
  if (($# > 0)); then printf '  next: %s\n' "$@" >&2; fi
  exit 1
}

# need PROGRAM HOW
need() {
  command -v "$1" >/dev/null || die "$1 is not installed" "$2"
}

# Runs at every exit: nothing secret stays behind, and no ssh in the background.
cleanup() {
  local status=$?
  trap - EXIT
  if [[ -n $background_pid ]]; then
    kill "$background_pid" 2>/dev/null || true
    wait "$background_pid" 2>/dev/null || true
  fi
  if [[ -n $tmp ]]; then rm -rf -- "$tmp"; fi
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

make_tmp() {
  umask 077
  tmp="$(mktemp -d)"
}

# wait_for SECONDS WHAT COMMAND… runs COMMAND until it succeeds, and gives up
# after SECONDS, or WAIT_SECONDS where that is set.
wait_for() {
  local limit="${WAIT_SECONDS:-$1}" what="$2" start="$SECONDS"
  shift 2
  say "waiting for $what (at most ${limit}s)"
  until "$@"; do
    if ((SECONDS - start >= limit)); then return 1; fi
    sleep "$poll_seconds"
  done
}

# Connections to the installed host. Its key is kept under the host's name, so that
# it is the same host by address and through the tunnel; a changed key is refused.
host_ssh_options() {
  local name="$1"
  ssh_options=(
    -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4
    -o "UserKnownHostsFile=\"$root/known_hosts\"" -o "HostKeyAlias=$name" -o StrictHostKeyChecking=accept-new
  )
  if ! ssh-keygen -F "$name" -f "$root/known_hosts" >/dev/null 2>&1; then
    warn "known_hosts holds no key of $name yet: the one it shows now is taken and kept there"
  fi
}

# how_in is what a person types to get to the host at address, for hints: they are read
# when this script, and the tunnel that it opened, are gone.
how_in() {
  local way='' known="$root/known_hosts"
  if [[ $known == *' '* ]]; then known="\"$known\""; fi # ssh takes a list of files
  if [[ -n ${via_tunnel:-} ]]; then way=" -o 'ProxyCommand=cloudflared access ssh --hostname %h'"; fi
  printf 'ssh%s -o HostKeyAlias=%s -o UserKnownHostsFile=%q root@%s' "$way" "$1" "$known" "$address"
}

# shellcheck disable=SC2029 # the arguments are fixed texts, meant for the shell there
on_host() { ssh "${ssh_options[@]}" "root@$address" "$@" </dev/null; }
