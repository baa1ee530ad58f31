package rules

import (
	"fmt"
	"maps"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// Rule is something that every site has to keep to. ID is stable: specs silence
// rules by it, and machines read it.
type Rule struct {
	ID       string
	Severity diag.Severity
	Section  string // of docs/RULES.md
	Summary  string // one sentence
	Bad      string // a piece of a spec that breaks it
	Good     string // the same piece, sound
	Do       string // what to do, where no piece of a spec shows it
	Limit    bool   // an error that may be silenced: a limit that a bigger plan lifts

	check func(*checker) // nil: found while the spec is read
	later bool           // found when the spec is sound, by who reads the files or the output; see Site.Silence

	// A spec that does not fit the schema is checked by the rules on single values, as
	// far as it is sound: value tells of those that look at nothing else, beside of those
	// that look at the fields beside the value too. Rules across fields wait until the
	// spec fits.
	value, beside bool
}

// Silenceable tells whether a spec may silence the rule, with a reason.
func (r Rule) Silenceable() bool { return r.Severity == diag.Warning || r.Limit }

// Rules are all rules about a spec, in the order of docs/RULES.md.
func Rules() []Rule { return rules() }

// checker runs the rules of one spec and collects what they find.
type checker struct {
	spec  *spec.Spec
	site  *site.Site
	ix    *spec.Index
	rules []Rule

	rule       Rule // the one that runs
	problems   diag.Problems
	partial    bool        // the spec does not fit the schema
	about      []diag.Path // of each problem
	containers []container
	parts      []part // of them, and what runs with them
	served     []container
	odd        []oddText
	oddFound   bool
	compared   int // candidates for suggestions so far
}

func newChecker(sp *spec.Spec, s *site.Site, ix *spec.Index) *checker {
	c := &checker{spec: sp, site: s, ix: ix, rules: rules()}
	c.containers, c.served = containers(sp)
	c.parts = parts(c.containers)
	return c
}

// check runs every rule over the spec and the site it resolves to. The result
// is sorted by place; silenced problems are left out.
func check(sp *spec.Spec, s *site.Site, ix *spec.Index) diag.Problems {
	c := newChecker(sp, s, ix)
	for _, r := range c.rules {
		if r.check != nil {
			c.rule = r
			r.check(c)
		}
	}
	c.oneEach()
	return c.silence().Sorted()
}

// checkValues runs the rules about single values over what is sound of a spec that
// does not fit the schema.
func checkValues(sp *spec.Spec, ix *spec.Index) diag.Problems {
	c := newChecker(sp, site.Resolve(sp, ix), ix)
	c.partial = true
	var kept diag.Problems
	for _, r := range c.rules {
		if r.check == nil || !r.value && !r.beside {
			continue
		}
		c.rule, c.problems, c.about = r, nil, nil
		r.check(c)
		for i, p := range c.problems {
			if at := c.about[i]; ix.Sound(at) && (!r.beside || ix.Sound(at.Parent())) {
				kept = append(kept, p)
			}
		}
	}
	c.problems = kept
	c.oneEach()
	return c.silence()
}

// oneEach keeps rules from saying one thing twice: where a secret stands, that is
// all that matters; where a text is empty or breaks its line, any other error says
// it better.
func (c *checker) oneEach() {
	general := func(p diag.Problem) bool { return p.Rule == emptyRule || p.Rule == lineRule }
	secret, other, breaks := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range c.problems {
		secret[p.Path] = secret[p.Path] || p.Rule == spec.SecretRule
		other[p.Path] = other[p.Path] || !general(p) && p.Severity == diag.Error
		breaks[p.Path] = breaks[p.Path] || p.Rule == lineRule
	}
	c.problems = slices.DeleteFunc(c.problems, func(p diag.Problem) bool {
		return secret[p.Path] && p.Rule != spec.SecretRule || other[p.Path] && general(p) || breaks[p.Path] && p.Rule == hiddenRule
	})
}

// silence leaves out the problems that the spec silences; the rule about
// silencing itself comes last, since it has to know what was found.
func (c *checker) silence() diag.Problems {
	unknown := c.partial && c.ix.Has(diag.Path{"silence"}) && !c.ix.Sound(diag.Path{"silence"})
	if len(c.spec.Silence) == 0 && !unknown {
		return c.problems
	}
	byID := Table()
	found := map[string]bool{}
	kept := slices.DeleteFunc(c.problems, func(p diag.Problem) bool {
		found[p.Rule] = true
		return (unknown || c.spec.Silence[p.Rule] != "") && byID[p.Rule].Silenceable()
	})
	c.problems = kept
	checkSilence(c, byID, found)
	return c.problems
}

// report adds a problem with the value at a path. The result can be given notes
// and a hint; it is valid until the next report.
func (c *checker) report(at diag.Path, format string, args ...any) *diag.Problem {
	at = c.said(at)
	pos, written := c.ix.Place(at)
	c.problems = append(c.problems, diag.Problem{
		Pos: pos, Path: at.String(), Message: fmt.Sprintf(format, args...),
		Rule: c.rule.ID, Severity: c.rule.Severity,
	})
	diag.NoteWritten(&c.problems[len(c.problems)-1], written)
	c.about = append(c.about, at)
	return &c.problems[len(c.problems)-1]
}

// said is where the spec says what a path stands for: a record that follows from mail or
// caa of a domain has its fields (content, name, …) in what it follows from, and what has been renamed
// those of its new name.
func (c *checker) said(at diag.Path) diag.Path {
	at = c.ix.User(at)
	if len(at) < 5 || at[0] != "domains" {
		return at
	}
	n := map[any]int{"mx": 5, "dkim": 5, "spf": 4, "dmarc": 4}[at[3]]
	switch {
	case at[2] == "caa":
		n = 4
	case at[2] != "mail" || n == 0:
		return at
	}
	if len(at) > n && slices.Contains([]any{"caa", "content", "name", "priority", "type"}, at[n]) {
		return at[:n]
	}
	return at
}

// reportName adds a problem with the name of the field at a path.
func (c *checker) reportName(at diag.Path, format string, args ...any) *diag.Problem {
	p := c.report(at, format, args...)
	p.Pos = c.ix.Label(at)
	return p
}

// fault adds a problem with the value at a path, if there is one.
func (c *checker) fault(at diag.Path, f format.Fault) {
	if f.Bad() {
		c.report(at, "%s", f.What).WithHint("%s", f.Advice())
	}
}

// faultName adds a problem with the name of the field at a path, if there is one.
func (c *checker) faultName(at diag.Path, f format.Fault) {
	if f.Bad() {
		c.reportName(at, "%s", f.What).WithHint("%s", f.Advice())
	}
}

// later orders two places of a clash: the one further down in the spec was written
// last, and is the one that has the problem.
func (c *checker) later(a, b diag.Path) (newer, older diag.Path) {
	if diag.ComparePos(c.ix.Value(a), c.ix.Value(b)) < 0 {
		return b, a
	}
	return a, b
}

// onlyOne reports each of the names but the first that has something which only
// one may have.
func (c *checker) onlyOne(names []string, what string, at func(string) diag.Path, hint string) {
	for _, name := range names[min(1, len(names)):] {
		newer, older := c.later(at(name), at(names[0]))
		first := names[0]
		if older.Key() != at(first).Key() {
			first = name
		}
		p := c.report(newer, "is a second %s beside %q", what, first).WithHint("%s", hint)
		c.note(p, older, "the first %s", what)
	}
}

// note points a problem at the other place that has to do with it.
func (c *checker) note(p *diag.Problem, at diag.Path, format string, args ...any) *diag.Problem {
	n := diag.Note{Pos: c.ix.Value(c.said(at)), Message: fmt.Sprintf(format, args...)}
	p.Notes = slices.DeleteFunc(p.Notes, func(w diag.Note) bool { return w == diag.Note{Pos: n.Pos, Message: diag.WrittenHere} }) // n says more
	p.Notes = append(p.Notes, n)
	return p
}

// container is a client or an app and where it stands.
type container struct {
	at   diag.Path
	name string
	app  *spec.App    // one of app
	web  *spec.Client // and web is nil
	*spec.Container
}

// containers are the clients and the apps that have pods, each sorted by name; served
// are the clients that an app serves.
func containers(sp *spec.Spec) (all, served []container) {
	all = make([]container, 0, len(sp.Clients)+len(sp.Apps))
	for _, name := range slices.Sorted(maps.Keys(sp.Clients)) {
		w := sp.Clients[name]
		one := container{at: diag.Path{"clients", name}, name: name, web: w, Container: &w.Container}
		if w.App != "" {
			served = append(served, one)
		} else {
			all = append(all, one)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sp.Apps)) {
		a := sp.Apps[name]
		all = append(all, container{at: diag.Path{"apps", name}, name: name, app: a, Container: &a.Container})
	}
	return all, served
}

// owners are all clients and apps.
func (c *checker) owners() []container { return slices.Concat(c.containers, c.served) }

// maxSuggest is how many candidates one run compares: a large spec with one
// mistake everywhere gets suggestions for the first ones.
const maxSuggest = 100_000

// near is nearest within the budget of the run.
func (c *checker) near(word string, candidates []string) string {
	if c.compared += len(candidates); c.compared > maxSuggest {
		return ""
	}
	return format.Nearest(word, candidates)
}

// nearHostname is near for hostnames.
func (c *checker) nearHostname(host string, candidates []string) string {
	if c.compared += len(candidates); c.compared > maxSuggest {
		return ""
	}
	return format.NearestHostname(host, candidates)
}
