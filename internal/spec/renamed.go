package spec

import (
	"maps"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

// maxLabel is the most characters of a DNS label.
const maxLabel = 63

// Renamed mirrors #Renamed.
type Renamed struct {
	From string `json:"from"`
}

// rename gives clients and apps that have been renamed the name that they run under, so
// that nothing after it has to know of two names; the index knows where the user's is
// written. One whose old name another has, or none can have, keeps its own,
// and a rule is about that.
func rename(sp *Spec, ix *Index) {
	ix.renamed = map[string]string{}
	moveAll(sp.Clients, "clients", ix, func(c *Client) *Renamed { return c.Renamed })
	apps := moveAll(sp.Apps, "apps", ix, func(a *App) *Renamed { return a.Renamed })
	if len(apps) == 0 {
		return
	}
	one := func(name *string) {
		if to, ok := apps[*name]; ok {
			*name = to
		}
	}
	each := func(names []string) {
		for i := range names {
			one(&names[i])
		}
	}
	paths := func(all map[string]*Path) {
		for _, p := range all {
			one(&p.App)
		}
	}
	for _, c := range sp.Clients {
		one(&c.App)
		paths(c.Paths)
	}
	for _, a := range sp.Apps {
		each(a.Allow)
		paths(a.Paths)
	}
	for _, c := range sp.Charts {
		each(c.Allow)
	}
	for _, f := range sp.Folders {
		each(f.Allow)
	}
}

// moveAll renames the entries of a map, and returns the names: the user's to those that
// run.
func moveAll[V any](all map[string]*V, field string, ix *Index, renamed func(*V) *Renamed) map[string]string {
	moved := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		r := renamed(all[name])
		if r == nil || all[r.From] != nil || format.Label("", r.From, maxLabel).Bad() {
			continue
		}
		all[r.From], moved[name] = all[name], r.From
		delete(all, name)
		ix.renamed[diag.Path{field, r.From}.Key()] = name
	}
	return moved
}

// User is a path as the user writes it: below the new name of what has been renamed.
func (ix *Index) User(p diag.Path) diag.Path {
	if len(p) < 2 || len(ix.renamed) == 0 {
		return p
	}
	name, ok := ix.renamed[p[:2].Key()]
	if !ok {
		return p
	}
	q := slices.Clone(p)
	q[1] = name
	return q
}

// AsWritten is the index by the paths that the user writes alone: the name under which
// something runs that has been renamed is none of them.
func (ix *Index) AsWritten() *Index {
	if ix == nil {
		return nil
	}
	written := *ix
	written.renamed = nil
	return &written
}
