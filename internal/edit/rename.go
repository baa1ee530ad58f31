package edit

import (
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// namesOf are the fields whose value is the name of an entry, by the field that has the entries.
func namesOf(field any) []string {
	switch field {
	case "apps":
		return []string{"clients.*.app", "clients.*.paths.*.app", "apps.*.paths.*.app", "apps.*.allow.*", "charts.*.allow.*", "folders.*.allow.*"}
	case "hosts":
		return []string{"cluster.first"}
	}
	return nil
}

// RenameAll gives an entry another name, and every field that names it. A client or an app
// says then what it was called before, so that what runs stays as it is.
func (s *Spec) RenameAll(at diag.Path, name string) error {
	old, _ := at[len(at)-1].(string)
	to := at.Parent().With(name)
	if err := s.references(at, old, name); err != nil {
		return err
	}
	if err := s.Rename(at, name); err != nil {
		return err
	}
	if len(at) != 2 || at[0] != "clients" && at[0] != "apps" {
		return nil
	}
	before := to.With("renamed", "from")
	runs := s.text(at.With("renamed", "from"))
	switch {
	case runs == name: // as it was called before
		return s.Remove(to.With("renamed"))
	case runs != "":
		return nil
	}
	return s.Set(before, spec.Quote(old))
}

// references gives the fields that name an entry its new name.
func (s *Spec) references(entry diag.Path, old, name string) error {
	if s.ix == nil {
		return nil
	}
	var found []diag.Path
	var to []string
	s.ix.Texts(func(at diag.Path, text string) {
		for _, pattern := range namesOf(entry[0]) {
			if text == old && len(entry) == 2 && at.Matches(pattern) {
				found, to = append(found, at), append(to, name)
			}
		}
		if moved := s.inNamespace(entry, old, name, at, text); moved != "" {
			found, to = append(found, at), append(to, moved)
		}
	})
	for i, at := range found {
		if err := s.Set(at, spec.Quote(to[i])); err != nil {
			return err
		}
	}
	return nil
}

// inNamespace is what a route leads to once the chart or folder has another name, where
// that is its namespace's too; "" where the route leads elsewhere.
func (s *Spec) inNamespace(entry diag.Path, old, name string, at diag.Path, text string) string {
	if entry[0] != "charts" && entry[0] != "folders" || !at.Matches("routes.*.to") && !at.Matches("routes.*.paths.*.to") {
		return ""
	}
	if s.text(entry.With("namespace")) != "" {
		return "" // it stays
	}
	scheme, rest, ok := strings.Cut(text, "://")
	service, behind, dot := strings.Cut(rest, ".")
	after, in := strings.CutPrefix(behind, old)
	if !ok || !dot || !in || after != "" && !strings.ContainsAny(after[:1], ".:") {
		return ""
	}
	return scheme + "://" + service + "." + name + after
}

// text is the text at a path, as the spec was before.
func (s *Spec) text(at diag.Path) string {
	found := ""
	if s.ix != nil {
		s.ix.Texts(func(p diag.Path, text string) {
			if p.Key() == at.Key() {
				found = text
			}
		})
	}
	return found
}
