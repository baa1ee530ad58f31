# What a machine is made of: disks, network cards, firmware, processor, memory. Any /bin/sh with awk runs it, busybox's
# too; it changes nothing and reaches for nothing. As `sh -s lines` one fact a line, otherwise JSON.
sys=/sys dev=/dev proc=/proc etc=/etc

# first prints the first line of a file, and nothing where there is none.
first() { if [ -r "$1" ]; then head -n 1 "$1" 2>/dev/null; fi; }

facts_of_system() {
  ID='' VARIANT_ID=''
  # shellcheck source=/dev/null
  if [ -r "$etc/os-release" ]; then . "$etc/os-release"; fi
  echo "os ${ID:-unknown} ${VARIANT_ID:-none}"
  echo "hostname $(uname -n)"
  echo "kernel $(uname -r)"
  echo "arch $(uname -m)"
  if [ -d "$sys/firmware/efi" ]; then echo "firmware uefi"; else echo "firmware bios"; fi
  echo "product $(first "$sys/class/dmi/id/sys_vendor") $(first "$sys/class/dmi/id/product_name")"
  awk -F': *' '$1 ~ /^vendor_id/ && !seen++ { print "cpu " ($2 == "GenuineIntel" ? "intel" : $2 == "AuthenticAMD" ? "amd" : $2) }
    $1 ~ /^processor/ { n++ } END { print "threads " n + 0 }' "$proc/cpuinfo"
  awk '$1 == "MemTotal:" { printf "memory %.0f\n", $2 * 1024 }' "$proc/meminfo"
}

# A card is what hangs on a bus: no bridge, VLAN or bond. In a bond it shows the bond's address and keeps its own aside.
facts_of_cards() {
  for f in "$sys"/class/net/*/address; do
    card="${f%/address}" name='' mac='' driver='' link='' speed=''
    name="${card##*/}"
    [ -e "$card/device" ] || continue
    mac="$(first "$card/bonding_slave/perm_hwaddr")"
    mac="${mac:-$(first "$f")}"
    driver="$(readlink "$card/device/driver")"
    case "$(first "$card/carrier")" in 1) link=up ;; 0) link=down ;; *) link=unknown ;; esac
    speed="$(first "$card/speed")"
    case "$speed" in '' | -*) speed=0 ;; esac
    echo "card $name $mac ${driver##*/} $link $speed"
  done
  command -v ip >/dev/null || return 0
  # by the card's own name, of what is on top of it too: a VLAN's addresses are not the card's
  ip -o address show scope global 2>/dev/null | awk '!/ temporary/ { print "address", $2, $4 }'
  for family in -4 -6; do
    ip $family route show default 2>/dev/null | awk '{ via = dev = ""; for (i = 1; i < NF; i++) { if ($i == "via") via = $(i + 1); if ($i == "dev") dev = $(i + 1) } if (via && dev) print "gateway", dev, via }'
  done
}

# link NAME KIND ID MODE MAC ON…: what lies on cards, and has their addresses. mtu NAME BYTES: of cards too, where it is not 1500.
facts_of_links() {
  for b in "$sys"/class/net/*/bonding/mode; do
    [ -r "$b" ] || continue
    link="${b%/bonding/mode}" mode="$(first "$b")"
    echo "link ${link##*/} bond 0 ${mode%% *} $(first "$link/address") $(first "$link/bonding/slaves")"
  done
  for b in "$sys"/class/net/*/brif; do
    [ -d "$b" ] || continue
    link="${b%/brif}" on=''
    for p in "$b"/*; do
      if [ -e "$p" ]; then on="$on ${p##*/}"; fi
    done
    echo "link ${link##*/} bridge 0 - $(first "$link/address")$on"
  done
  if [ -r "$proc/net/vlan/config" ]; then
    awk 'NR > 2 { gsub(/[|]/, " "); print "link", $1, "vlan", $2, "-", "-", $3 }' "$proc/net/vlan/config"
  fi
  for f in "$sys"/class/net/*/mtu; do
    name="${f%/mtu}" mtu="$(first "$f")"
    case "${name##*/} $mtu" in lo\ * | *\ 1500 | *\ ) continue ;; esac
    echo "mtu ${name##*/} $mtu"
  done
}

# disk NAME REAL BYTES: each name of a disk that is one. drive REAL BYTES TYPE HEALTH CONTROLLER MODEL: each disk once.
facts_of_disks() {
  for d in "$dev"/disk/by-id/* "$dev"/disk/by-path/* "$dev"/sd? "$dev"/vd? "$dev"/xvd? "$dev"/nvme?n?; do
    if [ -e "$d" ]; then
      r="$(readlink -f "$d")"
      # in sectors of 512 bytes, whatever the disk's own are
      s="$(first "$sys/class/block/${r##*/}/size")"
      echo "disk $d $r ${s:+$((s * 512))}"
    fi
  done
  for b in "$sys"/block/*; do
    name="${b##*/}" type=ssd health=unknown controller='' model=''
    case "$name" in loop* | ram* | zram* | sr* | fd* | md* | dm-* | nbd* | mmcblk*boot*) continue ;; esac
    # with native multipath each path of an NVMe disk, nvme0c0n1, is there beside the disk
    if [ "$(first "$b/hidden")" = 1 ]; then continue; fi
    s="$(first "$b/size")"
    if [ "${s:-0}" = 0 ] || [ "$(first "$b/removable")" = 1 ]; then continue; fi
    host="$(readlink -f "$b/device")"
    case "$host" in */host[0-9]*) host="${host##*/host}" controller="$(first "$sys/class/scsi_host/host${host%%/*}/proc_name")" ;; esac
    if [ "$(first "$b/queue/rotational")" = 1 ]; then type=hdd; fi
    case "$name $controller" in
      nvme*) type=nvme ;;
      vd* | xvd* | *\ virtio_scsi | *\ vmw_pvscsi | *\ storvsc) type=virtual ;;
      *\ megaraid_sas | *\ aacraid | *\ hpsa | *\ smartpqi | *\ arcmsr | *\ 3w-*) type=raid ;;
    esac
    if command -v smartctl >/dev/null; then
      case "$(smartctl -H "$dev/$name" 2>/dev/null)" in *PASSED* | *'Health Status: OK'*) health=passed ;; *FAILED* | *'FAILURE'*) health=failed ;; esac
    fi
    model="$(first "$b/device/model")"
    echo "drive $dev/$name $((s * 512)) $type $health ${controller:--} ${model:-unknown}"
  done
}

facts() {
  facts_of_system
  facts_of_cards
  facts_of_links
  facts_of_disks
}

# as_json makes an object of the lines: everything after a line's fixed words is text as a maker wrote it.
as_json() {
  awk '
    function text(s) { gsub(/\\/, "&&", s); gsub(/"/, "\\\"", s); gsub(/[[:cntrl:]]/, "", s); return "\"" s "\"" }
    function rest(n, s) { s = $0; while (n-- > 0) sub(/^[^ ]* */, "", s); sub(/ +$/, "", s); return s }
    function list(s) { sub(/^, /, "", s); return "[" s "]" }
    $1 == "disk" && $2 ~ /\/by-(id|path)\// { names[$3] = names[$3] ", " text($2); next }
    $1 == "drive" { d++; drive[d] = $2; size[d] = $3; type[d] = $4; health[d] = $5; controller[d] = $6 == "-" ? "" : $6; model[d] = rest(6); next }
    $1 == "card" { c++; card[c] = $2; mac[c] = tolower($3); driver[c] = NF > 5 ? $4 : ""; link[c] = $(NF - 1); speed[c] = $NF; next }
    $1 == "link" { l++; over[l] = $2; kind[l] = $3; id[l] = $4; mode[l] = $5 == "-" ? "" : $5; lmac[l] = $6 == "-" ? "" : tolower($6); for (i = 7; i <= NF; i++) on[l] = on[l] ", " text($i); next }
    $1 == "mtu" { mtu[$2] = $3; next }
    $1 == "address" { addresses[$2] = addresses[$2] ", " text($3); next }
    $1 == "gateway" { gateways[$2] = gateways[$2] ", " text($3); next }
    $1 == "os" { os = $2; next }
    { fact[$1] = rest(1) }
    END {
      printf "{\n  \"version\": 1,\n  \"os\": %s,\n  \"hostname\": %s,\n  \"kernel\": %s,\n", text(os), text(fact["hostname"]), text(fact["kernel"])
      printf "  \"product\": %s,\n  \"arch\": %s,\n  \"firmware\": %s,\n", text(fact["product"]), text(fact["arch"]), text(fact["firmware"])
      printf "  \"cpu\": {\"vendor\": %s, \"threads\": %d},\n  \"memory\": %s,\n  \"disks\": [", text(fact["cpu"]), fact["threads"], fact["memory"] + 0 ? fact["memory"] : 0
      for (i = 1; i <= d; i++)
        printf "%s\n    {\"name\": %s, \"size\": %s, \"type\": %s, \"health\": %s, \"controller\": %s, \"model\": %s,\n     \"ids\": %s}", (i > 1 ? "," : ""),
          text(drive[i]), size[i], text(type[i]), text(health[i]), text(controller[i]), text(model[i]), list(names[drive[i]])
      printf "\n  ],\n  \"cards\": ["
      for (i = 1; i <= c; i++)
        printf "%s\n    {\"name\": %s, \"mac\": %s, \"driver\": %s, \"link\": %s, \"speed\": %d, \"mtu\": %d,\n     \"addresses\": %s, \"gateways\": %s}", (i > 1 ? "," : ""),
          text(card[i]), text(mac[i]), text(driver[i]), text(link[i]), speed[i], mtu[card[i]], list(addresses[card[i]]), list(gateways[card[i]])
      printf "\n  ],\n  \"links\": ["
      for (i = 1; i <= l; i++)
        printf "%s\n    {\"name\": %s, \"kind\": %s, \"id\": %d, \"mode\": %s, \"mac\": %s, \"mtu\": %d, \"on\": %s,\n     \"addresses\": %s, \"gateways\": %s}", (i > 1 ? "," : ""),
          text(over[i]), text(kind[i]), id[i], text(mode[i]), text(lmac[i]), mtu[over[i]], list(on[i]), list(addresses[over[i]]), list(gateways[over[i]])
      printf "\n  ]\n}\n"
    }'
}

if [ "${1:-}" = lines ]; then facts; else facts | as_json; fi
