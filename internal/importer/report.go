package importer

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"sitegen/internal/tfread"
	"slices"
	"strings"
)

// Report has a line for each file, what is left to say in the spec, and what Terraform's
// state calls otherwise.
type Report struct {
	Files []Line
	TODOs []string
	State []string // commands by which gen takes over what Terraform made
	Moves []string // commands in the repository, with the spec
	Steps []string // commands before the first push
	Then  []string // after it
	After []string // and when all that it made answers
}

// Line is what becomes of a file.
type Line struct {
	State, Path string
	Was         string   // the state of a file that needs you, apart from that
	In          string   // where gen's output says what it said
	Gens        bool     // gen's output has a file at its path
	Notes       []string // on what is in it
	Needs       []string // what a person has to do
}

func (r *reading) report() Report {
	var rep Report
	for _, p := range r.tree.paths {
		f := r.tree.files[p]
		l := Line{State: f.state.String(), Path: p, Notes: f.notes, Needs: f.needs}
		if f.state == taken {
			l.In = r.gensPath(p)
		}
		if len(f.needs) > 0 {
			l.State, l.Was = needsYou.String(), l.State
		}
		rep.Files = append(rep.Files, l)
	}
	slices.SortStableFunc(rep.Files, func(a, b Line) int { return cmp.Compare(order[a.State], order[b.State]) })
	rep.TODOs = r.todos
	if len(r.public) > 0 {
		slices.Sort(r.public)
		rep.TODOs = append(rep.TODOs, "everybody may see "+strings.Join(r.public, ", ")+", since no Access application of the tree guards them: say access for one that the dashboard guards")
	}
	var last []string
	for _, namespace := range r.shut {
		policy, err := json.Marshal(map[string]any{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": map[string]string{"name": "before-gen", "namespace": namespace},
			"spec": map[string]any{"podSelector": map[string]any{}, "policyTypes": []string{"Ingress", "Egress"}, "ingress": []any{map[string]any{}}, "egress": []any{map[string]any{}}}})
		if err == nil {
			rep.Steps = append(rep.Steps, "echo "+quoted(string(policy))+" | kubectl apply -f -")
		}
		last = append(last, "kubectl -n "+quoted(namespace)+" delete networkpolicy before-gen")
	}
	rep.Moves, rep.Then = r.gitMoves, r.then
	rep.Steps, rep.After = append(rep.Steps, r.steps...), append(r.after, last...)
	for _, root := range r.roots {
		if slices.ContainsFunc(slices.Collect(maps.Values(root.Resources)), func(res *tfread.Resource) bool { return res.Mode == "resource" }) {
			state := path.Base(root.Dir) + ".tfstate"
			rep.State = append(rep.State, "terraform -chdir="+quoted(root.Dir)+" state pull > ~/"+quoted(state), "gen adopt -out . --state ~/"+quoted(state))
		}
	}
	return rep
}

var order = map[string]int{"taken": 0, "yours": 1, "needs you": 2}

// At says which paths gen's output has.
func (rep *Report) At(gens func(string) bool) {
	for i := range rep.Files {
		l := &rep.Files[i]
		l.Gens = gens(l.Path) && (l.State == taken.String() || l.Was == taken.String())
	}
	slices.SortStableFunc(rep.Files, func(a, b Line) int {
		return cmp.Or(cmp.Compare(order[a.State], order[b.State]), cmp.Compare(a.rank(), b.rank()))
	})
}

func (l Line) rank() int {
	if l.Gens && l.State == taken.String() {
		return 0
	}
	return 1
}

// heading says what is to be done with the files below it.
func (l Line) heading() string {
	switch {
	case l.Gens && l.State == taken.String():
		return "gen writes these too: gen adopt -out . PATH shows what differs, and has gen's file take the place of yours"
	case l.State == taken.String():
		return "gen says the same in other files: git rm them in the commit that brings gen's"
	case l.State == yours.String():
		return "yours: nothing to do, gen leaves them alone"
	}
	return "needs you: do what stands below each"
}

// brief is what is said behind a path.
func (l Line) brief() []string {
	var said []string
	switch {
	case l.Was == taken.String() && l.Gens:
		said = []string{"then gen adopt"}
	case l.Was == taken.String():
		said = []string{"then git rm", "in " + l.In}
	case l.Was != "":
		said = []string{"stays yours"}
	case l.In != "" && !l.Gens:
		said = []string{"in " + l.In}
	}
	return append(said, l.Notes...)
}

// WriteText prints a report.
func (rep Report) WriteText(w io.Writer) error {
	var b strings.Builder
	last := ""
	for _, l := range rep.Files {
		if h := l.heading(); h != last {
			if last != "" {
				b.WriteByte('\n')
			}
			b.WriteString(h + "\n")
			last = h
		}
		b.WriteString("  " + l.Path)
		if brief := l.brief(); len(brief) > 0 {
			b.WriteString("  (" + strings.Join(brief, "; ") + ")")
		}
		for _, n := range l.Needs {
			b.WriteString("\n      " + n)
		}
		b.WriteByte('\n')
	}
	if len(rep.TODOs) > 0 {
		b.WriteString("\nfill in, where the spec says TODO\n")
		for _, t := range rep.TODOs {
			b.WriteString("  " + t + "\n")
		}
	}
	for _, part := range []struct {
		title    string
		commands []string
	}{{"move, in the commit that brings gen's files, what lies where gen writes", rep.Moves},
		{"run with gen's files in place, before the first plan: it would destroy what the state knows by addresses that no file has (docs/ADOPTING.md of gen)", rep.State},
		{"run before the first push: gen's network policies shut these namespaces for pods that they do not know, and Argo CD prunes what git no longer has (or step 2 of docs/ADOPTING.md of gen, which does both for whole namespaces)", rep.Steps},
		{"run after it: Argo CD tries until it can make gen's", rep.Then},
		{"run when gen's pods answer for every hostname", rep.After}} {
		if len(part.commands) > 0 {
			b.WriteString("\n" + part.title + "\n  " + strings.Join(part.commands, "\n  ") + "\n")
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
