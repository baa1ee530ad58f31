package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"sitegen/internal/diag"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// TestMutants makes every single mistake of some kinds in two sites, one field
// after the other (in one of them with -short). Each has to be refused, at the
// line of the mistake and in words of the spec's own, or else be no mistake.
func TestMutants(t *testing.T) {
	all := sitetest.Mutants(t, sitetest.Example(t))
	if !testing.Short() {
		all = append(all, sitetest.Mutants(t, sitetest.Full())...)
	}
	refused, right := 0, 0
	for i, problems := range loadAll(t, all) {
		m := mutant{all[i]}
		if len(problems) == 0 {
			if !m.mayPass() {
				t.Errorf("%s of %s is accepted", m.Kind, diag.Path(m.Path))
			}
			continue
		}
		refused++
		for _, p := range problems {
			if p.Pos.Line == 0 || sitetest.CUEWords.MatchString(p.Error()) {
				t.Errorf("%s of %s: no line, or words of CUE's:\n%s", m.Kind, diag.Path(m.Path), p.Error())
			}
		}
		if m.rightLine(problems) {
			right++
		} else {
			t.Errorf("%s of %s (line %d) is said at the wrong line:\n%s", m.Kind, diag.Path(m.Path), m.Lines[0], problems.Error())
		}
	}
	t.Logf("%d mistakes, %d refused, %d of them at the right line: %.1f %%", len(all), refused, right, 100*float64(right)/float64(max(refused, 1)))
}

// loadAll loads every mutant, some at a time.
func loadAll(t *testing.T, all []sitetest.Mutant) []diag.Problems {
	t.Helper()
	out := make([]diag.Problems, len(all))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, m := range all {
		path := filepath.Join(t.TempDir(), "site.cue")
		group.Go(func() error {
			if err := os.WriteFile(path, []byte(m.Text), 0o644); err != nil {
				return err
			}
			_, out[i] = Load(spec.Source{Path: path})
			return os.Remove(path)
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return out
}

// mutant is a Mutant with what may be said of it.
type mutant struct{ sitetest.Mutant }

// rightLine tells whether some problem, or a note of one, names the line of the
// mistake; or else a line near to it, or what follows from it by name.
func (m mutant) rightLine(problems diag.Problems) bool {
	for _, p := range problems {
		places := []diag.Pos{p.Pos}
		for _, n := range p.Notes {
			places = append(places, n.Pos)
		}
		for _, at := range places {
			if at.Line >= m.Lines[0] && at.Line <= m.Lines[1] || slices.Contains(m.Near, at.Line) {
				return true
			}
		}
		for _, w := range m.Words {
			if strings.Contains(p.Path+" "+p.Message+" "+p.Hint, w) {
				return true
			}
		}
		if m.Kind == "drop" && m.follows(p) {
			return true
		}
	}
	return false
}

// follows tells whether a problem is what remains when a field is gone: a mistake
// beside it, or one elsewhere that the field was there for.
func (m mutant) follows(p diag.Problem) bool {
	parent := diag.Path(m.Path).Parent()
	if len(parent) > 0 && strings.HasPrefix(p.Path, parent.String()+".") {
		return true
	}
	return map[string]string{
		"hosts": "server", "hosts.web1": "server", // the other one is an agent
		"clients": "access-unused", "clients.bakery": "access-unused",
		"routes": "access-unused", `routes."nas.example.com"`: "access-unused",
		"idps": "access-idp",
		"apps": "app-allow", "apps.blog": "app-allow",
		"silence": "address-reserved", `silence."address-reserved"`: "address-reserved",
	}[diag.Path(m.Path).String()] == p.Rule
}

// mayPass tells whether the mutant is a sound site all the same.
func (m mutant) mayPass() bool {
	last := fmt.Sprint(m.Path[len(m.Path)-1])
	if inValues(m.Path) && len(m.Path) > 3 { // data of any shape
		return m.Kind != "twice" && m.Kind != "hidden"
	}
	switch m.Kind {
	case "drop":
		return true // the schema says what may be left out; what must not has cases in golden/bad
	case "rename":
		// A name of the user's choice that nothing else refers to.
		return len(m.Path) > 1 && slices.Contains([]string{"clients", "apps", "registries", "init", "sidecars", "jobs", "charts", "folders", "env", "files", "ports", "paths", "volumes", "nics", "vlans", "bonds", "users", "people", "arrays", "pools", "datasets", "disks", "hosts", "access", "domains", "dkim", "accessPaths", "providers", "selector"}, fmt.Sprint(m.Path[len(m.Path)-2]))
	case "double":
		return slices.Contains([]string{"args", "command", "dump", "install"}, last)
	case "empty":
		if diag.Path(m.Path).String() == "versions.images.argocd" {
			return true // the chart's own
		}
		return slices.Contains([]string{"path", "comment", "gateway", "content", "text"}, last) || slices.Contains([]any{"args", "env", "selector"}, m.Path[len(m.Path)-2])
	}
	return false
}
