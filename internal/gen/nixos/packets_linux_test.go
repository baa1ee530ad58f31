package nixos

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// A packetCase is a host as its generated modules have it, and what has to reach it.
type packetCase struct {
	Name    string
	Modules map[string]any // as testdata/stub.nix evaluates them
	Packets []packet
	Broken  bool
}

// A packet is one that is sent, or the first of a connection.
type packet struct {
	From    string // where from: internet, node, pod, or host, which sends itself
	Source  string // its address; "" where the host chooses
	To      string
	Proto   string // tcp, udp or ping
	Port    int
	Size    int    // of a udp packet with its headers, which may not be cut
	Arrives bool   // whether it has to
	As      string // the source that it has to have
}

func (p packet) String() string {
	text := fmt.Sprintf("%s %s → %s %s %d", p.From, p.Source, p.To, p.Proto, p.Port)
	if p.Size > 0 {
		text += fmt.Sprintf(", %d bytes", p.Size)
	}
	return text
}

// TestPackets sends packets to the generated firewall and over the generated networks,
// in network namespaces: cards and VLANs are pairs of veth with the names, addresses,
// routes and sizes that the modules say, since not every kernel has VLANs and bonds.
// Each fault that is put back has to be seen by a packet.
func TestPackets(t *testing.T) {
	if file := os.Getenv("SITEGEN_PACKETS"); file != "" {
		inNamespaces(t, file)
		return
	}
	need(t, "nft", "nftables")
	need(t, "ip", "iproute2")
	need(t, "nix-instantiate", "nix-bin")
	if err := namespaced(exec.Command("true")).Run(); err != nil || sysSetns == 0 {
		t.Skipf("SKIPPED: this machine makes no network namespaces (%v), and no packet is sent to the firewall", err)
	}
	var cases []packetCase
	for i, s := range packetShapes(t) {
		cases = append(cases, s.packetCase(t, nil))
		for _, f := range packetFaults() {
			if i == 0 { // the first shape has what they are about
				cases = append(cases, s.packetCase(t, &f))
			}
		}
	}
	failed := sendAll(t, cases)
	for _, c := range cases {
		_, fault, broken := strings.Cut(c.Name, ": ")
		if broken {
			t.Logf("%s: %s", fault, strings.Join(failed[c.Name], "; "))
		}
		switch {
		case !broken && len(failed[c.Name]) > 0:
			t.Errorf("%s:\n  %s", c.Name, strings.Join(failed[c.Name], "\n  "))
		case broken && len(failed[c.Name]) == 0:
			t.Errorf("%s: no packet sees %s", c.Name, fault)
		}
	}
}

// namespaced runs a command as root of a user and a network namespace of its own.
func namespaced(cmd *exec.Cmd) *exec.Cmd {
	root := func(id int) []syscall.SysProcIDMap { return []syscall.SysProcIDMap{{HostID: id, Size: 1}} }
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET, UidMappings: root(os.Getuid()), GidMappings: root(os.Getgid())}
	return cmd
}

// sendAll runs this test again in namespaces, and returns what went wrong in each case.
func sendAll(t *testing.T, cases []packetCase) map[string][]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cases")
	data, err := json.Marshal(cases)
	if err == nil {
		err = os.WriteFile(file, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := namespaced(exec.Command(os.Args[0], "-test.run=^TestPackets$", "-test.timeout=100s"))
	cmd.Env = append(os.Environ(), "SITEGEN_PACKETS="+file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var failed map[string][]string
	if data, err = os.ReadFile(file + ".failed"); err == nil {
		err = json.Unmarshal(data, &failed)
	}
	if err != nil {
		t.Fatal(err)
	}
	return failed
}

// A packetShape is a host of a site, and what has to reach it.
type packetShape struct {
	name, host string
	site       *site.Site
	packets    []packet
}

func (s packetShape) packetCase(t *testing.T, f *packetFault) packetCase {
	t.Helper()
	dir, name := write(t, s.site), s.name
	if f != nil {
		name += ": " + f.name
		path := filepath.Join(dir, strings.ReplaceAll(f.file, "HOST", s.host))
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		broken := regexp.MustCompile(`(?m)`+f.old).ReplaceAllString(string(data), f.new)
		if broken == string(data) {
			t.Fatalf("%s: %s has no %s", name, path, f.old)
		}
		if err := os.WriteFile(path, []byte(broken), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stub, err := filepath.Abs("testdata/stub.nix")
	if err != nil {
		t.Fatal(err)
	}
	modules, _ := eval(t, fmt.Sprintf("import %s %s %s %s", stub, dir, strconv.Quote(s.host), `"7.0"`)).v.(map[string]any)
	return packetCase{name, modules, s.packets, f != nil}
}

// Who sends in the tests.
const (
	anybody  = "192.0.2.99"
	anybody6 = "2001:db8:99::1"
	pod      = "10.42.0.5"
)

// closed are packets to the ports that are the cluster's, none of which may arrive.
func closed(from, source, to string) []packet {
	var all []packet
	for _, port := range []int{2379, 2380, 4240, 4244, 5432, 6443, 9100, 10250} {
		all = append(all, packet{From: from, Source: source, To: to, Proto: "tcp", Port: port})
	}
	for _, port := range []int{161, 8472, 51871} {
		all = append(all, packet{From: from, Source: source, To: to, Proto: "udp", Port: port})
	}
	return all
}

// arrive are packets that all have to.
func arrive(from, source, to, proto string, ports ...int) []packet {
	var all []packet
	for _, port := range ports {
		all = append(all, packet{From: from, Source: source, To: to, Proto: proto, Port: port, Arrives: true})
	}
	return all
}

func packetShapes(t *testing.T) []packetShape {
	t.Helper()
	data, err := os.ReadFile("../../../golden/vlan/site.cue")
	if err != nil {
		t.Fatal(err)
	}
	vlan := gentest.Site(t, string(data))
	if data, err = os.ReadFile("../../../golden/three/site.cue"); err != nil {
		t.Fatal(err)
	}
	large := func(from, source, to string, port, size int, arrives bool) packet {
		return packet{From: from, Source: source, To: to, Proto: "udp", Port: port, Size: size, Arrives: arrives}
	}
	return []packetShape{
		{"nodes on a VLAN, openings and more addresses", "alder", vlan, slices.Concat(
			arrive("pod", pod, "10.20.0.11", "tcp", 22, 6443, 10250), arrive("pod", pod, "198.51.100.7", "tcp", 6443),
			arrive("node", "10.20.0.12", "10.20.0.11", "tcp", 22, 4240, 4244, 6443, 9100, 10250), arrive("node", "10.20.0.12", "10.20.0.11", "udp", 51871),
			[]packet{{From: "node", Source: "10.20.0.12", To: "10.20.0.11", Proto: "tcp", Port: 5432}, {From: "node", Source: "10.20.0.12", To: "10.20.0.11", Proto: "udp", Port: 8472}},
			[]packet{large("node", "10.20.0.12", "10.20.0.11", 51871, 1400, true), large("host", "", "10.20.0.12", 51871, 1400, true), large("host", "", "10.20.0.12", 51871, 1401, false)},
			closed("node", "10.20.0.13", "10.20.0.11")[:6], arrive("node", "10.20.0.13", "10.20.0.11", "tcp", 9100), // another machine of the vSwitch
			closed("internet", anybody, "198.51.100.7"), closed("internet", anybody6, "2001:db8:60::2"), closed("internet", anybody, "203.0.113.66"),
			arrive("internet", anybody, "198.51.100.7", "tcp", 22), arrive("internet", anybody6, "2001:db8:60::2", "tcp", 22),
			arrive("internet", anybody, "203.0.113.64", "tcp", 22), arrive("internet", anybody, "203.0.113.71", "tcp", 22), arrive("internet", anybody6, "2001:db8:60::17", "tcp", 22),
			arrive("internet", anybody, "198.51.100.7", "ping", 0), arrive("internet", anybody6, "2001:db8:60::2", "ping", 0),
			arrive("internet", "192.0.2.40", "198.51.100.7", "tcp", 9100), arrive("internet", "192.0.2.40", "198.51.100.7", "udp", 161), arrive("internet", "2001:db8:40::9", "2001:db8:60::2", "tcp", 9100),
			[]packet{{From: "internet", Source: "192.0.2.40", To: "198.51.100.7", Proto: "tcp", Port: 161}, {From: "internet", Source: "2001:db8:40::9", To: "2001:db8:60::2", Proto: "udp", Port: 161}},
			[]packet{{From: "host", To: anybody, Proto: "udp", Port: 9, Arrives: true, As: "198.51.100.7"}, {From: "host", To: anybody6, Proto: "udp", Port: 9, Arrives: true, As: "2001:db8:60::2"}},
		)},
		{"agent on a bond", "birch", vlan, slices.Concat(
			arrive("pod", pod, "10.20.0.12", "tcp", 22, 6443, 10250), arrive("node", "10.20.0.11", "10.20.0.12", "tcp", 22, 10250), arrive("node", "10.20.0.11", "10.20.0.12", "udp", 51871),
			closed("node", "10.20.0.13", "10.20.0.12"), closed("internet", anybody, "198.51.100.8"), arrive("internet", anybody, "198.51.100.8", "tcp", 22),
			[]packet{{From: "host", To: "10.30.0.9", Proto: "udp", Port: 9, Arrives: true, As: "10.20.0.12"}},
		)},
		{"nodes on their cards, in clear, ssh for some", "web2", withAgent(t, "cluster: encryption: false"), slices.Concat(
			arrive("pod", pod, "198.51.100.7", "tcp", 22, 6443, 10250), arrive("internet", "203.0.113.10", "198.51.100.7", "tcp", 22, 4240, 4244, 6443, 10250), arrive("internet", "203.0.113.10", "198.51.100.7", "udp", 8472),
			closed("internet", anybody, "198.51.100.7"), closed("internet", "198.51.100.200", "198.51.100.7"), arrive("internet", "198.51.100.200", "198.51.100.7", "tcp", 22),
			[]packet{{From: "internet", Source: anybody, To: "198.51.100.7", Proto: "tcp", Port: 22}}, arrive("internet", anybody, "198.51.100.7", "ping", 0),
		)},
		{"three servers and an agent", "n1", gentest.Site(t, string(data)+strings.ReplaceAll(gentest.Agent("n9"), gentest.AgeAgent, gentest.AgeMaria)+`hosts: n9: {node: "lan", nics: lan: {mac: "a8:a1:59:0f:20:02", ipv4: address: "10.20.0.19/24"}}`), slices.Concat(
			arrive("pod", pod, "10.20.0.11", "tcp", 6443), arrive("node", "10.20.0.12", "10.20.0.11", "tcp", 22, 2379, 2380, 4240, 4244, 6443, 10250), arrive("node", "10.20.0.12", "10.20.0.11", "udp", 51871),
			arrive("node", "10.20.0.19", "10.20.0.11", "tcp", 22, 4240, 4244, 6443, 10250), []packet{{From: "node", Source: "10.20.0.19", To: "10.20.0.11", Proto: "tcp", Port: 2379}, {From: "node", Source: "10.20.0.19", To: "10.20.0.11", Proto: "tcp", Port: 2380}},
			closed("node", "10.20.0.99", "10.20.0.11"), closed("internet", anybody, "203.0.113.11"),
		)},
		{"one host", "web1", newSite(t), slices.Concat(
			arrive("pod", pod, "203.0.113.10", "tcp", 22, 6443, 10250), closed("internet", anybody, "203.0.113.10"), closed("internet", anybody6, "2001:db8:10::2"),
			arrive("internet", anybody, "203.0.113.10", "tcp", 22), arrive("internet", anybody6, "2001:db8:10::2", "tcp", 22),
		)},
	}
}

// A packetFault is a mistake in a file of the host that packets have to see.
type packetFault struct{ name, file, old, new string }

func packetFaults() []packetFault {
	const base, role, own = "roles/base/default.nix", "roles/k3s-cilium/default.nix", "machines/HOST/network.nix"
	return []packetFault{
		{"a strict reverse path filter", base, `^ +checkReversePath = .*\n`, ""},
		{"a firewall that is off", base, `^    firewall = \{\n      enable = true;`, "    firewall = {\n      enable = false;"},
		{"interfaces of pods that are not trusted", role, `^  networking\.firewall\.trustedInterfaces = \[\n(.*\n)*?  \];\n`, ""},
		{"a port that is open to everyone", role, `^  boot\.kernelModules = `, "  networking.firewall.allowedTCPPorts = [ 6443 ];\n$0"},
		{"ports of nodes that everyone reaches", role, `^    \$\{fromNodes\} tcp dport \{ 22`, "    tcp dport { 22"},
		{"nodes that are kept out", role, `^    \$\{fromNodes\} tcp dport \{ 22.*\n`, ""},
		{"openings for everyone", own, `\$\{family\} saddr \{.*?\} \$\{protocol\}`, `$${protocol}`},
		{"openings that are lost", own, `^  networking\.firewall\.extraInputRules = `, "  ignored = "},
		{"a VLAN whose packets are too large", own, `^ +MTUBytes = "1400";\n`, ""},
		{"more addresses that the host sends from", own, `^ +(Scope = "link"|PreferredLifetime = 0);\n`, ""},
		{"more addresses that are left out", own, `^ +Address = "203\.0\.113\.64/32";\n`, "          Address = \"203.0.113.72/32\";\n"},
	}
}
