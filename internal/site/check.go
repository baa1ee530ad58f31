package site

import (
	"fmt"
	"slices"
)

// Rule is something that every site has to keep to. ID is stable: specs silence
// warnings by it, and machines read it.
type Rule struct {
	ID       string
	Severity Severity
	Summary  string // one sentence
	check    func(*checker)
}

// checker runs the rules of one spec and collects what they find.
type checker struct {
	spec *Spec
	site *Site
	ix   *index

	rule     Rule // the one that runs
	problems Problems
}

// check runs every rule over the spec and the site it resolves to. The result
// is sorted by place; silenced warnings are left out.
func check(spec *Spec, s *Site, ix *index) Problems {
	c := &checker{spec: spec, site: s, ix: ix}
	for _, r := range rules() {
		if r.check == nil {
			continue
		}
		c.rule = r
		r.check(c)
	}
	kept := slices.DeleteFunc(c.problems, func(p Problem) bool {
		return p.Severity == Warning && spec.Silence[p.Rule] != ""
	})
	return kept.sorted()
}

// report adds a problem with the value at a path. The result can be given notes
// and a hint; it is valid until the next report.
func (c *checker) report(at Path, format string, args ...any) *Problem {
	c.problems = append(c.problems, Problem{
		Pos: c.ix.value(at), Path: at.String(), Message: fmt.Sprintf(format, args...),
		Rule: c.rule.ID, Severity: c.rule.Severity,
	})
	return &c.problems[len(c.problems)-1]
}

// reportName adds a problem with the name of the field at a path.
func (c *checker) reportName(at Path, format string, args ...any) *Problem {
	p := c.report(at, format, args...)
	p.Pos = c.ix.label(at)
	return p
}

// note points a problem at the other place that has to do with it.
func (c *checker) note(p *Problem, at Path, format string, args ...any) *Problem {
	p.Notes = append(p.Notes, Note{Pos: c.ix.value(at), Message: fmt.Sprintf(format, args...)})
	return p
}

// hint says what to do about a problem.
func (p *Problem) hint(format string, args ...any) *Problem {
	p.Hint = fmt.Sprintf(format, args...)
	return p
}
