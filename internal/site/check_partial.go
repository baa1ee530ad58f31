package site

import (
	"strings"

	"cuelang.org/go/cue"
)

// checkPartial runs the rules over what is sound of a spec that does not fit the
// schema. What it finds is true however the rest is repaired.
func checkPartial(def, user cue.Value, ix *index, known Problems) Problems {
	spec, given, open := partial(def, user, known)
	if spec == nil {
		return nil
	}
	c := &checker{spec: spec, site: resolve(spec), ix: ix, open: open, rules: rules(), containers: containers(spec)}
	var kept Problems
	for _, r := range c.rules {
		if r.check == nil || !r.value && r.stands == "" {
			continue
		}
		c.rule, c.problems, c.found = r, nil, nil
		r.check(c)
		c.weigh(0)
		for i, p := range c.problems {
			if places := c.found[i].places; (!r.value || given(places[0])) && open.stands(r, places) {
				kept = append(kept, p)
			}
		}
	}
	c.problems = kept
	c.oneEach()
	return c.silence()
}

// about says that the last problem is about another place too, which no note
// points at: a default.
func (c *checker) about(at Path) {
	if n := len(c.found); n > 0 {
		f := &c.found[n-1]
		f.places = append(f.places, at)
	}
}

// aboutRoute is about for what a route follows from.
func (c *checker) aboutRoute(r Route) {
	c.about(r.at)
	if r.at[len(r.at)-1] == "domain" && strings.HasPrefix(r.Hostname, "www.") && r.Hostname != c.spec.Clients[r.Owner].Domain {
		c.about(r.at.parent().With("www"))
	}
}
