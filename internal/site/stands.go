package site

import (
	"slices"
	"strings"
)

// itself is what a rule rests on whose findings are about the values they name,
// and nothing else.
const itself = "."

// unsure are the places of a spec where nobody knows what stands there until it
// is repaired: what was left out because it is broken, fields that are missing,
// and those that an unknown field may be meant for.
type unsure struct {
	top  unsureNode
	said any // the sound rest of the spec
	told map[string]bool
}

type unsureNode struct {
	lost bool // this, and all in it
	gap  bool // a struct with a field that the schema does not know: any that it does not say may be meant
	in   map[any]*unsureNode
}

// anyName stands for each name in a path.
type anyName struct{}

func (u *unsure) node(at Path) *unsureNode {
	n := &u.top
	for _, e := range at {
		if n.in == nil {
			n.in = map[any]*unsureNode{}
		}
		if n.in[e] == nil {
			n.in[e] = &unsureNode{}
		}
		n = n.in[e]
	}
	return n
}

// touches tells whether something at a path, or around it, is not known; with
// deep also whether something in it is.
func (u *unsure) touches(at Path, deep bool) bool {
	return u.top.touches(u.said, at, deep)
}

func (n *unsureNode) touches(said any, at Path, deep bool) bool {
	switch {
	case n == nil:
		return false
	case n.lost:
		return true
	case len(at) == 0:
		return deep && (n.gap || len(n.in) > 0)
	}
	if _, each := at[0].(anyName); each {
		for e, below := range n.in {
			if below.touches(inside(said, Path{e}), at[1:], deep) {
				return true
			}
		}
		return n.gap
	}
	below := inside(said, at[:1])
	return n.gap && below == nil || n.in[at[0]].touches(below, at[1:], deep)
}

// derive passes on what is not known to the defaults that follow from it: see
// builtinRoutes and domainHostnames.
func (u *unsure) derive() {
	lose := func(at Path, from ...string) {
		if inside(u.said, at) != nil {
			return
		}
		for _, f := range from {
			if need, deep := parseNeed(f); u.touches(need, deep) {
				u.node(at).lost = true
			}
		}
	}
	primary := "domains.**.primary"
	lose(Path{"argocd", "hostname"}, primary)
	lose(Path{"cluster", "hubble", "hostname"}, primary)
	for _, name := range namesAt(u.said, "hosts") {
		lose(Path{"hosts", name, "ssh", "hostname"}, primary, "hosts.**.role")
	}
	for _, name := range namesAt(u.said, "clients") {
		lose(Path{"clients", name, "www"}, "domains.**", "clients.**.domain")
	}
}

func namesAt(data any, field string) []string {
	fields, _ := inside(data, Path{field}).(map[string]any)
	return sortedKeys(fields)
}

// parseNeed reads one of the places that a rule rests on.
func parseNeed(text string) (at Path, deep bool) {
	text, deep = strings.CutSuffix(text, "...")
	for e := range strings.SplitSeq(text, ".") {
		if e == "**" {
			at = append(at, anyName{})
		} else {
			at = append(at, e)
		}
	}
	return at, deep
}

// stands tells whether a finding, which names these places, is true however the
// rest of the spec is repaired.
func (u *unsure) stands(r Rule, places []Path) bool {
	for _, at := range places {
		if u.touches(at, false) {
			return false
		}
	}
	for need := range strings.FieldsSeq(r.stands) {
		if need == itself {
			continue
		}
		at, deep := parseNeed(need)
		if !slices.Contains(at, any("*")) {
			if u.tell(need, at, deep) {
				return false
			}
			continue
		}
		for _, place := range places {
			if own, ok := bind(at, place); ok && u.touches(own, deep) {
				return false
			}
		}
	}
	return true
}

// tell is touches for what is asked again and again.
func (u *unsure) tell(need string, at Path, deep bool) bool {
	touched, known := u.told[need]
	if !known {
		if u.told == nil {
			u.told = map[string]bool{}
		}
		touched = u.touches(at, deep)
		u.told[need] = touched
	}
	return touched
}

// bind puts the names of a place into a need, as far as they lead the same way.
// It tells whether they do up to its first name.
func bind(need, place Path) (own Path, ok bool) {
	same := true
	for i, e := range need {
		same = same && i < len(place) && (e == "*" || e == place[i])
		switch {
		case e != "*":
			own = append(own, e)
		case same:
			own, ok = append(own, place[i]), true
		default:
			own = append(own, anyName{})
		}
	}
	return own, ok
}
