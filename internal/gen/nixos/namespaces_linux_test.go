package nixos

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A world is a host in a network namespace, and those that it has to do with in others.
type world struct {
	t        *testing.T
	patience time.Duration
	host     options
	spaces   map[string]string // a path of each namespace, by who is in it
	mu       sync.Mutex
	arrived  map[string]string // what packets say, and their sources
}

func inNamespaces(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []packetCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	failed := map[string][]string{}
	for _, c := range cases {
		w := &world{t: t, host: optionsOf(c.Modules), spaces: map[string]string{}, arrived: map[string]string{}}
		w.patience = 10 * time.Second
		if c.Broken {
			w.patience = time.Second
		}
		w.build(c.Packets)
		failed[c.Name] = w.send(c.Packets)
	}
	if data, err = json.Marshal(failed); err == nil {
		err = os.WriteFile(file+".failed", data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// in runs f in a namespace; its thread is not used for anything else.
func (w *world) in(space string, f func()) {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		ns, err := os.Open(w.spaces[space])
		if err == nil {
			if _, _, errno := syscall.RawSyscall(sysSetns, ns.Fd(), syscall.CLONE_NEWNET, 0); errno != 0 {
				err = errno
			}
			ns.Close()
		}
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		w.t.Fatalf("namespace %s: %v", space, err)
	}
}

// sysSetns is setns(2), which package syscall has no name for.
var sysSetns = map[string]uintptr{"amd64": 308, "arm64": 268}[runtime.GOARCH]

// space makes a namespace. A thread that waits holds it.
func (w *world) space(name string) {
	made := make(chan string)
	stop := make(chan bool)
	w.t.Cleanup(func() { close(stop) })
	go func() {
		runtime.LockOSThread()
		if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
			w.t.Errorf("unshare: %v", err)
		}
		made <- fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), syscall.Gettid())
		<-stop
	}()
	w.spaces[name] = <-made
	w.run(name, "ip link set lo up")
}

// run runs commands in a namespace, one a line.
func (w *world) run(space string, commands ...string) {
	w.t.Helper()
	w.in(space, func() {
		for _, line := range commands {
			args := strings.Fields(line)
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				w.t.Errorf("%s: %s: %v: %s", space, line, err, out)
			}
		}
	})
}

// pair is a veth from the host to somebody, as a card or a VLAN is.
func (w *world) pair(name, to, peer string, mtu any) {
	w.run("host", fmt.Sprintf("ip link add name %s mtu %v type veth peer name %s mtu %v", name, mtu, peer, mtu),
		fmt.Sprintf("ip link set %s netns %s", peer, w.spaces[to]), "ip link set "+name+" up")
	w.run(to, "ip link set "+peer+" up")
}

// build makes the host as its modules say it.
func (w *world) build(packets []packet) {
	for _, name := range []string{"host", "internet", "node", "pod"} {
		w.space(name)
	}
	networks, devices := w.host.attrs("systemd", "network", "networks"), w.host.attrs("systemd", "network", "netdevs")
	for file, n := range networks {
		network := n.(map[string]any)
		if network["bond"] == nil {
			w.link(file, network, devices, packets)
		}
	}
	// The pods' network as Cilium has it: the route to it is by another interface than the
	// one that a pod's packets come by, and its program brings back what is for the pod.
	w.pair("lxc0", "pod", "eth0", 1500)
	w.run("pod", "ip addr add "+pod+"/32 dev eth0", "ip route add default dev eth0")
	w.run("host", "ip link add name cilium_host type veth peer name cilium_net", "ip link set cilium_host up", "ip link set cilium_net up",
		"ip addr add 10.42.0.1/32 dev cilium_host", "ip route add 10.42.0.0/24 dev cilium_host",
		"ip rule add fwmark 0x200 lookup 100", "ip route add "+pod+" dev lxc0 table 100")
	w.sysctl()
	w.in("host", func() {
		nft := exec.Command("nft", "-f", "-")
		nft.Stdin = strings.NewReader(ruleset(w.host) + "table ip cilium {\nchain out {\ntype route hook output priority mangle;\nip daddr " + pod + " meta mark set 0x200\n}\n}\n")
		if out, err := nft.CombinedOutput(); err != nil {
			w.t.Errorf("nft: %v\n%s\n%s", err, out, ruleset(w.host))
		}
	})
	w.listen(packets)
}

// link makes a card, a VLAN or a bond, and who is at its other end: the internet, where it
// has a way there, or the other nodes.
func (w *world) link(file string, network, devices map[string]any, packets []packet) {
	list := func(v any) []any { l, _ := v.([]any); return l }
	text := func(v any, names ...string) string {
		for _, name := range names {
			m, _ := v.(map[string]any)
			v = m[name]
		}
		if v == nil {
			return ""
		}
		return fmt.Sprint(v)
	}
	name, peer := strings.TrimPrefix(file, "10-"), "node"
	if own := text(network, "matchConfig", "Name"); own != "" {
		name = own
	}
	mtu := text(network, "linkConfig", "MTUBytes")
	if made := text(devices["10-"+name], "netdevConfig", "MTUBytes"); made != "" {
		mtu = made
	}
	if mtu == "" {
		mtu = "1500"
	}
	for _, r := range list(network["routes"]) {
		if text(r, "Destination") == "" {
			peer = "internet"
		}
	}
	w.pair(name, peer, "to-"+name, mtu)
	var first []netip.Prefix
	for _, a := range list(network["address"]) {
		p := netip.MustParsePrefix(fmt.Sprint(a))
		first = append(first, p)
		w.run("host", fmt.Sprintf("ip addr add %s dev %s%s", p, name, nodad(p.Addr())))
	}
	for _, a := range list(network["addresses"]) {
		p := netip.MustParsePrefix(text(a, "Address"))
		command := fmt.Sprintf("ip addr add %s dev %s%s", p, name, nodad(p.Addr()))
		if scope := text(a, "Scope"); scope != "" {
			command += " scope " + scope
		}
		if text(a, "PreferredLifetime") == "0" {
			command += " preferred_lft 0"
		}
		w.run("host", command)
		for _, main := range first { // a router sends these to the host
			way := fmt.Sprintf("dev to-%s", name)
			if !main.Contains(p.Addr()) {
				way = fmt.Sprintf("via %s dev to-%s onlink", main.Addr(), name)
			}
			if main.Addr().Is4() == p.Addr().Is4() {
				w.run(peer, fmt.Sprintf("ip %s route add %s %s", family(p.Addr()), p.Masked(), way))
			}
		}
	}
	w.neighbours(name, peer, first, packets)
	for _, r := range list(network["routes"]) {
		via, to := netip.MustParseAddr(text(r, "Gateway")), text(r, "Destination")
		if to == "" {
			to = "default"
		}
		onlink := ""
		if text(r, "GatewayOnLink") == "true" {
			onlink = " onlink"
		}
		w.run(peer, fmt.Sprintf("ip addr replace %s/%d dev to-%s%s", via, via.BitLen(), name, nodad(via)))
		w.run("host", fmt.Sprintf("ip %s route add %s via %s dev %s%s", family(via), to, via, name, onlink))
	}
}

func nodad(a netip.Addr) string {
	if a.Is6() {
		return " nodad"
	}
	return ""
}

func family(a netip.Addr) string {
	if a.Is6() {
		return "-6"
	}
	return "-4"
}

// neighbours gives the other end the addresses that packets come from and go to, and a
// way to the host's.
func (w *world) neighbours(name, peer string, host []netip.Prefix, packets []packet) {
	for _, p := range packets {
		text := p.Source
		if p.From == "host" {
			text = p.To
		} else if p.From != peer {
			continue
		}
		a := netip.MustParseAddr(text)
		onLink := slices.ContainsFunc(host, func(p netip.Prefix) bool { return p.Contains(a) })
		if p.From == "host" && peer == "internet" && a.IsPrivate() || p.From == "host" && peer == "node" && !a.IsPrivate() {
			continue
		}
		dev := "lo"
		if onLink {
			dev = "to-" + name
		}
		w.run(peer, fmt.Sprintf("ip addr replace %s/%d dev %s%s", a, a.BitLen(), dev, nodad(a)))
	}
	for _, p := range host {
		w.run(peer, fmt.Sprintf("ip %s route replace %s/%d dev to-%s", family(p.Addr()), p.Addr(), p.Addr().BitLen(), name))
	}
}

// sysctl sets what the modules say of reverse paths, after systemd's own: 2 for each.
func (w *world) sysctl() {
	w.in("host", func() {
		all, _ := filepath.Glob("/proc/sys/net/ipv4/conf/*/rp_filter")
		for _, file := range all {
			value, name := "2", filepath.Base(filepath.Dir(file))
			for option, v := range w.host.attrs("boot", "kernel", "sysctl") {
				pattern, ok := strings.CutPrefix(option, "net.ipv4.conf.")
				pattern, of := strings.CutSuffix(pattern, ".rp_filter")
				if match, _ := filepath.Match(pattern, name); ok && of && match {
					value = fmt.Sprint(v)
				}
			}
			if name == "all" {
				value = "0"
			}
			if err := os.WriteFile(file, []byte(value), 0o644); err != nil {
				w.t.Errorf("%v", err)
			}
		}
	})
}
