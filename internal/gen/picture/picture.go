// Package picture draws the site: which hostname leads through whom to what, and on which
// hosts, disks and cards it all stands.
package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sitegen/internal/site"
	"sitegen/internal/svg"
	"sitegen/internal/tree"
)

// Files returns docs/site.svg.
func Files(s *site.Site) ([]tree.File, error) {
	title := "The site " + s.Name + ": hostnames, who gets in, what they lead to, and the hosts"
	columns := []svg.Column{
		{X: 16, Y: 16, Width: 800, Rows: names(s)},
		{X: 832, Y: 16, Width: 420, Rows: hosts(s)},
	}
	return []tree.File{{Path: "docs/site.svg", Mode: 0o644, Data: svg.Picture(tree.Header, title, columns)}}, nil
}

// The places of a hostname, of who gets in, and of what it leads to.
const (
	atName   = 0
	atAccess = 300
	atTarget = 460
)

// few is up to how many clients each has rows of its own; more are told of together,
// with their domains side by side.
const few = 40

func names(s *site.Site) []svg.Row {
	rows := []svg.Row{{Down: 28, Spans: []svg.Span{{Class: "title", Text: s.Name}}}, {Down: 22, Spans: []svg.Span{{Class: "quiet", Text: tunnels(s)}}}}
	together := len(s.Clients)+len(s.Served) > few
	var clients []string
	for _, z := range zones(s) {
		lines := zoneRows(s, z.Name, together)
		if len(lines) == 0 {
			if together && leads(s, z.Name) {
				clients = append(clients, z.Name)
			}
			continue
		}
		lines[0].Down = 30 // a zone stands apart from the one before it
		rows = append(rows, lines...)
	}
	if len(clients) == 0 {
		return rows
	}
	rows = append(rows, svg.Row{Down: 30, Spans: []svg.Span{{Class: "head", Text: fmt.Sprintf("%d domains of clients", len(clients))}, {X: atAccess, Class: "public", Text: "open to everybody"}}})
	return append(rows, abreast(clients)...)
}

// abreast are names side by side. Each letter begins a row of its own, so that a name more
// moves none of another letter.
func abreast(names []string) []svg.Row {
	var rows []svg.Row
	letter, n := "", 0
	for _, name := range names {
		if name[:1] != letter || n == 3 {
			letter, n = name[:1], 0
			rows = append(rows, svg.Row{Down: 18})
		}
		last := &rows[len(rows)-1]
		last.Spans = append(last.Spans, svg.Span{X: n * 260, Class: "quiet", Text: short(name, 34)})
		n++
	}
	return rows
}

// zones are sorted, the primary one first.
func zones(s *site.Site) []site.Zone {
	all := slices.Clone(s.Zones)
	slices.SortStableFunc(all, func(a, b site.Zone) int {
		return cmp.Compare(rank(a), rank(b))
	})
	return all
}

func rank(z site.Zone) int {
	if z.Primary {
		return 0
	}
	return 1
}

// leads tells whether a hostname of a zone leads anywhere.
func leads(s *site.Site, zone string) bool {
	return slices.ContainsFunc(s.Routes, func(r site.Route) bool { return r.Zone == zone })
}

// zoneRows are the hostnames of a zone, without those of public clients where these are
// told of together.
func zoneRows(s *site.Site, zone string, together bool) []svg.Row {
	var rows []svg.Row
	for _, r := range s.Routes {
		if r.Zone != zone || together && r.Kind == site.RouteClient && r.Access == "" {
			continue
		}
		rows = append(rows, row(r.Hostname, r.Access, target(r)))
		for _, p := range r.AccessPaths {
			rows = append(rows, row(r.Hostname+p.Path, p.Access, target(r)))
		}
		for _, p := range r.Bypass {
			rows = append(rows, row(r.Hostname+p, "", target(r)))
		}
	}
	for _, r := range s.Redirects {
		if r.Zone == zone {
			rows = append(rows, row(r.Hostname, "", "redirect to "+r.To))
		}
	}
	return rows
}

func row(name, access, target string) svg.Row {
	who := svg.Span{X: atAccess, Class: "public", Text: "everybody"}
	if access != "" {
		who = svg.Span{X: atAccess, Class: "guarded", Text: short(access, 20)}
	}
	return svg.Row{Down: 20, Spans: []svg.Span{{X: atName, Text: short(name, 40)}, who, {X: atTarget, Class: "quiet", Text: "→ " + short(target, 46)}}}
}

func target(r site.Route) string {
	switch r.Kind {
	case site.RouteSSH:
		return "sshd of " + r.Owner
	case site.RouteArgoCD:
		return "Argo CD"
	case site.RouteHubble:
		return "Hubble"
	case site.RouteOwn:
		return r.Service
	}
	return fmt.Sprintf("%s %s, in %s", r.Kind, r.Owner, r.Namespace)
}

func tunnels(s *site.Site) string {
	if n := len(s.ConnectorNames()); n > 1 {
		return fmt.Sprintf("through Cloudflare and %d tunnels", n)
	}
	return "through Cloudflare and the tunnel " + s.Tunnel.Name
}

// hosts are the hosts with what they are made of.
func hosts(s *site.Site) []svg.Row {
	var rows []svg.Row
	for i, h := range s.Hosts {
		down := 36
		if i == 0 {
			down = 28
		}
		rows = append(rows, svg.Row{Down: down, Spans: []svg.Span{{Class: "title", Text: h.Name}, {X: 160, Class: "quiet", Text: h.Role + ", " + cmp.Or(h.Address, "by DHCP")}}})
		for _, part := range parts(h) {
			rows = append(rows, svg.Row{Down: 20, Spans: []svg.Span{{Text: part[0]}, {X: 160, Class: "quiet", Text: short(part[1], 34)}}})
		}
	}
	return rows
}

// parts are file systems with the disks below them, and links to networks.
func parts(h *site.Host) [][2]string {
	var all [][2]string
	for _, a := range h.Arrays {
		all = append(all, [2]string{cmp.Or(a.Mount, "swap"), fmt.Sprintf("RAID %d of %s", a.Level, strings.Join(a.Disks, ", "))})
	}
	for _, p := range h.Pools {
		all = append(all, [2]string{p.Mount, fmt.Sprintf("ZFS %s of %s", p.Mode, strings.Join(p.Disks, ", "))})
	}
	for _, d := range h.Disks {
		if d.Mount != "" {
			all = append(all, [2]string{d.Mount, "disk " + d.Name})
		}
	}
	for _, d := range h.Disks {
		if d.Boot {
			all = append(all, [2]string{d.BootMount, "boot partition of " + d.Name})
		}
	}
	for _, n := range h.NICs {
		all = append(all, [2]string{"card " + n.Name, n.MAC})
	}
	return all
}

// short is a text that fits into its place.
func short(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
