package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// fault is a mistake that hand-written deployments of this kind are known to make,
// and that programs accept without a word, or only once the machine is far away.
type fault struct {
	name   string // in the words of those who run such a site
	breaks string // what goes wrong in operation

	nix     bool                      // check reads what Nix makes of the hosts' modules
	applies func(*output) bool        // nil: to every tree
	check   func(r *output) []string  // what is wrong, by name
	again   []func(map[string]string) // each makes the mistake again, in the files of a sound tree
}

// output is a generated tree, as the programs that read it see it. The methods that
// read it are in faults_read_test.go.
type output struct {
	t       *testing.T
	name    string
	files   map[string]string
	site    *site.Site
	spec    string         // the text of site.cue
	hosts   map[string]any // the modules of each host, as Nix evaluates them
	keyFile string         // the Nix type of sops-nix's age.keyFile
	cache   *sync.Map
}

// TestKnownFaults looks for each fault in every tree that gen makes from golden/ and
// from site.cue. So that no check is empty, each has to find the fault once it was put
// back, in every tree that it applies to.
func TestKnownFaults(t *testing.T) {
	trees := outputs(t)
	nix, _ := exec.LookPath("nix-instantiate")
	if nix != "" {
		evaluate(t, nix, trees)
	}
	faults := slices.Concat(
		terraformFaults(), stateFaults(), cloudflareFaults(), recordFaults(), accessFaults(), valuesFaults(), applicationFaults(),
		deletionFaults(), tunnelFaults(), connectorFaults(), bootFaults(), poolFaults(), volumeFaults(), backupFaults(), alertFaults(), loginFaults(), networkFaults(), linkFaults(), clusterFaults(), serverFaults(),
		installFaults(), scriptFaults(), registryFaults(), podFaults(), fileFaults(), pathFaults())

	sound, broken := make([][]*output, len(faults)), make([][]*output, len(faults))
	for i, f := range faults {
		if f.nix && nix == "" {
			continue
		}
		for _, r := range trees {
			if f.applies == nil || f.applies(r) {
				sound[i] = append(sound[i], r)
				broken[i] = append(broken[i], f.put(t, r)...)
			}
		}
	}
	if nix != "" {
		evaluate(t, nix, slices.Concat(broken...))
	}
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			if f.nix {
				need(t, "nix-instantiate", "nix-bin")
			}
			if len(f.again) == 0 || len(sound[i]) == 0 {
				t.Fatal("no way to make the mistake again, or no tree that it applies to")
			}
			for _, r := range sound[i] {
				if found := f.found(t, r); len(found) > 0 {
					t.Errorf("%s: %s:\n  %s", r.name, f.breaks, strings.Join(found, "\n  "))
				}
			}
			for _, r := range broken[i] {
				if len(f.found(t, r)) == 0 {
					t.Errorf("%s: the fault is there and is not found", r.name)
				}
			}
		})
	}
	t.Logf("%d faults in %d trees", len(faults), len(trees))
}

func (f fault) found(t *testing.T, r *output) []string {
	t.Helper()
	here := *r
	here.t = t
	return f.check(&here)
}

// put makes copies of a tree, each with the fault in it.
func (f fault) put(t *testing.T, r *output) []*output {
	t.Helper()
	var broken []*output
	for i, again := range f.again {
		c := *r
		c.name, c.files, c.hosts = fmt.Sprintf("%s with edit %d", r.name, i+1), maps.Clone(r.files), nil
		again(c.files)
		if maps.Equal(c.files, r.files) {
			t.Errorf("%s: %s: the edit changes nothing", f.name, c.name)
			continue
		}
		broken = append(broken, &c)
	}
	return broken
}

// outputs generates every golden case, and the example, in memory.
func outputs(t *testing.T) []*output {
	t.Helper()
	cache := &sync.Map{}
	var list []*output
	for _, dir := range append(goldenCases(t), "../..") {
		path := filepath.Join(dir, "site.cue")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, problems := rules.Load(spec.Source{Path: path})
		if problems.Errors() > 0 {
			t.Fatalf("%s: %v", path, problems)
		}
		if problems := rules.ReadOwn(s, os.DirFS(filepath.Join(dir, "want"))); len(problems) > 0 {
			t.Fatal(problems)
		}
		s.Tunnel.Shards, s.Terraform.Shards = 1, 1 // the faults are told of one tunnel and one root; the tests of shards hold what several say together
		result, err := gen.Run(s, gen.All())
		if err != nil {
			t.Fatal(err)
		}
		r := &output{t: t, name: s.Name + " of " + path, files: map[string]string{}, site: s, spec: string(text), cache: cache}
		for _, f := range result.Tree.Files() {
			r.files[f.Path] = string(f.Data)
		}
		list = append(list, r)
	}
	return list
}

// swap is an edit of all files whose path matches: every match of the expression is
// replaced, $1 and so on stand for its groups.
func swap(pattern, expression, with string) func(map[string]string) {
	re := regexp.MustCompile(`(?m)` + expression)
	return func(files map[string]string) {
		for _, p := range matching(files, pattern) {
			files[p] = re.ReplaceAllString(files[p], with)
		}
	}
}

// beside is an edit that adds a file to the folder of those whose path matches.
func beside(pattern, name, text string) func(map[string]string) {
	return func(files map[string]string) {
		for _, p := range matching(files, pattern) {
			files[path.Join(path.Dir(p), name)] = text
		}
	}
}

// without is an edit that takes files away.
func without(pattern string) func(map[string]string) {
	return func(files map[string]string) {
		for _, p := range matching(files, pattern) {
			delete(files, p)
		}
	}
}

// both is one edit of several.
func both(edits ...func(map[string]string)) func(map[string]string) {
	return func(files map[string]string) {
		for _, edit := range edits {
			edit(files)
		}
	}
}

func matching(files map[string]string, pattern string) []string {
	var list []string
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if ok, err := path.Match(pattern, p); err != nil {
			panic(err) // a constant of these tests
		} else if ok {
			list = append(list, p)
		}
	}
	return list
}

// finding collects what a check finds.
type finding []string

// unless adds a finding where what is wanted does not hold.
func (f *finding) unless(wanted bool, format string, args ...any) {
	if !wanted {
		*f = append(*f, strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
}
