package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"mvdan.cc/sh/v3/syntax"
	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/site/sitetest"
	"sitegen/internal/tree"
)

// TestRandomSites generates from sound sites that nobody thought of. Every file has
// to be read by its language's own parser, a second run has to change nothing, and
// a run for another site and back has to leave the same tree.
func TestRandomSites(t *testing.T) {
	nix := ""
	if p, err := exec.LookPath("nix-instantiate"); err == nil {
		nix = p
	} else if os.Getenv("CI") != "" {
		t.Fatal("nix-instantiate is missing: apt-get install nix-bin")
	} else {
		t.Log("NOT CHECKED: nix-instantiate is missing, no .nix file is parsed")
	}
	work := t.TempDir()
	out := filepath.Join(work, "out")
	for seed := range uint64(12) {
		spec := filepath.Join(work, fmt.Sprintf("site%d.cue", seed))
		writeFile(t, spec, string(sitetest.Seed(seed)))
		generateInto(t, spec, out)
		once := readTree(t, out)
		for name, data := range once {
			if err := parses(strings.TrimPrefix(name, "x "), data); err != nil {
				t.Errorf("seed %d: %s: %v", seed, name, err)
			}
		}
		if nix != "" {
			nixParses(t, nix, out, seed)
		}
		for name := range once { // what an earlier site wrote, and this one leaves to the user
			p := strings.TrimPrefix(name, "x ")
			if p == tree.ManifestName || strings.Contains(once[tree.ManifestName], "  "+p+"\n") {
				continue
			}
			delete(once, name)
			if err := os.Remove(filepath.Join(out, filepath.FromSlash(p))); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(generate(t, spec), once); diff != "" {
			t.Errorf("seed %d: what an earlier site left makes a difference:\n%s", seed, diff)
		}
		writeFile(t, filepath.Join(out, "modules", "own.nix"), "{ }\n") // the user's, where hosts import it
		writeFile(t, filepath.Join(out, "modules", "own.nix"), "{ }\n") // the user's, where a host imports it
		for i := range 2 {
			writeFile(t, filepath.Join(out, "k8s/own", strconv.Itoa(i), "own.yaml"), "{ }\n") // and where it has folders
			writeFile(t, filepath.Join(out, "charts", strconv.Itoa(i)+".yaml"), "{ }\n")
		}
		writeFile(t, filepath.Join(out, "k8s/own/part/kustomization.yaml"), "kind: Component\n")
		var stderr bytes.Buffer
		if code := run([]string{"check", "-spec", spec, "--one-file", "-out", out}, io.Discard, &stderr); code != exitFine {
			t.Errorf("seed %d: check exits %d\n%s", seed, code, stderr.String())
		}
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func generateInto(t *testing.T, spec, out string) {
	t.Helper()
	var stderr bytes.Buffer
	// Another site in the place of one is a change that nobody makes.
	if code := run([]string{"-spec", spec, "--one-file", "-out", out, "--accept", "data", "--accept", "never", "--accept", "reinstall"}, io.Discard, &stderr); code != exitFine {
		t.Fatalf("gen -spec %s: exit %d\n%s", spec, code, stderr.String())
	}
}

// parses has a file read by its language's parser, Nix left out.
func parses(name, data string) error {
	switch path.Ext(name) {
	case ".tf", ".example": // terraform.tfvars.example
		if _, diags := hclsyntax.ParseConfig([]byte(data), name, hcl.InitialPos); diags.HasErrors() {
			return diags
		}
	case ".yaml":
		d := yaml.NewDecoder(strings.NewReader(data))
		for {
			var v any
			if err := d.Decode(&v); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
		}
	case ".sh":
		_, err := syntax.NewParser().Parse(strings.NewReader(data), name)
		return err
	}
	return nil
}

func nixParses(t *testing.T, nix, out string, seed uint64) {
	t.Helper()
	var files []string
	for name := range readTree(t, out) {
		if strings.HasSuffix(name, ".nix") {
			files = append(files, filepath.Join(out, filepath.FromSlash(name)))
		}
	}
	var stderr strings.Builder
	cmd := exec.Command(nix, append([]string{"--parse"}, files...)...)
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("seed %d: %v\n%s", seed, err, stderr.String())
	}
}
