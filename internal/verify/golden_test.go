package verify

import (
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
	runner := system(t, "bash", "kustomize", "sops")
	for _, dir := range append(trees, "../../out") {
		t.Run(dir, func(t *testing.T) {
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
