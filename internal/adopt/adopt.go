// Package adopt says how gen's Terraform roots take over what runs already: from the state of the
// root that made it, the blocks that import it, those that let go of what no root has any more,
// and what a person has to know before.
package adopt

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/tfread"
)

// Plan is what is to be done so that no apply destroys or doubles what runs.
type Plan struct {
	Roots  []Root
	Forget []string // addresses for terraform state rm, where no block can let go of them
	Left   []Left   // what stays as it is, and is no root's any more
	Kept   []string // addresses that are the same before and after
	Told   []string // what the first plan says of them, and why
	Shown  []string // Secrets that the state has in clear text until they are made anew
}

// Root is one of gen's, with its blocks.
type Root struct {
	Dir     string
	Moves   []Move
	Imports []Import
	Removed []string // of the root that keeps the state
	New     []string // addresses that the apply makes
}

// Move is a resource of the state whose address is another in a root. A tunnel is moved, since
// provider cloudflare 5.22 leaves texts out of its next requests when it changes one that was
// imported (internal/apijson/encoder.go); an application is not, for it would take the zone along
// that it was made in, and be replaced.
type Move struct{ From, To string }

// Import is a resource of a root that stands for what an address in the state does.
type Import struct {
	From, To string
	ID       string // "" where it is a secret
	Variable string // that says the id instead
	Query    string // of jq, which finds it in the state; "" where the state has it not
}

// Left is a resource of the state that stays, unmanaged.
type Left struct{ Address, What string }

// plan is one in the making.
type plan struct {
	Plan
	state    []tfread.Instance
	zones    map[string]string // ids by name
	names    map[string]string // and the other way round
	accounts map[string]string // of Cloudflare, by the id of a zone; by "" the first that the state tells
	taken    map[string]bool   // addresses of the state that a root goes on with
	moved    map[string]bool   // those of them that have another address there
	first    *tfread.Root
}

func (p *plan) tell(text string) {
	if !slices.Contains(p.Told, text) {
		p.Told = append(p.Told, text)
	}
}

// Make compares a state with gen's roots, the first of which keeps the state: the files of
// each by path, the user's own among them.
func Make(state []tfread.Instance, roots []*tfread.Root) Plan {
	p := &plan{zones: map[string]string{}, names: map[string]string{}, accounts: map[string]string{}, taken: map[string]bool{}, moved: map[string]bool{}, first: roots[0]}
	for _, in := range state {
		if in.Mode == "managed" && !in.Deposed {
			p.state = append(p.state, in)
		}
	}
	p.findZones(state, roots)
	was := map[thing][]tfread.Instance{}
	for _, in := range p.state {
		if t := p.identify(in.Kind, in); t.what != "" {
			was[t] = append(was[t], in)
		}
	}
	for _, root := range roots {
		p.Roots = append(p.Roots, p.root(root, was))
	}
	p.letGo()
	p.letGoDeposed(state)
	return p.Plan
}

func (p *plan) root(root *tfread.Root, was map[thing][]tfread.Instance) Root {
	r := Root{Dir: root.Dir}
	for _, at := range slices.Sorted(maps.Keys(root.Resources)) {
		res := root.Resources[at]
		if res.Mode != "resource" || strings.HasSuffix(at, "[*]") {
			continue
		}
		if res.Kind == "random_bytes" {
			if in, ok := p.secretOf(root, res); ok {
				if root == p.first && p.has(at, cmp.Or(in.Text("tunnel_secret"), in.Text("secret"))) {
					p.keep(at)
					continue
				}
				r.Imports = append(r.Imports, Import{From: "the secret of " + in.Address, To: at, Variable: "adopted_" + res.Name, Query: query(in)})
				continue
			}
		}
		in, ok := p.counterpart(at, res, was)
		secret := res.Kind == "kubernetes_secret_v1" && res.Attrs["data"].Expr == "" // what it holds is for no state
		switch {
		case !ok:
			r.New = append(r.New, at)
		case in.Address == at && root == p.first && !ofZone(in):
			p.keep(at)
			if secret && in.Attrs["data"] != nil {
				p.Shown = append(p.Shown, at)
			}
		case root == p.first && moves(in.Kind):
			p.taken[in.Address], p.moved[in.Address] = true, true
			r.Moves = append(r.Moves, Move{in.Address, at})
		default:
			p.taken[in.Address] = true
			if secret {
				p.Shown = append(p.Shown, at)
			}
			r.Imports = append(r.Imports, Import{From: in.Address, To: at, ID: p.importID(res.Kind, in)})
			if old := content(in); res.Name == "tunnel" && kinds[in.Kind] == "record" && old != "" && !strings.HasSuffix(old, ".cfargotunnel.com") && !strings.HasPrefix(in.Text("type"), "A") {
				p.tell(fmt.Sprintf("%s leads to %q, and to the tunnel from the apply on", in.Address, old))
			}
		}
	}
	return r
}

// keep has a root go on with what is at the same address.
func (p *plan) keep(at string) {
	p.Kept = append(p.Kept, at)
	p.taken[at] = true
}

// has tells whether the state has bytes at an address, those of a secret.
func (p *plan) has(at, secret string) bool {
	return slices.ContainsFunc(p.state, func(in tfread.Instance) bool {
		return in.Address == at && secret != "" && in.Text("base64") == secret
	})
}

// ofZone tells an application that was made in a zone: under its own address it would be replaced.
func ofZone(in tfread.Instance) bool {
	return kinds[in.Kind] == "application" && in.Text("zone_id") != ""
}

// counterpart is what stands for the same in the state, and is nobody else's yet.
func (p *plan) counterpart(at string, res *tfread.Resource, was map[thing][]tfread.Instance) (tfread.Instance, bool) {
	t := p.identify(res.Kind, declared{res})
	var left []tfread.Instance
	for _, in := range was[t] {
		if !p.taken[in.Address] {
			left = append(left, in)
		}
	}
	for _, in := range left {
		if in.Address == at || t.what == "record" && content(in) == content(declared{res}) {
			return in, true
		}
	}
	switch {
	case t.what == "tunnel" && len(left) > 0 && p.inDashboard(left[0]):
		p.tell(left[0].Address + ": its rules are Cloudflare's and in no file, which does not change for a tunnel that is there: gen's is another one, so give it another name (tunnel.name); docs/ADOPTING.md of gen, Import ids")
		return tfread.Instance{}, false
	case len(left) == 1 || len(left) > 0 && t.what != "record":
		return left[0], true
	case t.what == "record" && res.Name == "tunnel":
		return p.inItsWay(res, was)
	}
	return tfread.Instance{}, false
}

// inDashboard tells whether Cloudflare has the rules of a tunnel, and not a file.
func (p *plan) inDashboard(tunnel tfread.Instance) bool {
	return tunnel.Text("config_src") == "cloudflare" || slices.ContainsFunc(p.state, func(in tfread.Instance) bool {
		return (in.Kind == "cloudflare_tunnel_config" || in.Kind == "cloudflare_zero_trust_tunnel_cloudflared_config") && in.Text("tunnel_id") == tunnel.Text("id")
	})
}

// moves tells kinds that version 5 of provider cloudflare moves to a tunnel of its own (its
// MoveState; its own name is that of version 4 too).
func moves(kind string) bool {
	return kind == "cloudflare_tunnel" || kind == "cloudflare_zero_trust_tunnel_cloudflared"
}

// inItsWay is an address record where the tunnel's record is to be: Cloudflare has no CNAME
// beside one (81053), so that Terraform has to replace it.
func (p *plan) inItsWay(res *tfread.Resource, was map[thing][]tfread.Instance) (tfread.Instance, bool) {
	var all []tfread.Instance
	for _, typ := range []string{"A", "AAAA"} {
		all = append(all, was[thing{"record", res.Text("name") + " " + typ}]...)
	}
	if len(all) == 0 {
		return tfread.Instance{}, false
	}
	p.tell(all[0].Address + " is replaced by the tunnel's record: the hostname moves to this server in that moment")
	for _, in := range all[1:] {
		p.tell(in.Address + " is in the way of the tunnel's record: delete it right before the apply")
	}
	return all[0], true
}

// Ready tells whether a root can be compared with a state: a file of the user's with kinds that
// gen's providers do not know is one that is still to go.
func Ready(root *tfread.Root) error {
	for _, at := range slices.Sorted(maps.Keys(root.Resources)) {
		if res := root.Resources[at]; tfread.OfCloudflare4(res.Kind) && res.Mode == "resource" {
			return fmt.Errorf("%s:%d: %s is of version 4 of provider cloudflare, and gen's files are for 5: take the file over or delete it first (gen adopt)", res.Pos.File, res.Pos.Line, at)
		}
	}
	return nil
}
