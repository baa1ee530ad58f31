package prove

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// Where the programs of a node keep the data of pods where nothing else is said: k3s' provisioner of local-path
// and its containerd (k3s, pkg/cli/cmds/server.go, default-local-storage-path and data-dir), and Longhorn
// (its chart's values.yaml, defaultSettings.defaultDataPath).
const (
	localPath   = "/var/lib/rancher/k3s/storage"
	longhornDir = "/var/lib/longhorn"
	imageDir    = "/var/lib/rancher/k3s/agent"
)

// longhornAt is the folder that Longhorn's chart is told.
func (p *Proof) longhornAt() string {
	for _, a := range p.applications {
		for _, s := range a.sources {
			if dir := text(s.node, "helm", "valuesObject", "defaultSettings", "defaultDataPath"); s.chart == "longhorn" && dir != "" {
				return dir
			}
		}
	}
	return longhornDir
}

// mounted is a file system: what it is, on what.
type mounted struct {
	kind, name string // what holds it: array, pool, partition, disk
	format     string
	on         []string // disks
	where      Place
}

// stands is the way from pods on: the hosts that can run them, the file systems of their
// volumes, and the disks that those and the host itself stand on.
func (p *Proof) stands(w *pods) []Hop {
	var hops []Hop
	only := text(w.template, "spec", "nodeSelector", "kubernetes.io/hostname")
	for _, h := range p.hosts {
		if only == "" || only == h.name {
			hops = append(hops, p.standsOn(h, "can run it", p.places(w))...)
		}
	}
	return hops
}

// placed is a folder of a host, and what of a workload lies there.
type placed struct {
	dir, what string
	at        Place
}

// places are the folders that pods have their volumes in.
func (p *Proof) places(w *pods) []placed {
	var all []placed
	add := func(name string, claim *yaml.Node, at Place) {
		dir, class := localPath, cmp.Or(text(claim, "spec", "storageClassName"), "local-path")
		if class == "longhorn" {
			dir = p.longhornAt()
		} else if class != "local-path" {
			return // of the user's: only its own files say where
		}
		all = append(all, placed{dir, fmt.Sprintf("volume %s (%s) lies", name, class), at})
	}
	for _, v := range items(w.template, "spec", "volumes") {
		if name := text(v, "persistentVolumeClaim", "claimName"); name != "" {
			if claim := p.get("PersistentVolumeClaim", w.namespace, name); claim != nil {
				add(name, claim.node, claim.at())
			}
		}
	}
	for _, claim := range items(w.node, "spec", "volumeClaimTemplates") {
		add(text(claim, "metadata", "name"), claim, w.place(claim))
	}
	if len(all) == 0 {
		all = []placed{{imageDir, "no volume; images lie", w.at()}}
	}
	return all
}

// standsOn goes from a host down to its disks.
func (p *Proof) standsOn(h *host, why string, on []placed) []Hop {
	add := func(hops []Hop, at Place, depth int, format string, args ...any) []Hop {
		return append(hops, Hop{at, strings.Repeat("  ", depth) + fmt.Sprintf(format, args...)})
	}
	if h.said == nil {
		return add(nil, Place{File: h.file("default.nix")}, 1, "host %s %s; what it stands on was not read, which wants nix-instantiate on PATH", h.name, why)
	}
	hops := add(nil, p.line(h.file("default.nix"), "role ="), 1, "host %s (%s) %s", h.name, h.said.Role, why)
	told := map[string]bool{}
	for _, one := range on {
		hops = add(hops, one.at, 2, "%s in %s", one.what, one.dir)
		at, dir := h.below(one.dir)
		if dir != one.dir {
			hops = add(hops, p.line(h.file("default.nix"), `fileSystems."`+one.dir), 2, "%s is the folder %s", one.dir, dir)
		}
		m, ok := h.mounts[at]
		if !ok || told[at] {
			continue
		}
		told[at] = true
		hops = add(hops, m.where, 2, "%s is %s on the %s %s", at, cmp.Or(m.format, "zfs"), m.kind, m.name)
		hops = p.diskHops(hops, h, m)
	}
	if m, ok := h.mounts["/"]; ok && !told["/"] {
		hops = add(hops, m.where, 2, "/ is %s on the %s %s", cmp.Or(m.format, "zfs"), m.kind, m.name)
		hops = p.diskHops(hops, h, m)
	}
	for _, at := range slices.Sorted(maps.Keys(h.said.BootDisks)) {
		hops = add(hops, p.line(h.file("default.nix"), `"`+at+`" =`), 2, "starts from %s on the disk %s", at, h.said.BootDisks[at])
	}
	return add(hops, p.line(h.file("default.nix"), "firmware ="), 2, "firmware %s", h.said.Firmware)
}

// diskHops are the array of a file system, and its disks.
func (p *Proof) diskHops(hops []Hop, h *host, m mounted) []Hop {
	file := h.file("disko.nix")
	if a, ok := h.said.Devices.Mdadm[m.name]; ok && m.kind == "array" {
		hops = append(hops, Hop{p.entry(file, "mdadm = {", m.name+" = {"), fmt.Sprintf("      array %s, level %d, of the disks %s", m.name, a.Level, strings.Join(m.on, ", "))})
	}
	if pool, ok := h.said.Devices.Zpool[m.name]; ok && m.kind == "pool" {
		mode, _ := pool.Mode.(string)
		hops = append(hops, Hop{p.entry(file, "zpool = {", m.name+" = {"), fmt.Sprintf("      pool %s, %s, of the disks %s", m.name, cmp.Or(mode, "one after the other"), strings.Join(m.on, ", "))})
	}
	for _, name := range m.on {
		device := h.said.Devices.Disk[name].Device
		hops = append(hops, Hop{p.line(file, device), fmt.Sprintf("      disk %s %s", name, device)})
	}
	return hops
}

// entry is the first line that is what follows another one.
func (p *Proof) entry(file, after, want string) Place {
	begun := false
	for i, line := range strings.Split(string(p.files[file]), "\n") {
		line = strings.TrimSpace(line)
		if begun = begun || line == after; begun && line == want {
			return Place{file, i + 1}
		}
	}
	return Place{File: file}
}

// below is the file system that a folder of the host is on, and the folder that is bound there.
func (h *host) below(dir string) (mount, folder string) {
	for at, device := range h.said.Binds {
		if (dir == at || strings.HasPrefix(dir, at+"/")) && strings.HasPrefix(device, "/") && !strings.HasPrefix(device, "/dev/") {
			dir = device + strings.TrimPrefix(dir, at)
			break
		}
	}
	for at := dir; ; at = path.Dir(at) {
		if _, ok := h.mounts[at]; ok || at == "/" || at == "." {
			return at, dir
		}
	}
}

// hostAt is the machine with the address that a rule leads to; nil: none.
func (p *Proof) hostAt(service string) *host {
	addr, err := netip.ParseAddr(strings.Trim(hostOf(service), "[]"))
	for _, h := range p.hosts {
		if err != nil || h.said == nil {
			continue
		}
		for _, ip := range strings.Split(h.said.flag("node-ip"), ",") {
			if a, err := netip.ParseAddr(ip); err == nil && a == addr {
				return h
			}
		}
		for _, n := range h.said.Networks {
			for _, prefix := range n.Address {
				if a, err := netip.ParsePrefix(prefix); err == nil && a.Addr() == addr {
					return h
				}
			}
		}
	}
	return nil
}
