package nixos

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/site"
)

// machine fills a host's default.nix.
type machine struct {
	Name, TimeZone, StateVersion string

	Own bool // a hand-written flake may say name, time zone and stateVersion too

	HostID  string   // "" says none
	Imports []string // relative to the file

	Firmware  string
	BootDisks map[string]string // mount point → disk

	Generations int // that fit on the boot partitions; 0 are the role's

	RaidModules []string
	Snapshots   []string // datasets
	Latest      bool     // pkgs.linuxPackages_latest
	CheckKernel bool
	Platform    string
	ARM         bool   // whose kernel has no drivers for hypervisors and controllers of x86 (nixpkgs profiles/all-hardware.nix)
	CPU, KVM    string // "" on ARM: KVM is part of the kernel there, and the firmware has the microcode
	Cores       int

	Volumes string // the folder that holds them; "" where they are at their default place

	Role       string
	ServerAddr string
	Joined     bool   // has the token of a cluster with several nodes
	NodeIP     string // the flag

	SecretsFile string
	Secrets     []secret
	Registries  []site.Registry

	SSHFrom        *prefixes
	CA             string // that signs certificates, with its line's end; "" where none are taken
	RootPrincipals []string
	Shells         []string // beside bash, which is always there
	RootKeys       []string
	Users          []user
}

type secret struct {
	Name     string
	ForUsers bool
}

// prefixes are apart by family, as nftables wants them.
type prefixes struct{ V4, V6 []netip.Prefix }

type user struct {
	Name   string
	UID    int
	Groups []string
	Shell  string // "" is the default
	Secret string // holds the hashed password
	Keys   []string

	Principals []string // in certificates
}

func machineOf(s *site.Site, h *site.Host) (machine, error) {
	m := machine{
		Name: h.Name, TimeZone: h.TimeZone, StateVersion: h.StateVersion,
		Own: s.OwnFlake(), HostID: h.HostID, Imports: importsOf(s, h), Snapshots: snapshotsOf(h),
		Latest: h.Kernel == "latest", CheckKernel: checkKernel(h),
		Platform: h.CPU.Arch + "-linux", ARM: h.CPU.Arch == "aarch64", CPU: h.CPU.Vendor, Cores: h.CPU.Cores,
		Volumes: h.Volumes, Role: h.Role, Joined: s.Joined(),
		SSHFrom: prefixesOf(h.SSHFrom), RootKeys: h.RootKeys, Registries: s.Registries,
	}
	if m.CPU != "" {
		m.KVM = "kvm-" + m.CPU
	}
	m.boot(h)
	m.secrets(s, h)
	m.users(h)
	if h.SSH.CA != "" {
		m.CA, m.RootPrincipals = h.SSH.CA+"\n", h.RootPrincipals()
	}
	if h.NodeIP.IsValid() {
		m.NodeIP = "--node-ip=" + h.NodeIP.String()
	}
	if h.Role == site.RoleAgent {
		if !s.Server.NodeIP.IsValid() {
			return m, fmt.Errorf("the address of the server %q is not known, and an agent has to join it", s.Server.Name)
		}
		m.ServerAddr = "https://" + net.JoinHostPort(s.Server.NodeIP.String(), "6443")
	}
	return m, nil
}

// importsOf leaves the roles to a hand-written flake, whose mkHost is told them.
func importsOf(s *site.Site, h *site.Host) []string {
	var imports []string
	if !s.OwnFlake() {
		for _, role := range rolesOf(s, h) {
			imports = append(imports, "../../roles/"+role)
		}
	}
	imports = append(imports, "./disko.nix", "./network.nix")
	for _, own := range slices.Sorted(slices.Values(h.Imports)) {
		if s.OwnFlake() && ownRole(own) != "" {
			continue
		}
		imports = append(imports, "../../"+strings.TrimPrefix(own, "./"))
	}
	return imports
}

// ownRole is the name of a role of the user's that is imported, "" for another module.
func ownRole(module string) string {
	name, ok := strings.CutPrefix(strings.TrimPrefix(module, "./"), "roles/")
	if !ok || strings.Contains(name, "/") || strings.HasSuffix(name, ".nix") {
		return ""
	}
	return name
}

func (m *machine) boot(h *site.Host) {
	m.Firmware = h.Firmware
	if h.SmallBoot() {
		m.Generations = site.FewGenerations
	}
	m.BootDisks = map[string]string{}
	for _, d := range h.Disks {
		if d.Boot {
			m.BootDisks[d.BootMount] = d.Name
		}
	}
	for _, a := range h.Arrays {
		if module := raidModule(a.Level); !slices.Contains(m.RaidModules, module) {
			m.RaidModules = append(m.RaidModules, module)
		}
	}
	slices.Sort(m.RaidModules)
}

// raidModule names the kernel module of a RAID level.
func raidModule(level int) string {
	switch level {
	case 5, 6:
		return "raid456"
	}
	return "raid" + strconv.Itoa(level)
}

// checkKernel tells whether arrays may have been made by an installer whose
// kernel writes superblocks that older ones refuse: only one that is known to
// be old has not.
func checkKernel(h *site.Host) bool {
	return len(h.Arrays) > 0 && (h.Installer.Kernel == "" || !olderThan(h.Installer.Kernel, 6, 19))
}

// olderThan compares a kernel version, "6.12" or "6.12.8", with major.minor. What
// is no version is not older.
func olderThan(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	x, errX := strconv.Atoi(parts[0])
	y, errY := strconv.Atoi(parts[1])
	return errX == nil && errY == nil && (x < major || x == major && y < minor)
}

func (m *machine) secrets(s *site.Site, h *site.Host) {
	keys := s.HostSecretKeys(h)
	if len(keys) == 0 {
		return
	}
	m.SecretsFile = "../../" + h.HostSecrets()
	for _, key := range slices.Sorted(slices.Values(keys)) {
		_, password := site.PasswordOf(key)
		m.Secrets = append(m.Secrets, secret{key, password})
	}
}

func (m *machine) users(h *site.Host) {
	for _, from := range h.Users {
		to := user{Name: from.Name, Groups: from.Groups, Keys: from.Keys}
		if h.SSH.CA != "" {
			to.Principals = from.Principals()
		}
		if from.UID != nil {
			to.UID = *from.UID
		}
		if from.Shell != "bash" {
			to.Shell = from.Shell
			if !slices.Contains(m.Shells, from.Shell) {
				m.Shells = append(m.Shells, from.Shell)
			}
		}
		if from.Password {
			to.Secret = site.KeyPassword(from.Name)
		}
		m.Users = append(m.Users, to)
	}
	slices.Sort(m.Shells)
}

func prefixesOf(from []netip.Prefix) *prefixes {
	if len(from) == 0 {
		return nil
	}
	p := &prefixes{}
	for _, x := range from {
		if x.Addr().Is4() {
			p.V4 = append(p.V4, x)
		} else {
			p.V6 = append(p.V6, x)
		}
	}
	return p
}
