// Package archtest holds the test that keeps the packages apart.
package archtest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers are the packages that a spec goes through, from the last to the first: each
// may import those behind it.
var layers = []string{"sitegen/internal/rules", "sitegen/internal/site", "sitegen/internal/spec", "sitegen/internal/format", "sitegen/internal/diag"}

// TestDependencies holds the rules that the design rests on: arrows between packages
// lead one way, languages know nothing of a site, generators nothing of escaping or
// of the disk, and only package spec reads CUE, beside edit, which changes its text.
func TestDependencies(t *testing.T) {
	imports := list(t)
	languages := []string{"sitegen/internal/nix", "sitegen/internal/tf", "sitegen/internal/manifest", "sitegen/internal/sh", "sitegen/internal/md", "sitegen/internal/svg", "sitegen/internal/graph", "sitegen/internal/rulelang", "sitegen/internal/lines"}
	for pkg, deps := range imports {
		for _, dep := range deps {
			if why := forbidden(pkg, dep, languages); why != "" {
				t.Errorf("%s imports %s: %s", pkg, dep, why)
			}
		}
	}
	for _, l := range slices.Concat(languages, layers, []string{"sitegen/internal/tree", "sitegen/internal/edit", "sitegen/internal/verify", "sitegen/internal/prove", "sitegen/internal/prove/meant", "sitegen/internal/differ", "sitegen/internal/tfread", "sitegen/internal/ingress", "sitegen/internal/sopsread", "sitegen/internal/yamlread", "sitegen/internal/importer", "sitegen/internal/adopt", "sitegen/cmd/gen"}) {
		if _, ok := imports[l]; !ok {
			t.Errorf("there is no package %s: the rule about it holds nothing", l)
		}
	}
}

func forbidden(pkg, dep string, languages []string) string {
	generator := strings.HasPrefix(pkg, "sitegen/internal/gen/")
	own := strings.HasPrefix(dep, "sitegen/")
	layer, below := slices.Index(layers, pkg), slices.Index(layers, dep)
	switch {
	case strings.HasPrefix(dep, "cuelang.org/") && !slices.Contains([]string{"sitegen/internal/spec", "sitegen/internal/edit", "sitegen/internal/bench", "sitegen/internal/site/sitetest"}, pkg):
		return "only package spec reads CUE, and edit its syntax"
	case pkg == "sitegen/internal/edit" && own && dep != "sitegen/internal/spec" && dep != "sitegen/internal/diag":
		return "edit knows the text of a spec, and nothing of what follows from it"
	case dep == "sitegen/internal/edit" && pkg != "sitegen/cmd/gen":
		return "a spec is changed on the command line alone"
	case layer >= 0 && own && below <= layer && !(pkg == "sitegen/internal/spec" && dep == "sitegen/schema"):
		return "a spec is read, resolved and checked in one direction"
	case slices.Contains(languages, pkg) && own && !slices.Contains(languages, dep) && dep != "sitegen/internal/tree":
		return "a language knows syntax and nothing of a site"
	case pkg == "sitegen/internal/tree" && own:
		return "the tree knows nothing of what is in it"
	case pkg == "sitegen/internal/prove" && own && !slices.Contains([]string{"sitegen/internal/tfread", "sitegen/internal/ingress", "sitegen/internal/sopsread", "sitegen/internal/yamlread", "sitegen/internal/format"}, dep):
		return "what is proved is proved from the files alone"
	case pkg == "sitegen/internal/prove/meant" && own && !slices.Contains([]string{"sitegen/internal/prove", "sitegen/internal/site", "sitegen/internal/differ"}, dep):
		return "the spec's graph is read from the site, and compared with the tree's"
	case pkg == "sitegen/internal/importer" && (strings.HasPrefix(dep, "sitegen/internal/gen") || dep == "sitegen/internal/site"):
		return "what is imported is read from the files alone, and said as a spec"
	case pkg == "sitegen/internal/adopt" && own && dep != "sitegen/internal/tfread" && dep != "sitegen/internal/tf":
		return "what is taken over is read from a state and from Terraform's files"
	case pkg == "sitegen/internal/differ" && own && !slices.Contains([]string{"sitegen/internal/nix", "sitegen/internal/yamlread"}, dep):
		return "what compares two files knows languages and nothing of a site"
	case slices.Contains([]string{"sitegen/internal/tfread", "sitegen/internal/ingress", "sitegen/internal/sopsread", "sitegen/internal/yamlread"}, pkg) && own && dep != "sitegen/internal/yamlread":
		return "a reader knows a language and nothing of a site"
	case pkg == "sitegen/internal/verify" && below >= 0 && below < slices.Index(layers, "sitegen/internal/format"):
		return "verify reads files, and knows nothing of how they were made"
	case generator && below >= 0 && dep != "sitegen/internal/site":
		return "a generator sees the site, whose problems are known by then"
	case generator && (dep == "os" || dep == "io/ioutil" || dep == "os/exec" || dep == "time" || dep == "math/rand" || dep == "math/rand/v2" || dep == "net/http"):
		return "a generator is pure"
	case generator && slices.Contains([]string{"github.com/hashicorp/hcl/v2/hclwrite", "sigs.k8s.io/yaml", "sigs.k8s.io/yaml/goyaml.v3", "mvdan.cc/sh/v3/syntax", "text/template"}, dep):
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
