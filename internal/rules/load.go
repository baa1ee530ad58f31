package rules

import (
	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// Load reads a spec and returns the site that it describes. The problems are sorted
// by place, and hold nothing that looks like a secret. The site is nil if one of them
// is an error.
func Load(src spec.Source) (*site.Site, diag.Problems) {
	s, problems := judge(src.Read())
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
