package sitetest

import (
	"crypto/ed25519"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// host writes the nth host. Its name begins with its role.
func (g *generator) host(name string, n int) {
	g.line("hosts: %q: {", name)
	if role, _, _ := strings.Cut(name, "-"); role == "agent" || g.coin() {
		g.line("role: %q", role)
	}
	firmware := []string{"unknown", "uefi", "bios"}
	if g.arm {
		g.line(`cpu: arch: "aarch64"`)
		firmware = firmware[:2]
	} else {
		g.line("cpu: vendor: %q", g.one("intel", "amd"))
	}
	g.maybe(3, "cpu: cores: %d", 1+g.IntN(64))
	g.maybe(2, "firmware: %q", g.one(firmware...))
	g.line(`release: "26.05"`)
	g.line("stateVersion: %q", g.one("25.11", "26.05"))
	zfs := g.IntN(4) == 0
	if zfs {
		g.line(`layout: "zfs"`)
		g.maybe(2, "hostId: %q", fmt.Sprintf("8425e3%02x", n))
	} else {
		g.maybe(4, `kernel: "release", installer: kernel: "6.12"`)
	}
	g.line("age: %q", g.key())
	g.maybe(3, "espSize: %q", g.one("1G", "1536M", "1.5GiB", "2GB"))
	g.maybe(3, `cpu: threads: 256, memory: "1024GiB"`)
	if g.node != "" {
		g.line(`node: %q`, g.node)
	}
	g.disks(name, zfs)
	g.cards(n)
	g.maybe(3, `open: [{ports: [9100, %d], from: ["198.51.100.0/24", "2001:db8:7::/48"]}, {ports: [161], protocol: "udp", from: ["192.168.7.0/24"]}]`, 9101+g.IntN(100))
	g.users()
	g.maybe(3, `volumes: "/srv/data/volumes"`)
	g.maybe(3, `ssh: from: ["198.51.100.0/24", "2001:db8:5::/48"]`)
	g.maybe(3, "timeZone: %q", g.one("Europe/Copenhagen", "America/New_York"))
	g.maybe(4, `imports: ["modules/own.nix"]`)
	g.line("}")
}

func (g *generator) disks(host string, zfs bool) {
	n := 1 + g.IntN(4)
	var names []string
	g.line("disks: {")
	for i := range n {
		d := string(rune('a' + i))
		names = append(names, fmt.Sprintf("%q", d))
		g.line("%s: device: %q", d, fmt.Sprintf("/dev/disk/by-id/nvme-EXAMPLE_%s_%d", strings.ToUpper(host), i))
	}
	if g.IntN(3) == 0 {
		g.line("extra: {device: %q, mount: \"/srv/data\", format: %q, options: [\"noatime\"], partitions: files: \"data\"}", "/dev/disk/by-id/ata-EXAMPLE_"+host, g.one("ext4", "xfs"))
		if n == 1 && !zfs {
			g.line("a: mount: \"/\"") // an only disk has / without saying so; one of two does not
		}
	}
	g.line("}")
	if zfs {
		g.pools(names)
		return
	}
	if n < 2 || n == 2 && g.coin() {
		return
	}
	list := "[" + strings.Join(names, ", ") + "]"
	g.line(`swap: "2G"`)
	levels := map[int][]string{2: {"0", "1"}, 3: {"0", "1", "5"}, 4: {"0", "1", "5", "6", "10"}}[n]
	g.line("arrays: {")
	if g.coin() {
		g.line(`system: {level: 1, disks: %s, mount: "/", size: "100G"}`, list)
		g.line(`data: {level: %s, disks: %s, mount: "/var/lib/rancher", format: "xfs", options: ["noatime", "logbsize=256k"]}`, g.one(levels...), list)
	} else {
		g.line(`root: {level: %s, disks: %s, mount: "/"}`, g.one(levels[1:]...), list)
	}
	g.line("}")
}

// pools says what a host with ZFS has on its disks, or leaves it to the default.
func (g *generator) pools(disks []string) {
	switch n := len(disks); {
	case n == 1:
		g.line(`pools: system: {mode: "stripe", mount: "/", snapshots: %v}`, g.coin())
		g.maybe(2, `pools: system: datasets: {root: "/", "local/nix": "/nix", "safe/state": "/var/lib", images: "/var/lib/rancher/k3s/agent/containerd"}`)
	case n == 4 && g.coin():
		g.line(`pools: system: {disks: [%s], mount: "/"}`, strings.Join(disks[:2], ", "))
		g.line(`pools: tank: {mode: "stripe", disks: [%s], mount: %q, snapshots: %v}`, strings.Join(disks[2:], ", "), g.one("/home", "/var/lib/rancher"), g.coin())
	case n > 2 || g.coin():
		modes := map[int][]string{2: {"mirror"}, 3: {"mirror", "raidz1"}, 4: {"mirror", "raidz1", "raidz2"}}[n]
		g.line(`pools: system: {mode: %q, mount: "/"}`, g.one(modes...))
	}
}

func (g *generator) cards(n int) {
	dhcp := false
	g.line("nics: {")
	g.line("wan: {")
	g.line(`mac: "a8:a1:59:00:%02x:01"`, n)
	switch g.IntN(3) {
	case 0:
		g.example = true
		g.line(`ipv4: {address: "203.0.113.%d/26", gateway: "203.0.113.1"}`, 10+n)
	case 1:
		g.example = true
		g.line(`ipv4: {address: "203.0.113.%d/32", gateway: "198.51.100.1", onLink: true}`, 10+n)
	default:
		dhcp = true
		g.line(`ipv4: "dhcp"`)
	}
	if g.coin() {
		g.example = true
		g.line(`ipv6: address: "2001:db8:%d::2/64"`, n+1)
	}
	g.maybe(3, `dns: ["198.51.100.53", "2001:db8::53"]`)
	if g.IntN(3) == 0 {
		g.example = true
		g.line(`addresses: ["198.51.100.%d/29", "2001:db8:ff::%d/128"]`, 64+8*n, n+1)
	}
	if g.mtu != "" {
		g.line("mtu: %s", g.mtu)
	}
	g.line("}")
	g.line(`lan: {mac: "a8:a1:59:00:%02x:02", ipv4: address: "192.168.7.%d/24"}`, n, 10+n)
	g.maybe(4, `management: {mac: "a8:a1:59:00:%02x:05", ipv4: "dhcp", defaultRoute: false}`, n)
	on := []string{"wan", "lan"}
	if bond := g.coin(); bond {
		on = append(on, "bond0")
		g.line(`left: mac: "a8:a1:59:00:%02x:03"`, n)
		g.line(`right: mac: "a8:a1:59:00:%02x:04"`, n)
		g.line("}")
		g.line(`bonds: bond0: {nics: ["left", "right"], mode: %q, ipv4: address: "192.168.8.%d/24", routes: [{to: "192.168.9.0/24", via: "192.168.8.1"}]}`, g.one("active-backup", "802.3ad"), 10+n)
	} else {
		g.line("}")
	}
	// Always there, since node may name it; what it is on differs.
	g.line(`vlans: private: {on: %q, id: %d, mtu: 1400, ipv4: address: "192.168.10.%d/24"}`, g.one(on...), g.tag, 10+n)
	g.maybe(3, `vlans: storage: {on: "lan", id: %d, ipv4: address: "192.168.12.%d/24"}`, 1+g.IntN(3000), 10+n)
	if dhcp { // lan's address alone would make a real site of it, which has no published keys
		g.line(`address: "203.0.113.%d"`, 10+n)
	}
}

func (g *generator) users() {
	g.line("users: {")
	g.line(`maria: {keys: [%s], groups: ["wheel"]}`, quote(g.sshKey("maria of "+g.free())))
	if g.coin() {
		g.line(`jonas: {keys: [%q, %q], uid: %d, shell: %q, password: %v}`, g.sshKey("a"), g.sshKey(""), 1000+g.IntN(100), g.one("bash", "zsh", "fish"), g.coin())
	}
	g.line("}")
}

// sshKey is a line of authorized_keys. A comment ends with its line.
func (g *generator) sshKey(comment string) string {
	seed := make([]byte, ed25519.PublicKeySize)
	for i := range seed {
		seed[i] = byte(g.Uint32())
	}
	key, err := ssh.NewPublicKey(ed25519.PublicKey(seed))
	if err != nil {
		panic(err) // a constant length
	}
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
	return strings.TrimSpace(line + " " + inOneLine(comment))
}

// ageKeys are recipients to choose from; nobody has kept their private halves.
func ageKeys() []string {
	return []string{
		"age17zu7upttr57ugpk6aeyj6hy2qjmzqd8qyr5m68cq5n8qfnf69vqqkxenav",
		"age1ree03ay6aq8tj0zmzdjqulsgnl8sphhgqlvjynuuvwyxvgyy2gesg4qvk3",
		"age1nvf3yuhcugu0n8qak38nz8utpvzeyew5rz98ev2wd7ceewpe7vtq7hla98",
		"age1f59tqr9f579nprvwqqreygm5ehyfx659lefsqax0x2rwksy2naks0wgd6k",
		"age1y8mlygllh3m35v5v0k60tu3t8h44hftdz7jr9ahumv9524q799vqgq6a35",
		"age1f2hy9ezwer4kthkda6y24x69j3p56u5435wpuy0tx7kzzawsyd7qjdd5m3",
		"age1uf69xmm2r89ck6c95ce67syzceqaljf5sfa52pxx8qewfdknv53s8kkyam",
		"age1ycufztphnpv9m0nwh2d4r054rx7jjw8478f6yyrx2rce8w4uhfyqm4h89k",
		"age1t5j8y44qjwfg0gwk5s5sjyu52lwzj6k0mr60xcn3327t6ne8usjqhz3xv5",
		"age1t94rylw6k0cu9w2pj3j3r2fy2ngnhyq6c36kh9mlt0k7ncu6nd0qsadpvv",
	}
}
