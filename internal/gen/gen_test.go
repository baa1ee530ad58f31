package gen

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/rules"
	"sitegen/internal/spec"
)

// run makes the example's files, without those that are excluded.
func run(t *testing.T, exclude ...string) *Result {
	t.Helper()
	return runIn(t, "", exclude...)
}

// runIn is run where the output is in a folder of the repository.
func runIn(t *testing.T, folder string, exclude ...string) *Result {
	t.Helper()
	s, problems := rules.Load(spec.Source{Path: "../../site.cue"})
	if s == nil {
		t.Fatal(problems)
	}
	s.Output.Exclude, s.Repo.Path = exclude, folder
	r, err := Run(s, All())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestExclude leaves paths to the user, and says which patterns leave out none.
func TestExclude(t *testing.T) {
	all := run(t)
	r := run(t, "docs", "flake.nix", "flake.*", "docs/RUNBOK.md")
	var excluded []string
	for _, f := range r.Excluded {
		if of, _ := all.Tree.Lookup(f.Path); string(of.Data) != string(f.Data) {
			t.Errorf("%s is not kept as it would be written", f.Path)
		}
		excluded = append(excluded, f.Path)
	}
	if diff := cmp.Diff([]string{"docs/ROUTES.md", "docs/RUNBOOK.md", "docs/site.svg", "flake.nix"}, excluded); diff != "" {
		t.Errorf("excluded: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"docs/RUNBOK.md"}, r.Idle); diff != "" {
		t.Errorf("idle: -want +got\n%s", diff)
	}
	if all.Tree.Len() != r.Tree.Len()+4 {
		t.Errorf("%d files without the excluded ones, %d with them", r.Tree.Len(), all.Tree.Len())
	}
	if missing, err := r.Missing(nil); err != nil || len(missing) > 0 {
		t.Errorf("nobody refers to these: %v, %v", missing, err)
	}
}
