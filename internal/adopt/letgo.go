package adopt

import (
	"slices"
	"strings"

	"sitegen/internal/tfread"
)

// letGo has the root that keeps the state let go of all that is not its own.
func (p *plan) letGo() {
	blocks, own := map[string]bool{}, map[string]bool{} // blocks; those that no kind or no name tells what they are
	for at, res := range p.first.Resources {
		block := strings.SplitN(at, "[", 2)[0]
		blocks[block] = true
		if p.identify(res.Kind, declared{res}).what == "" {
			own[block] = true
		}
	}
	removed := map[string]bool{}
	for _, in := range p.state {
		switch {
		case slices.Contains(p.Kept, in.Address), p.moved[in.Address]:
			continue
		case own[in.Block] && !p.taken[in.Address], p.inOwnModule(in):
			continue // the user's own, which has a file of its own
		case blocks[in.Block], tfread.OfCloudflare4(in.Kind), in.Text("application_id") != "", // no version 5 reads a policy of one application
			strings.Contains(in.Block, "["), // nor does a block name an instance of a module
			!p.provided(in):                 // and the plan asks the provider before it lets go
			p.Forget = append(p.Forget, in.Address)
		case !removed[in.Block]:
			removed[in.Block] = true
			p.Roots[0].Removed = append(p.Roots[0].Removed, in.Block)
		}
		if !p.taken[in.Address] && !passing(in.Kind) {
			p.Left = append(p.Left, Left{in.Address, p.describe(in)})
		}
	}
	slices.Sort(p.Forget)
	slices.Sort(p.Roots[0].Removed)
}

// letGoDeposed sees to what was replaced and not destroyed yet: a plan destroys it.
func (p *plan) letGoDeposed(state []tfread.Instance) {
	for _, in := range state {
		switch {
		case !in.Deposed, slices.Contains(p.Forget, in.Address), slices.Contains(p.Roots[0].Removed, in.Block), p.inOwnModule(in):
		case slices.ContainsFunc(p.state, func(now tfread.Instance) bool { return now.Address == in.Address }):
			p.tell(in.Address + " was replaced, and the old one is not destroyed yet: apply the old files first, or the plan destroys it")
		default:
			p.Forget = append(p.Forget, in.Address)
			p.Left = append(p.Left, Left{in.Address, p.describe(in)})
		}
	}
	slices.Sort(p.Forget)
}

// inOwnModule tells whether a resource is of a module that a file of the user's still names.
func (p *plan) inOwnModule(in tfread.Instance) bool {
	return slices.ContainsFunc(p.first.Modules, func(name string) bool {
		at, ok := strings.CutPrefix(in.Address, "module."+name)
		return ok && (strings.HasPrefix(at, ".") || strings.HasPrefix(at, "["))
	})
}

// provided tells whether the root that keeps the state has the provider of a resource, which it
// needs to let go of one: the same one, without an alias. Those of what is passing want no
// configuration.
func (p *plan) provided(in tfread.Instance) bool {
	return slices.Contains(p.first.Sources, in.Source) || in.Source != "" && passing(in.Kind) || strings.HasSuffix(in.Source, "builtin/terraform")
}

// passing tells kinds that stand for nothing outside of the state.
func passing(kind string) bool {
	return strings.HasPrefix(kind, "random_") || slices.Contains([]string{"null_resource", "terraform_data", "time_sleep"}, kind)
}
