// Package rooms holds the test that keeps the packages apart.
package rooms

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestDependencies holds the rules that the design rests on: languages know
// nothing of a site, generators nothing of escaping or of the disk, and only
// package site reads CUE.
func TestDependencies(t *testing.T) {
	imports := list(t)
	languages := []string{"sitegen/internal/nix", "sitegen/internal/tf", "sitegen/internal/manifest", "sitegen/internal/sh", "sitegen/internal/md"}
	for pkg, deps := range imports {
		for _, dep := range deps {
			if why := forbidden(pkg, dep, languages); why != "" {
				t.Errorf("%s imports %s: %s", pkg, dep, why)
			}
		}
	}
	for _, l := range append(languages, "sitegen/internal/site", "sitegen/internal/tree", "sitegen/cmd/gen") {
		if _, ok := imports[l]; !ok {
			t.Errorf("there is no package %s: the rule about it holds nothing", l)
		}
	}
}

func forbidden(pkg, dep string, languages []string) string {
	generator := strings.HasPrefix(pkg, "sitegen/internal/gen/")
	switch {
	case strings.HasPrefix(dep, "cuelang.org/") && pkg != "sitegen/internal/site" && pkg != "sitegen/internal/bench":
		return "only package site reads the spec"
	case slices.Contains(languages, pkg) && strings.HasPrefix(dep, "sitegen/") && !slices.Contains(languages, dep) && dep != "sitegen/internal/tree":
		return "a language knows syntax and nothing of a site"
	case pkg == "sitegen/internal/site" && strings.HasPrefix(dep, "sitegen/") && dep != "sitegen/schema":
		return "the model knows nothing of what is made from it"
	case pkg == "sitegen/internal/tree" && strings.HasPrefix(dep, "sitegen/"):
		return "the tree knows nothing of what is in it"
	case generator && (dep == "os" || dep == "io/ioutil" || dep == "os/exec" || dep == "time" || dep == "math/rand" || dep == "math/rand/v2" || dep == "net/http"):
		return "a generator is pure"
	case generator && slices.Contains([]string{"github.com/hashicorp/hcl/v2/hclwrite", "sigs.k8s.io/yaml", "mvdan.cc/sh/v3/syntax", "text/template"}, dep):
		return "a generator leaves syntax and escaping to its language"
	}
	return ""
}

// list maps each package of the module to what it imports, tests left out.
func list(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "sitegen/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		imports[fields[0]] = fields[1:]
	}
	return imports
}
