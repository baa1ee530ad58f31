package rules

import (
	"cmp"
	"maps"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// Load reads a spec and returns the site that it describes. The problems are sorted
// by place, and hold nothing that looks like a secret. The site is nil if one of them
// is an error.
func Load(src spec.Source) (*site.Site, diag.Problems) { return Judge(src.Read()) }

// Judge is Load of a spec that has been read.
func Judge(r spec.Reading) (*site.Site, diag.Problems) {
	s, problems := judge(r)
	return s, redacted(problems.Sorted())
}

// judge is what the rules say of a spec that has been read.
func judge(r spec.Reading) (*site.Site, diag.Problems) {
	switch {
	case r.Spec == nil:
		return nil, r.Problems
	case !r.Fits():
		return nil, append(r.Problems, checkValues(r.Spec, r.Index)...)
	}
	s := site.Resolve(r.Spec, r.Index)
	problems := check(r.Spec, s, r.Index)
	if problems.Errors() > 0 {
		return nil, append(r.Problems, problems...)
	}
	return s, append(Silence(s, r.Problems, spec.LeftOut), problems...)
}

// redacted hides secrets in every word of the problems.
func redacted(ps diag.Problems) diag.Problems {
	for i := range ps {
		p := &ps[i]
		p.Message, p.Path, p.Hint = format.Redact(p.Message), format.Redact(p.Path), format.Redact(p.Hint)
		for j := range p.Notes {
			p.Notes[j].Message = format.Redact(p.Notes[j].Message)
		}
	}
	return ps
}

// specRules are found while the spec is read and compared with the schema
// (package spec): they have no check of their own. Those that no
// fragment can show have a comment as their example.
func specRules() []Rule {
	return []Rule{
		{ID: "spec-file", Severity: diag.Error, Summary: "The spec is a CUE file, or a folder of CUE files of one package, in UTF-8.",
			Bad: "// an empty file", Good: "package site"},
		{ID: spec.RuleSplit, Severity: diag.Error, Summary: "A spec of one file is all of its package; one of several files is named by their folder, and lies in it. `--one-file` takes one of them alone.",
			Bad: "// gen -spec site.cue, where clients.cue of the same package lies beside it", Good: "// gen -spec ."},
		{ID: spec.LeftOut, Severity: diag.Warning, Summary: "Every file of the folder is part of the spec: it has a package clause, a name that does not end in _test.cue or _tool.cue, and no @if that does not hold. @ignore(), names that start with _ or a dot, and editor.cue of gen editor are left out without a word.", later: true,
			Bad: "// @if(staging) above the package clause, and no -t staging", Good: "// @ignore() above the package clause"},
		{ID: "syntax", Severity: diag.Error, Summary: "The spec is written in CUE.",
			Bad: `name: "hetzner`, Good: `name: "hetzner"`},
		{ID: "import", Severity: diag.Error, Summary: "A spec is complete by itself: it imports only CUE's own packages, and none that runs programs, reads files or reaches the network.",
			Bad: `import "example.com/parts"`, Good: "import \"strings\"\n\nname: strings.ToLower(\"Hetzner\")"},
		{ID: "reference", Severity: diag.Error, Summary: "A reference names a field of the spec.",
			Bad: `name: hetzner`, Good: `name: "hetzner"`},
		{ID: "cycle", Severity: diag.Error, Summary: "No value is defined by itself.",
			Bad: `apps: invoices: {port: replicas + 1, replicas: port - 1}`, Good: `apps: invoices: {port: replicas + 8080, replicas: 1}`},
		{ID: "spec-time", Severity: diag.Error, Summary: "Evaluating the spec ends within a time and a size that go with the length of its files.",
			Bad:  "import \"list\"\n\nclients: {for n in list.Range(0, 1000000000, 1) {\"c\\(n)\": {domain: \"c\\(n).example\", image: \"ghcr.io/example/site:1.0\"}}}",
			Good: "clients: {for n in [\"cafe\", \"shop\"] {\"\\(n)\": {domain: \"\\(n).example\", image: \"ghcr.io/example/site:1.0\"}}}"},
		{ID: "unknown-field", Severity: diag.Error, Summary: "Every field is one that the schema knows.",
			Bad: `clients: bakery: {domian: "bakery.example", image: "ghcr.io/example/bakery:1.0"}`, Good: `clients: bakery: {domain: "bakery.example", image: "ghcr.io/example/bakery:1.0"}`},
		{ID: "missing-field", Severity: diag.Error, Summary: "Every field without a default is given.",
			Bad: `apps: invoices: volumes: cache: mount: "/cache"`, Good: `apps: invoices: volumes: cache: {mount: "/cache", size: "1Gi"}`},
		{ID: "type", Severity: diag.Error, Summary: "Every value is of the kind that the schema wants.",
			Bad: `clients: bakery: replicas: "2"`, Good: `clients: bakery: replicas: 2`},
		{ID: "value", Severity: diag.Error, Summary: "Every value is one of those that the schema takes.",
			Bad: `hosts: web1: cpu: vendor: "Intel"`, Good: `hosts: web1: cpu: vendor: "intel"`},
		{ID: "open-value", Severity: diag.Error, Summary: "Every value is definite.",
			Bad: `name: string`, Good: `name: "hetzner"`},
		{ID: "conflict", Severity: diag.Error, Summary: "No value is given twice in two ways.",
			Bad: "name: \"hetzner\"\nname: \"hertzner\"", Good: `name: "hetzner"`},
		{ID: "silence", Severity: diag.Error, Summary: "Only warnings and limits are silenced, by their id and with a reason.",
			Bad: `silence: "hostname": "we like it"`, Good: `silence: "image-tag": "the registry keeps one version only"`},
		{ID: "silence-unused", Severity: diag.Warning, Summary: "Nothing is silenced that does not come up.",
			Bad: `silence: "image-tag": "no longer so"`, Good: `silence: {}`},
		{ID: "internal", Severity: diag.Error, Summary: "An error of gen's own; please report it.",
			Bad: "// none is known", Good: "// anything"},
	}
}

// checkSilence checks the list of silenced rules, after all others: found holds
// the ids that came up.
func checkSilence(c *checker, byID map[string]Rule, found map[string]bool) {
	ids := slices.Sorted(maps.Keys(byID))
	for _, id := range slices.Sorted(maps.Keys(c.spec.Silence)) {
		at := diag.Path{"silence", id}
		rule, known := byID[ofReader(id)]
		c.rule = byID["silence"]
		switch {
		case !known:
			c.reportName(at, "there is no rule %q", id).WithHint("%s", cmp.Or(format.NearestHint(id, ids), "`gen rules` lists them"))
		case !rule.Silenceable() && rule.later:
			c.reportName(at, "the rule %q cannot be silenced", id).WithHint("it is about the output and not the spec; gen explain %s says what to do", id)
		case !rule.Silenceable():
			c.reportName(at, "the rule %q cannot be silenced", id).WithHint("only warnings and limits can")
		case c.spec.Silence[id] == "":
			c.report(at, "silencing %q needs a reason", id).WithHint("say why, for the next reader")
		case rule.later: // see Silence
		case !found[id] && !c.partial && !slices.ContainsFunc(c.problems, func(p diag.Problem) bool { return p.Severity == diag.Error }):
			c.rule = byID["silence-unused"]
			c.reportName(at, "nothing is left that %q would silence", id).WithHint("remove it")
		}
	}
}

// Silence leaves out of findings that were made outside of the rules' own checks
// what the spec silences. Those of the rules in all that it silences without
// need are warned of.
func Silence(s *site.Site, found diag.Problems, all ...string) diag.Problems {
	silenced := func(rule string) bool { return s.Spec.Silence[rule] != "" }
	came := map[string]bool{}
	var kept diag.Problems
	for _, p := range found {
		came[p.Rule] = true
		if p.Severity != diag.Warning || !silenced(p.Rule) {
			kept = append(kept, p)
		}
	}
	for _, rule := range all {
		if silenced(rule) && !came[rule] {
			kept = append(kept, unusedSilence(s, rule))
		}
	}
	return kept
}

func unusedSilence(s *site.Site, rule string) diag.Problem {
	at := diag.Path{"silence", rule}
	return diag.Problem{Pos: s.NameAt(at), Path: at.String(), Message: `nothing is left that "` + rule + `" would silence`, Hint: "remove it",
		Rule: "silence-unused", Severity: diag.Warning}
}
