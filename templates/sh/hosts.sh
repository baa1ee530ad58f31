# -- the way in -------------------------------------------------------------------

line_of() {
  local line
  for line in "${hosts[@]}"; do
    if [[ ${line%% *} == "$1" ]]; then
      printf '%s\n' "$line"
      return 0
    fi
  done
  return 1
}

# on HOST COMMAND… runs it there.
on() {
  local name where hostname
  read -r name where hostname <<<"$(line_of "$1")"
  connect "$name" "$where" "$hostname" || die "the address of $1 is only known to DHCP" "--address $1=ADDRESS, or --via-tunnel"
  shift
  on_host "$@"
}
