package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	cueload "cuelang.org/go/cue/load"

	"sitegen/internal/spec"
)

// editorSpec writes a spec with more lines and has gen editor write beside it.
func editorSpec(t *testing.T, from string, lines ...string) (dir string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^package `).Match(text) {
		text = append([]byte("package site\n"), text...)
	}
	dir = t.TempDir()
	text = append(text, strings.Join(lines, "\n")+"\n"...)
	if err := os.WriteFile(filepath.Join(dir, "site.cue"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if code := run([]string{"editor", "-spec", dir}, new(bytes.Buffer), &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	return dir
}

// vetted is what `cue vet -c -t editor .` says of the folder: CUE's own loader finds
// the schema in cue.mod.
func vetted(dir string) error {
	i := cueload.Instances([]string{"."}, &cueload.Config{Dir: dir, Tags: []string{spec.EditorTag}, Env: []string{"CUE_REGISTRY=none"}})[0]
	if i.Err != nil {
		return i.Err
	}
	return cuecontext.New().BuildInstance(i).Validate(cue.Concrete(true))
}

// TestEditor: with what gen editor writes, CUE itself tells sound specs from those that
// do not fit, and gen goes on to read the spec as before, without a word about it.
func TestEditor(t *testing.T) {
	var specs []string
	for _, pattern := range []string{"../../golden/*/site.cue", "../../examples/*/site.cue"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) < 3 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		specs = append(specs, found...)
	}
	for _, from := range specs {
		if strings.Contains(from, "registrar") && testing.Short() {
			continue
		}
		t.Run(from, func(t *testing.T) {
			dir := editorSpec(t, from)
			if err := vetted(dir); err != nil {
				t.Errorf("a sound spec: %v", err)
			}
			r := spec.Source{Path: dir}.Read()
			if len(r.Problems) > 0 {
				t.Errorf("gen: %v", r.Problems.Error())
			}
		})
	}
	for line, want := range map[string]string{
		`hosts: web1: releas: "26.05"`:                             "hosts.web1.releas: field not allowed",
		`hosts: web1: memory: 3`:                                   "hosts.web1.memory: conflicting values",
		`hosts: web1: disks: a: sise: "1G"`:                        "hosts.web1.disks.a.sise: field not allowed",
		`client: bakery: {domain: "bakery.example", image: "i:1"}`: "client: field not allowed",
		`hosts: web2: role: "agent"`:                               "hosts.web2.cpu: field is required",
		`#Small: {replicas: 1}, _mine: 3`:                          "",
	} {
		err := vetted(editorSpec(t, "../../site.cue", line))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}
