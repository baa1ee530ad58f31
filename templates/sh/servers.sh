# -- the servers, each of which has the API -----------------------------------------

# connect HOST ADDRESS SSH_HOSTNAME sets ssh_options, address and reach, the way to a
# host; it fails where neither the spec nor an option says the address.
connect() {
  host_ssh_options "$1"
  address="${other_address[$1]:-$2}"
  if [[ -n $via_tunnel ]]; then
    address="$3"
    ssh_options+=(-o "ProxyCommand=cloudflared access ssh --hostname %h")
  fi
  [[ $address != - ]] || return 1
  reach="$(how_in "$1")"
}

# choose_server WITHOUT connects to the first server, but that one, whose API answers, or
# else to the first that is reached, and has its name in host. It fails where none is.
choose_server() {
  local line name to hostname
  local -a reached=()
  for line in "${servers[@]}"; do
    read -r name to hostname <<<"$line"
    if [[ $name == "$1" ]]; then continue; fi
    if ! connect "$name" "$to" "$hostname"; then continue; fi
    if ! on_host true 2>"$tmp/ssh.log"; then
      say "$name at $address: $(head -n 1 -- "$tmp/ssh.log")"
    elif ((${#servers[@]} == 1)) || on_host k3s kubectl --request-timeout=10s get --raw /readyz >/dev/null 2>&1; then
      host="$name"
      if ((${#servers[@]} > 1)); then say "the API on $host answers"; fi
      return 0
    else
      say "$name at $address: its API does not answer"
      reached+=("$line")
    fi
  done
  ((${#reached[@]} > 0)) || return 1
  read -r host to hostname <<<"${reached[0]}"
  connect "$host" "$to" "$hostname"
}
