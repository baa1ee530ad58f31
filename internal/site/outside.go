package site

// Silence leaves out of findings that were made outside of the rules' own checks
// what the spec silences. Those of the rules in all that it silences without
// need are warned of.
func Silence(s *Site, found Problems, all ...string) Problems {
	silenced, came := map[string]bool{}, map[string]bool{}
	for _, x := range s.Silenced {
		silenced[x.Rule] = true
	}
	var kept Problems
	for _, p := range found {
		came[p.Rule] = true
		if p.Severity != Warning || !silenced[p.Rule] {
			kept = append(kept, p)
		}
	}
	for _, rule := range all {
		if silenced[rule] && !came[rule] {
			kept = append(kept, unusedSilence(s, rule))
		}
	}
	return kept
}

func unusedSilence(s *Site, rule string) Problem {
	at := Path{"silence", rule}
	return Problem{Pos: s.NameAt(at), Path: at.String(), Message: `nothing is left that "` + rule + `" would silence`, Hint: "remove it",
		Rule: "silence-unused", Severity: Warning}
}
