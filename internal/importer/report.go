package importer

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Report has a line for each file, what is left to say in the spec, and what Terraform's
// state calls otherwise.
type Report struct {
	Files []Line
	TODOs []string
	State []Move
	Steps []string // commands before the first push
	Then  []string // after it
	After []string // and when all that it made answers
}

// Move is a resource in Terraform's state, and its address in gen's root; "" where that
// makes another one, or has none.
type Move struct{ From, To string }

// Line is what becomes of a file.
type Line struct {
	State, Path string
	Notes       []string // on what is in it
	Needs       []string // what a person has to do
}

func (r *reading) report() Report {
	var rep Report
	for _, p := range r.tree.paths {
		f := r.tree.files[p]
		l := Line{f.state.String(), p, f.notes, f.needs}
		if f.state == taken {
			l.Notes = append([]string{"in " + r.gensPath(p)}, f.notes...)
		}
		if len(f.needs) > 0 {
			l.Notes = append([]string{l.State}, l.Notes...)
			l.State = needsYou.String()
		}
		rep.Files = append(rep.Files, l)
	}
	slices.SortStableFunc(rep.Files, func(a, b Line) int { return cmp.Compare(order[a.State], order[b.State]) })
	rep.TODOs = r.todos
	if len(r.public) > 0 {
		slices.Sort(r.public)
		rep.TODOs = append(rep.TODOs, "everybody may see "+strings.Join(r.public, ", ")+": no Access application of the tree guards them; one that was made in the dashboard is not in the tree")
	}
	for _, namespace := range r.shut {
		policy, err := json.Marshal(map[string]any{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": map[string]string{"name": "before-gen", "namespace": namespace},
			"spec": map[string]any{"podSelector": map[string]any{}, "policyTypes": []string{"Ingress", "Egress"}, "ingress": []any{map[string]any{}}, "egress": []any{map[string]any{}}}})
		if err == nil {
			rep.Steps = append(rep.Steps, "echo "+quoted(string(policy))+" | kubectl apply -f -")
		}
		rep.After = append(rep.After, "kubectl -n "+quoted(namespace)+" delete networkpolicy before-gen")
	}
	rep.Then = r.then
	rep.Steps, rep.After = append(rep.Steps, r.steps...), append(rep.After, r.after...)
	for _, m := range r.moves {
		if m.from == m.to {
			continue
		}
		to := m.to
		if m.app != nil && len(m.app.domains) > 0 {
			to = `cloudflare_zero_trust_access_application.site["` + m.app.domains[0] + `"]`
		}
		if m.zone != nil {
			to = `cloudflare_dns_record.tunnel["` + m.zone.host(m.name) + `"]`
		}
		rep.State = append(rep.State, Move{m.from, to})
	}
	return rep
}

var order = map[string]int{"taken": 0, "yours": 1, "needs you": 2}

// headings say what a state means.
var headings = map[string]string{
	"taken":     "taken: gen's output says all of it; delete it in the commit that brings gen's, or let gen --force replace it",
	"yours":     "yours: gen leaves it alone",
	"needs you": "needs you",
}

// WriteText prints a report.
func (rep Report) WriteText(w io.Writer) error {
	var b strings.Builder
	last := ""
	for _, l := range rep.Files {
		if l.State != last {
			if last != "" {
				b.WriteByte('\n')
			}
			b.WriteString(headings[l.State] + "\n")
			last = l.State
		}
		b.WriteString("  " + l.Path)
		if len(l.Notes) > 0 {
			b.WriteString("  (" + strings.Join(l.Notes, "; ") + ")")
		}
		for _, n := range l.Needs {
			b.WriteString("\n      " + n)
		}
		b.WriteByte('\n')
	}
	if len(rep.TODOs) > 0 {
		b.WriteString("\nto fill in, TODO in the spec\n")
		for _, t := range rep.TODOs {
			b.WriteString("  " + t + "\n")
		}
	}
	for _, part := range []struct {
		title    string
		commands []string
	}{{"before the first push, so that hostnames go on answering (gen's network policies shut these namespaces for pods that they do not know)", rep.Steps},
		{"after it: Argo CD tries again until it can make gen's", rep.Then},
		{"when every hostname is answered by gen's pods", rep.After}} {
		if len(part.commands) > 0 {
			b.WriteString("\n" + part.title + "\n  " + strings.Join(part.commands, "\n  ") + "\n")
		}
	}
	if len(rep.State) > 0 {
		b.WriteString("\nTerraform's state: what stays in it under a name that no file declares is DESTROYED by the first apply\n" +
			"  (terraform state rm FROM, and for TO an import block, before it; the id is in terraform state show FROM)\n")
		for _, m := range rep.State {
			b.WriteString("  " + m.From + "\n")
			if m.To != "" {
				b.WriteString("    -> " + m.To + "\n")
			}
		}
	}
	fmt.Fprintf(&b, "\n%d files\n", len(rep.Files))
	_, err := io.WriteString(w, b.String())
	return err
}

// gensPath is where gen's output says what a file said.
func (r *reading) gensPath(p string) string {
	name := r.name()
	switch dir := path.Dir(p); {
	case p == ".sops.yaml":
		return p
	case strings.HasSuffix(p, ".nix"), strings.HasPrefix(p, "scripts/"):
		return strings.SplitN(p, "/", 2)[0] + "/"
	case strings.HasSuffix(p, ".tf"), path.Base(p) == ".gitignore", path.Base(dir) == "values":
		return "k8s/terraform-" + name + "/"
	default:
		return "k8s/argocd-" + name + "/"
	}
}
