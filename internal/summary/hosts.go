package summary

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/site"
)

// hostClasses are what a host takes, from little to much.
var hostClasses = []string{"", "switch", "reboot", "reinstall", "never"}

// hosts says what each host takes: by the fields that are said of it or of all hosts,
// and where those say nothing, by its files.
func hosts(old, new Side, changed []Field) []Item {
	var items []Item
	before, after := byName(old.Site), byName(new.Site)
	if old.Site.Name != new.Site.Name {
		items = append(items, Item{Layer: Hosts, Danger: Never, At: diag.Path{"name"}, Text: fmt.Sprintf("the site is called %s, and was %s: to all that runs it is another site", new.Site.Name, old.Site.Name),
			Why:     "put the old name back: tunnel, Terraform's state, namespaces and paths hang on it",
			Refused: new.Installed != nil && slices.ContainsFunc(old.Site.Hosts, func(h *site.Host) bool { return new.Installed(h.Name) })})
	}
	items = append(items, servers(old.Site, new)...)
	for _, name := range slices.Sorted(maps.Keys(union(before, after))) {
		switch {
		case before[name] == nil:
			items = append(items, Item{Layer: Hosts, Text: fmt.Sprintf("%s is new", name), Why: "scripts/install-" + name + ".sh", step: step{first, name}})
		case after[name] == nil && waits(new, before[name]):
			items = append(items, Item{Layer: Hosts, Text: name + " is gone from the site, and was " + notYet, Why: runsAll})
		case after[name] == nil:
			items = append(items, Item{Layer: Hosts, Danger: Reinstall, Text: fmt.Sprintf("%s is gone from the site", name),
				Why: "what lies on its disks goes with it; docs/RUNBOOK.md, Adding an agent, says how one is taken out"})
		default:
			items = append(items, host(old, new, name, changed)...)
		}
	}
	return items
}

// What there is to say of a host that waits for its install, whatever changes.
const (
	notYet  = "not installed yet, for known_hosts has no line of it: nothing is lost"
	runsAll = "where it runs all the same, put its line into known_hosts, and commit that: then its disks and data are looked after"
)

// waits tells whether a host is not installed yet. The install script writes its line of
// known_hosts; a host that ran before gen says what its partitions are called.
func waits(new Side, h *site.Host) bool {
	ran := slices.ContainsFunc(h.Disks, func(d *site.Disk) bool { return len(d.Partitions) > 0 })
	return new.Installed != nil && !new.Installed(h.Name) && !ran
}

func byName(s *site.Site) map[string]*site.Host {
	all := map[string]*site.Host{}
	for _, h := range s.Hosts {
		all[h.Name] = h
	}
	return all
}

func host(old, new Side, name string, changed []Field) []Item {
	before, after := byName(old.Site)[name], byName(new.Site)[name]
	moved := before.NodeIP != after.NodeIP && before.NodeIP.IsValid()
	class, reasons := 0, map[string][]string{}
	because := func(c, reason string) {
		if n := slices.Index(hostClasses, c); n > 0 {
			class = max(class, n)
			reasons[c] = append(reasons[c], reason)
		}
	}
	for _, f := range changed {
		at, mine := strings.CutPrefix(f.Path, "hosts.")
		for _, c := range f.Class {
			switch {
			case mine && !of(at, name), !mine && c == "never": // another host's, or not about hosts
			case mine && strings.HasSuffix(at, ".node") && !moved: // the same address in other words
			case mine && strings.HasSuffix(at, ".volumes") && c == "reinstall": // see below
			default:
				because(c, f.Path)
			}
		}
	}
	if moved {
		because("reinstall", fmt.Sprintf("the address that other nodes know it by, %s → %s", before.NodeIP, cmp.Or(after.NodeIP.String(), "none")))
	}
	if class == 0 && rebuilt(old, new, name) {
		class = 1
	}
	if waits(new, before) && class >= slices.Index(hostClasses, "reinstall") {
		return []Item{{Layer: Hosts, Text: fmt.Sprintf("%s has another %s, and is %s", name, some(slices.Concat(reasons["never"], reasons["reinstall"])), notYet), Why: runsAll}}
	}
	items := hostItem(new, name, hostClasses[class], reasons)
	if before.Volumes != after.Volumes {
		items = append(items, Item{Layer: Hosts, Danger: Data, At: diag.Path{"hosts", name, "volumes"}, Text: name + ": the volumes of apps are looked for in another folder",
			Why: "they are moved before the switch: docs/RUNBOOK.md, Moving the volumes of a host"})
	}
	return items
}

func hostItem(new Side, name, class string, reasons map[string][]string) []Item {
	installed := new.Installed != nil && new.Installed(name)
	why := reasons[class]
	switch class {
	case "":
		return nil
	case "never":
		return []Item{{Layer: Hosts, Danger: Never, At: diag.Path{"hosts", name}, Text: fmt.Sprintf("%s: %s never changes", name, some(why)), Refused: installed,
			Why: "put the old value back: it is that of the running system, and data formats, names and paths hang on it"}}
	case "reinstall":
		if replaced(why) {
			return []Item{{Layer: Hosts, Danger: Reinstall, At: diag.Path{"hosts", name}, step: step{repair, name}, Text: fmt.Sprintf("%s has another disk: %s", name, some(why)), Refused: installed,
				Why: "where the old one was replaced, docs/RUNBOOK.md, A dead disk, goes on from here and nothing is installed; where the host moves, its disks are erased by the install"}}
		}
		return []Item{{Layer: Hosts, Danger: Reinstall, At: diag.Path{"hosts", name}, step: step{install, name}, Text: fmt.Sprintf("%s has to be installed anew, for %s", name, some(why)), Refused: installed && erases(why),
			Why: "its disks are erased: back up first, docs/RUNBOOK.md, Restore after the loss of a server; or put the old value back"}}
	case "reboot":
		return []Item{{Layer: Hosts, step: step{reboot, name}, Text: fmt.Sprintf("%s: switch, then reboot, for %s", name, some(why)), Why: "docs/RUNBOOK.md, Updating NixOS"}}
	}
	text := name + ": switch"
	if len(why) > 0 {
		text += ", for " + some(why)
	}
	return []Item{{Layer: Hosts, step: step{rebuild, name}, Text: text}}
}

// servers says what becomes of the cluster's own data where other hosts keep it.
func servers(old *site.Site, side Side) []Item {
	new := side.Site
	was, is := len(old.Servers), len(new.Servers)
	var items []Item
	switch {
	case was == 1 && is > 1:
		items = append(items, Item{Layer: Hosts, Danger: Data, At: diag.Path{"hosts"}, Text: fmt.Sprintf("one server becomes %d: the cluster's data move from SQLite to etcd", is),
			Why: "docs/RUNBOOK.md, From one server to three, has the order, and the copy that is the only way back"})
	case was > 1 && is == 1:
		items = append(items, Item{Layer: Hosts, Danger: Data, At: diag.Path{"hosts"}, Text: fmt.Sprintf("%d servers become one, which etcd's data do not follow", was),
			Why: "there is no way back to one server but a new cluster and the backup"})
	case is < was:
		items = append(items, Item{Layer: Hosts, Danger: Data, At: diag.Path{"hosts"}, Text: fmt.Sprintf("%d servers become %d", was, is),
			Why: "docs/RUNBOOK.md, Several servers: one at a time, each taken out of the cluster while it runs"})
	}
	if is > 1 && old.Server.Name != new.Server.Name && slices.ContainsFunc(new.Servers, func(h *site.Host) bool { return h.Name == old.Server.Name }) {
		items = append(items, Item{Layer: Hosts, Danger: Never, At: diag.Path{"cluster", "first"}, Refused: was == 1 && side.Installed != nil && side.Installed(old.Server.Name),
			Text: fmt.Sprintf("%s is the first server, and was %s, which has the cluster's data", new.Server.Name, old.Server.Name),
			Why:  fmt.Sprintf("say cluster: first: %q", old.Server.Name)})
	}
	return items
}

// replaced tells whether all reasons are disks in the place of others.
func replaced(paths []string) bool {
	return !slices.ContainsFunc(paths, func(p string) bool { return !strings.Contains(p, ".disks.") || !strings.HasSuffix(p, ".device") })
}

// of tells whether a path below hosts is about a host; its name may be quoted.
func of(at, name string) bool {
	rest, ok := strings.CutPrefix(strings.ReplaceAll(at, `"`, ""), name)
	return ok && (rest == "" || rest[0] == '.')
}

// erases tells of fields that say what is on the disks, or which disks they are.
func erases(paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		return strings.Contains(p, ".disks") || strings.Contains(p, ".arrays") || strings.Contains(p, ".pools") || strings.Contains(p, ".layout")
	})
}

// rebuilt tells whether files of the host's configuration are others.
func rebuilt(old, new Side, name string) bool {
	for p, data := range both(old.Files, new.Files) {
		first, rest, _ := strings.Cut(p, "/")
		mine := first == "roles" || p == "flake.nix" || p == "hosts/"+name+".nix" || first == "machines" && strings.HasPrefix(rest, name+"/")
		if mine && data[0] != data[1] {
			return true
		}
	}
	return false
}

// both are the files of two trees, side by side; "" is one that is not there.
func both(old, new map[string][]byte) map[string][2]string {
	all := map[string][2]string{}
	for p, data := range old {
		all[p] = [2]string{string(data), string(new[p])}
	}
	for p, data := range new {
		all[p] = [2]string{string(old[p]), string(data)}
	}
	return all
}

func union[V any](a, b map[string]V) map[string]bool {
	all := map[string]bool{}
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return all
}
