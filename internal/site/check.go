package site

import (
	"fmt"
	"slices"
)

// Rule is something that every site has to keep to. ID is stable: specs silence
// rules by it, and machines read it.
type Rule struct {
	ID       string
	Severity Severity
	Section  string // of docs/RULES.md
	Summary  string // one sentence
	Bad      string // a piece of a spec that breaks it
	Good     string // the same piece, sound
	Limit    bool   // an error that may be silenced: a limit that a bigger plan lifts

	check func(*checker) // nil: found while the spec is read

	// A spec that does not fit the schema is checked as well, as far as it goes, so
	// that one run names all problems. A finding must then be true however the spec
	// is repaired: value says that it is, where the value it names is sound; stands
	// lists, divided by blanks, what else it rests on (stands.go): itself for
	// nothing but the values it names, or places, in which * is the name of a thing
	// that the finding is about, ** any name, and ... at the end what lies below.
	// A rule with neither waits for a spec that fits.
	value  bool
	stands string
}

// Silenceable tells whether a spec may silence the rule, with a reason.
func (r Rule) Silenceable() bool { return r.Severity == Warning || r.Limit }

// Rules are all rules, in the order of docs/RULES.md.
func Rules() []Rule { return rules() }

// checker runs the rules of one spec and collects what they find.
type checker struct {
	spec  *Spec
	site  *Site
	ix    *index
	rules []Rule

	rule       Rule // the one that runs
	problems   Problems
	open       *unsure   // of a spec that does not fit the schema; nil where it does
	found      []finding // what each problem is about
	containers []container
	odd        []oddText
	oddFound   bool
	compared   int // candidates for suggestions so far
	tried      int // suggestions so far
}

// check runs every rule over the spec and the site it resolves to. The result
// is sorted by place; silenced problems are left out.
func check(spec *Spec, s *Site, ix *index) Problems {
	c := &checker{spec: spec, site: s, ix: ix, rules: rules(), containers: containers(spec)}
	for _, r := range c.rules {
		if r.check != nil {
			c.rule = r
			from := len(c.problems)
			r.check(c)
			c.weigh(from)
		}
	}
	c.oneEach()
	return c.silence().sorted()
}

// oneEach keeps rules from saying one thing twice: where a secret stands, that is
// all that matters, and where a text is empty, any other rule says it better.
func (c *checker) oneEach() {
	secret, other := map[string]bool{}, map[string]bool{}
	for _, p := range c.problems {
		secret[p.Path] = secret[p.Path] || p.Rule == secretRule
		other[p.Path] = other[p.Path] || p.Rule != emptyRule
	}
	c.problems = slices.DeleteFunc(c.problems, func(p Problem) bool {
		return secret[p.Path] && p.Rule != secretRule || other[p.Path] && p.Rule == emptyRule
	})
}

// silence leaves out the problems that the spec silences; the rule about
// silencing itself comes last, since it has to know what was found.
func (c *checker) silence() Problems {
	unknown := c.open != nil && c.open.touches(Path{"silence"}, true)
	if len(c.spec.Silence) == 0 && !unknown {
		return c.problems
	}
	byID := map[string]Rule{}
	for _, r := range c.rules {
		byID[r.ID] = r
	}
	found := map[string]bool{}
	kept := slices.DeleteFunc(c.problems, func(p Problem) bool {
		found[p.Rule] = true
		return (unknown || c.spec.Silence[p.Rule] != "") && byID[p.Rule].Silenceable()
	})
	c.problems = kept
	checkSilence(c, byID, found)
	return c.problems
}

// report adds a problem with the value at a path. The result can be given notes
// and a hint; it is valid until the next report.
func (c *checker) report(at Path, format string, args ...any) *Problem {
	c.problems = append(c.problems, Problem{
		Pos: c.ix.value(at), Path: at.String(), Message: fmt.Sprintf(format, args...),
		Rule: c.rule.ID, Severity: c.rule.Severity,
	})
	c.found = append(c.found, finding{places: []Path{at}})
	return &c.problems[len(c.problems)-1]
}

// reportName adds a problem with the name of the field at a path.
func (c *checker) reportName(at Path, format string, args ...any) *Problem {
	p := c.report(at, format, args...)
	p.Pos = c.ix.label(at)
	c.found[len(c.found)-1].name = true
	return p
}

// fault adds a problem with the value at a path, if there is one.
func (c *checker) fault(at Path, f fault) {
	if f.bad() {
		c.report(at, "%s", f.what).hint("%s", f.hint)
	}
}

// faultName adds a problem with the name of the field at a path, if there is one.
func (c *checker) faultName(at Path, f fault) {
	if f.bad() {
		c.reportName(at, "%s", f.what).hint("%s", f.hint)
	}
}

// later orders two places of a clash: the one further down in the spec was written
// last, and is the one that has the problem.
func (c *checker) later(a, b Path) (newer, older Path) {
	if comparePos(c.ix.value(a), c.ix.value(b)) < 0 {
		return b, a
	}
	return a, b
}

// onlyOne reports each of the names but the first that has something which only
// one may have.
func (c *checker) onlyOne(names []string, what string, at func(string) Path, hint string) {
	for _, name := range names[min(1, len(names)):] {
		newer, older := c.later(at(name), at(names[0]))
		first := names[0]
		if older.key() != at(first).key() {
			first = name
		}
		p := c.report(newer, "is a second %s beside %q", what, first).hint("%s", hint)
		c.note(p, older, "the first %s", what)
	}
}

// note points a problem at the other place that has to do with it.
func (c *checker) note(p *Problem, at Path, format string, args ...any) *Problem {
	p.Notes = append(p.Notes, Note{Pos: c.ix.value(at), Message: fmt.Sprintf(format, args...)})
	c.about(at)
	return p
}

// hint says what to do about a problem.
func (p *Problem) hint(format string, args ...any) *Problem {
	p.Hint = fmt.Sprintf(format, args...)
	return p
}

// container is a client or an app and where it stands.
type container struct {
	at   Path
	name string
	app  *AppSpec    // one of app
	web  *ClientSpec // and web is nil
	*ContainerSpec
}

// containers are the clients and the apps, each sorted by name.
func containers(spec *Spec) []container {
	all := make([]container, 0, len(spec.Clients)+len(spec.Apps))
	for _, name := range sortedKeys(spec.Clients) {
		w := spec.Clients[name]
		all = append(all, container{at: Path{"clients", name}, name: name, web: w, ContainerSpec: &w.ContainerSpec})
	}
	for _, name := range sortedKeys(spec.Apps) {
		a := spec.Apps[name]
		all = append(all, container{at: Path{"apps", name}, name: name, app: a, ContainerSpec: &a.ContainerSpec})
	}
	return all
}
