package verify

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestGenerated has the readers that CI can have read out/ and every golden tree.
// Nix and shellcheck read them in the tests of the command line.
func TestGenerated(t *testing.T) {
	trees, err := filepath.Glob("../../golden/*/want")
	if err != nil || len(trees) == 0 {
		t.Fatalf("no golden trees: %v", err)
	}
	sums, err := filepath.Glob("../../examples/*/.sitegen.sum")
	if err != nil || len(sums) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, sum := range sums {
		trees = append(trees, filepath.Dir(sum))
	}
	runner := system(t, "bash", "kustomize", "sops")
	for _, dir := range append(trees, "../../out") {
		t.Run(dir, func(t *testing.T) {
			dir := withComponents(t, dir)
			for _, reader := range []string{"yaml", "secrets", "ingress", "kustomize", "bash", "sops"} {
				res := readWith(t, reader, options(t, dir, runner))
				// The encrypted files are nowhere, and ksops may not be here.
				if res.State != OK && (res.State != Partly || reader != "secrets" && reader != "kustomize") {
					t.Errorf("%s: %s %s %q", reader, res.State, res.Reason, res.Notes)
				}
				for _, p := range res.Problems {
					t.Errorf("%s: %s: %s", reader, p.Path, p.Text)
				}
				t.Logf("%s: %d %s in %s", reader, len(res.Artifacts), res.Kind, res.Took)
			}
		})
	}
}

// withComponents is a copy of a tree with the components of the user's that its
// kustomizations name, and that no golden tree has.
func withComponents(t *testing.T, dir string) string {
	t.Helper()
	tree := t.TempDir()
	if err := os.CopyFS(tree, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(tree, "before")); err != nil { // of examples/adopt: another repository
		t.Fatal(err)
	}
	err := filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "kustomization.yaml" {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		var k struct{ Components []string }
		if err := decode(data, &k); err != nil {
			return err
		}
		for _, c := range k.Components {
			folder := filepath.Join(filepath.Dir(p), c)
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return err
			}
			const component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
			if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte(component+"commonAnnotations: {example.com/own: component}\n"), 0o644); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestAgeKeygen wants the keys made here to be what age-keygen makes.
func TestAgeKeygen(t *testing.T) {
	keygen, err := system(t, "age-keygen").Look("age-keygen")
	if err != nil {
		t.Fatal(err)
	}
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	out, err := System{}.Run(t.Context(), Command{Path: keygen, Args: []string{"-y"}, Stdin: []byte(key.secret + "\n"), Timeout: shortTime})
	if err != nil || string(out.Stdout) != key.recipient+"\n" {
		t.Errorf("%v: %q %q, want %q", err, out.Stdout, out.Stderr, key.recipient)
	}
}
