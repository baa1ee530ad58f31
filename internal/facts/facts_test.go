package facts

import (
	"bytes"
	"flag"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/diag"
	"sitegen/internal/rules"
	"sitegen/internal/spec"
	"sitegen/templates"
)

var update = flag.Bool("update", false, "write what is wanted")

// script is facts.sh with some of its lines changed.
func script(t *testing.T, changes ...string) string {
	t.Helper()
	text, err := fs.ReadFile(templates.FS, "sh/facts.sh")
	if err != nil {
		t.Fatal(err)
	}
	s := string(text)
	for i := 0; i < len(changes); i += 2 {
		if strings.Count(s, changes[i]) != 1 {
			t.Fatalf("facts.sh has %q %d times", changes[i], strings.Count(s, changes[i]))
		}
		s = strings.Replace(s, changes[i], changes[i+1], 1)
	}
	return s
}

// shells are those of rescue systems that are here; sh is everywhere.
func shells() [][]string {
	all := [][]string{{"sh"}, {"bash", "--posix"}}
	if _, err := exec.LookPath("busybox"); err == nil {
		all = append(all, []string{"busybox", "sh"})
	}
	return all
}

func run(t *testing.T, shell []string, text, stdin string, env ...string) string {
	t.Helper()
	cmd := exec.Command(shell[0], append(shell[1:], "-c", text, "facts.sh")...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", shell, err)
	}
	return string(out)
}

// lastLine is what facts.sh ends with.
const lastLine = `if [ "${1:-}" = lines ]; then facts; else facts | as_json; fi`

// Machines as they were found, to the lines of a spec, which gen accepts once a person
// has said the rest.
func TestMachines(t *testing.T) {
	captures, err := filepath.Glob("testdata/*.lines")
	if err != nil || len(captures) < 5 {
		t.Fatalf("%d captures, %v", len(captures), err)
	}
	for _, capture := range captures {
		t.Run(strings.TrimSuffix(filepath.Base(capture), ".lines"), func(t *testing.T) {
			t.Parallel()
			lines, err := os.ReadFile(capture)
			if err != nil {
				t.Fatal(err)
			}
			var found string
			for _, shell := range shells() {
				got := run(t, shell, script(t, lastLine, "as_json"), string(lines))
				if found != "" && got != found {
					t.Errorf("%v prints something else: %s", shell, cmp.Diff(found, got))
				}
				found = got
			}
			m, err := Read(strings.NewReader(found))
			if err != nil {
				t.Fatalf("%v\n%s", err, found)
			}
			expect(t, strings.TrimSuffix(capture, ".lines")+".cue", m)
		})
	}
}

// Reports of nixos-facter, to the same.
func TestReports(t *testing.T) {
	reports, err := filepath.Glob("testdata/facter-*.json")
	if err != nil || len(reports) < 2 {
		t.Fatalf("%d reports, %v", len(reports), err)
	}
	for _, report := range reports {
		file, err := os.Open(report)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		m, err := Read(file)
		if err != nil {
			t.Fatalf("%s: %v", report, err)
		}
		expect(t, strings.TrimSuffix(report, ".json")+".cue", m)
	}
}

// expect holds the lines of a spec that follow from a machine, which gen accepts.
func expect(t *testing.T, file string, m *Machine) {
	t.Helper()
	got := m.Fragment("web1")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	sound(t, got)
}

// rest is what no machine can say.
const rest = `
name: "hetzner", repo: url: "git@github.com:example/infra.git", admin: email: "ops@example.com"
hosts: web1: {
	release: "26.05", stateVersion: "26.05", age: "age1k99xa5dvvzchp0xgjyvms7xdck9u6jt0zn4lw96cqeu9d86a55dq4y0xdf"
	users: ops: {keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC2vNVczmfaG8LBP3HLyX5d/sGzwPbELBhe8OnZsUMHB ops"], groups: ["wheel"]}
}
domains: "example.net": primary: true
access: ops: {emails: ["ops@example.com"], default: true}
sops: people: ops: "age1a3s33vpz5kexc0qxmrcu5utr42pyy3l5385kz59n9n3w832xhfwq0me3h5"
`

func sound(t *testing.T, fragment string) diag.Problems {
	t.Helper()
	file := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(file, []byte(fragment+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	_, problems := rules.Load(spec.Source{Path: file})
	if problems.Errors() > 0 {
		t.Errorf("gen does not accept it:\n%v\n%s", problems, fragment)
	}
	return problems
}

// What nobody has looked at has values that gen accepts and warns of, each its own.
func TestPlaceholder(t *testing.T) {
	two := Placeholder("web1", 0) + Placeholder("web2", 1) + `hosts: [_]: {release: "26.05", stateVersion: "26.05"}, hosts: web2: {role: "agent", age: "age1rlmspzgcker7g9g2wj62m2q29psc7msp4vv67jshz8fzmpdxt35sng7j7l"
	users: ops: {keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC2vNVczmfaG8LBP3HLyX5d/sGzwPbELBhe8OnZsUMHB ops"], groups: ["wheel"]}}`
	problems := sound(t, two)
	count := map[string]int{}
	for _, p := range problems {
		count[p.Rule]++
	}
	if count["placeholder"] != 6 || count["address-reserved"] != 2 || len(count) != 2 {
		t.Errorf("it is warned of %v:\n%v", count, problems)
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "there are no facts",
		"os debian":                      "not the facts of a machine",
		`{"version": 99}`:                "facts of version 99",
		`{}`:                             "facts of version 0",
		`{"version": 3, "hardware": {}}`: "a report of nixos-facter of version 3",
		`{"version": 1, "hardware": {"disk": 1}}`: "not a report of nixos-facter",
	} {
		if m, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", text, m, err, want)
		}
	}
}

func TestInstalled(t *testing.T) {
	for bytes, want := range map[int64]string{
		4109893632: "4GiB", 8217440256: "8GiB", 16642998272: "16GiB", 33566224384: "32GiB", 67262640128: "64GiB", 101133586432: "96GiB",
		134909194240: "128GiB", 202468380672: "192GiB", 270087847936: "256GiB", 405600000000: "384GiB", 540800000000: "512GiB", 2016000000: "2GiB",
	} {
		if got := (&Machine{Memory: bytes}).Installed(); got != want {
			t.Errorf("%d bytes are %s, want %s", bytes, got, want)
		}
	}
}

// A machine of files: what the script reads of /sys, /dev and /proc.
func TestScript(t *testing.T) {
	root := t.TempDir()
	file := func(path, text string) {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	link := func(path, to string) {
		t.Helper()
		file(filepath.Dir(path)+"/x", "")
		if err := os.Symlink(to, filepath.Join(root, path)); err != nil {
			t.Fatal(err)
		}
	}
	file("etc/os-release", "ID=debian\nVARIANT_ID=rescue\n")
	file("sys/firmware/efi/x", "")
	file("sys/class/dmi/id/sys_vendor", "Maker\n")
	file("sys/class/dmi/id/product_name", "Board \"1\"\n")
	file("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\n\nprocessor\t: 1\nvendor_id\t: GenuineIntel\n")
	file("proc/meminfo", "MemTotal:       65686172 kB\nMemFree: 1 kB\n")
	for _, card := range []struct{ name, mac, carrier, speed string }{
		{"eth0", "a8:a1:59:0f:10:09", "1", "1000"}, {"eth1", "a8:a1:59:0f:10:09", "1", "1000"}, {"eth2", "A8:A1:59:0F:10:03", "0", "-1"},
	} {
		file("sys/class/net/"+card.name+"/address", card.mac+"\n")
		file("sys/class/net/"+card.name+"/carrier", card.carrier+"\n")
		file("sys/class/net/"+card.name+"/speed", card.speed+"\n")
		link("sys/class/net/"+card.name+"/device/driver", "/bus/pci/drivers/igb")
	}
	// eth0 and eth1 are in a bond, which lends them its address; bond0 and lo hang on no bus
	file("sys/class/net/eth0/bonding_slave/perm_hwaddr", "a8:a1:59:0f:10:01\n")
	file("sys/class/net/eth1/bonding_slave/perm_hwaddr", "a8:a1:59:0f:10:02\n")
	file("sys/class/net/bond0/address", "a8:a1:59:0f:10:09\n")
	file("sys/class/net/bond0/bonding/mode", "802.3ad 4\n")
	file("sys/class/net/bond0/bonding/slaves", "eth0 eth1\n")
	file("sys/class/net/bond0/mtu", "9000\n")
	file("sys/class/net/br0/address", "a8:a1:59:0f:10:03\n")
	file("sys/class/net/br0/brif/eth2/x", "")
	file("sys/class/net/br0/mtu", "1500\n")
	file("sys/class/net/lo/mtu", "65536\n")
	file("proc/net/vlan/config", "VLAN Dev name    | VLAN ID\nName-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD\nbond0.4000     | 4000  | bond0\n")
	file("sys/class/net/lo/address", "00:00:00:00:00:00\n")
	file("sys/block/nvme0c0n1/hidden", "1\n") // a path to nvme0n1
	file("sys/block/nvme0n1/hidden", "0\n")
	for name, b := range map[string]struct{ sectors, removable, rotational, model string }{
		"sda": {"1000", "0", "1", "SPINNER  1"}, "sdb": {"3000", "0", "0", "PERC"}, "sdc": {"500", "1", "1", "STICK"}, "sr0": {"100", "1", "1", "DVD"},
		"nvme0n1": {"2000", "0", "0", "FLASH"}, "nvme0c0n1": {"2000", "0", "0", "FLASH"}, "xvda": {"4000", "0", "0", ""}, "md127": {"2000", "0", "0", ""}, "loop0": {"10", "0", "0", ""}, "vda": {"0", "0", "0", ""},
	} {
		host := "9"
		if name == "sdb" {
			host = "3"
		}
		file("sys/devices/"+name+"/host"+host+"/target/model", b.model+"\n")
		link("sys/block/"+name+"/device", filepath.Join(root, "sys/devices/"+name+"/host"+host+"/target"))
		file("sys/block/"+name+"/size", b.sectors+"\n")
		file("sys/block/"+name+"/removable", b.removable+"\n")
		file("sys/block/"+name+"/queue/rotational", b.rotational+"\n")
		file("sys/class/block/"+name+"/size", b.sectors+"\n")
		file("dev/"+name, "")
	}
	file("sys/class/scsi_host/host3/proc_name", "megaraid_sas\n")
	file("sys/class/scsi_host/host9/proc_name", "ahci\n")
	link("dev/disk/by-id/ata-SPINNER_1", "../../sda")
	link("dev/disk/by-id/gone", "../../sdz")
	file("bin/ip", `#!/bin/sh
case "$*" in
*address*) echo '5: bond0.4000    inet 10.0.0.2/24 scope global bond0.4000'; echo '2: eth2    inet 198.51.100.9/24 brd 198.51.100.255 scope global eth2'; echo '2: eth2    inet6 2001:db8::aa/64 scope global temporary dynamic'; echo '2: eth2    inet6 2001:db8::9/64 scope global' ;;
'-4 route'*) echo 'default via 198.51.100.1 dev eth2 proto dhcp metric 100' ;;
esac
`)
	file("bin/smartctl", "#!/bin/sh\ncase \"$2\" in */sda) echo 'SMART overall-health self-assessment test result: PASSED' ;; */nvme0n1) echo 'test result: FAILED!'; exit 8 ;; esac\n")
	text := script(t, "sys=/sys dev=/dev proc=/proc etc=/etc", "sys="+root+"/sys dev="+root+"/dev proc="+root+"/proc etc="+root+"/etc")
	for _, shell := range shells() {
		m, err := Read(strings.NewReader(run(t, shell, text, "", "PATH="+root+"/bin:"+os.Getenv("PATH"))))
		if err != nil {
			t.Fatal(err)
		}
		m.Hostname, m.Kernel, m.Arch = "", "", ""
		want := &Machine{
			Version: 1, OS: "debian", Product: `Maker Board "1"`, Firmware: "uefi", CPU: CPU{"intel", 2}, Memory: 65686172 << 10,
			Disks: []Disk{
				{root + "/dev/nvme0n1", 1024000, "nvme", "failed", "ahci", "FLASH", []string{}},
				{root + "/dev/sda", 512000, "hdd", "passed", "ahci", "SPINNER 1", []string{root + "/dev/disk/by-id/ata-SPINNER_1"}},
				{root + "/dev/sdb", 1536000, "raid", "unknown", "megaraid_sas", "PERC", []string{}},
				{root + "/dev/xvda", 2048000, "virtual", "unknown", "ahci", "unknown", []string{}},
			},
			Cards: []Card{
				{"eth0", "a8:a1:59:0f:10:01", "igb", "up", 1000, 0, []netip.Prefix{}, []netip.Addr{}},
				{"eth1", "a8:a1:59:0f:10:02", "igb", "up", 1000, 0, []netip.Prefix{}, []netip.Addr{}},
				{"eth2", "a8:a1:59:0f:10:03", "igb", "down", 0, 0,
					[]netip.Prefix{netip.MustParsePrefix("198.51.100.9/24"), netip.MustParsePrefix("2001:db8::9/64")}, []netip.Addr{netip.MustParseAddr("198.51.100.1")}},
			},
			Links: []Link{
				{"bond0", "bond", 0, "802.3ad", "a8:a1:59:0f:10:09", 9000, []string{"eth0", "eth1"}, []netip.Prefix{}, []netip.Addr{}},
				{"br0", "bridge", 0, "", "a8:a1:59:0f:10:03", 0, []string{"eth2"}, []netip.Prefix{}, []netip.Addr{}},
				{"bond0.4000", "vlan", 4000, "", "", 0, []string{"bond0"}, []netip.Prefix{netip.MustParsePrefix("10.0.0.2/24")}, []netip.Addr{}},
			},
		}
		if diff := cmp.Diff(want, m, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("%v: -want +got\n%s", shell, diff)
		}
	}
	if bytes.Contains([]byte(run(t, []string{"sh"}, strings.Replace(text, lastLine, "facts", 1), "")), []byte("sdz")) {
		t.Error("a name that leads nowhere is a disk")
	}
}

// The shells of rescue systems read it.
func TestShellcheck(t *testing.T) {
	program, err := exec.LookPath("shellcheck")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("shellcheck is not installed")
		}
		t.Skip("SKIPPED: shellcheck is not installed: facts.sh IS NOT LINTED")
	}
	cmd := exec.Command(program, "--severity=style", "--shell=sh", "-")
	cmd.Stdin = strings.NewReader(script(t))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
