package site

// Load reads a spec and returns the site that it describes. The problems are sorted
// by place, and hold nothing that looks like a secret. The site is nil if one of them
// is an error.
func Load(src Source) (*Site, Problems) {
	s, problems := judge(src.Read())
	return s, redacted(problems.Sorted())
}

// judge is what the rules say of a spec that has been read.
func judge(r Reading) (*Site, Problems) {
	switch {
	case r.Spec == nil:
		return nil, r.Problems
	case !r.Fits():
		return nil, append(r.Problems, checkValues(r.Spec, r.Index)...)
	}
	s := Resolve(r.Spec, r.Index)
	problems := check(r.Spec, s, r.Index)
	if problems.Errors() > 0 {
		return nil, append(r.Problems, problems...)
	}
	return s, append(Silence(s, r.Problems, LeftOut), problems...)
}

// redacted hides secrets in every word of the problems.
func redacted(ps Problems) Problems {
	for i := range ps {
		p := &ps[i]
		p.Message, p.Path, p.Hint = redact(p.Message), redact(p.Path), redact(p.Hint)
		for j := range p.Notes {
			p.Notes[j].Message = redact(p.Notes[j].Message)
		}
	}
	return ps
}
