package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// evaluate has one run of Nix read the hosts' modules of many trees: the stand-ins
// for nixpkgs are those of package nixos. The kernel that the hosts get is one that
// md arrays of a newer installer are too new for.
func evaluate(t *testing.T, nix string, outputs []*output) {
	t.Helper()
	stub, err := filepath.Abs("../../internal/gen/nixos/testdata/stub.nix")
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	key := func(r *output) string { // the same modules are evaluated once
		all := r.name[:strings.Index(r.name+" with", " with")]
		for _, p := range slices.Sorted(maps.Keys(r.files)) {
			if strings.HasPrefix(p, "roles/") || path.Ext(p) == ".nix" {
				all += "\n" + p + "\n" + r.files[p]
			}
		}
		return all
	}
	ids := map[string]string{}
	var expr strings.Builder
	fmt.Fprintf(&expr, "let host = import %s; keyFile = base: builtins.typeOf ((import base { config = null; lib = null; pkgs = null; }).sops.age.keyFile or null); in {\n", stub)
	for _, r := range outputs {
		if ids[key(r)] != "" {
			continue
		}
		id := "t" + strconv.Itoa(len(ids))
		ids[key(r)] = id
		root := filepath.Join(work, id)
		for p, data := range r.files {
			if !strings.HasPrefix(p, "roles/") && path.Ext(p) != ".nix" {
				continue
			}
			file := filepath.Join(root, filepath.FromSlash(p))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(&expr, "%s = { keyFile = keyFile %s/roles/base; hosts = {\n", id, root)
		for _, h := range r.site.Hosts {
			fmt.Fprintf(&expr, "%q = host %s %q \"6.18.1\";\n", h.Name, root, h.Name)
		}
		fmt.Fprintf(&expr, "}; };\n")
	}
	expr.WriteString("}\n")
	file := filepath.Join(work, "all.nix")
	if err := os.WriteFile(file, []byte(expr.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd := exec.Command(nix, "--eval", "--strict", "--json", file)
	cmd.Env = append(os.Environ(), "HOME="+work, "NIX_STORE_DIR="+work+"/store", "NIX_STATE_DIR="+work+"/var", "NIX_CONF_DIR="+work, "NIX_PATH=")
	cmd.Stderr = &stderr
	data, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var results map[string]struct {
		KeyFile string
		Hosts   map[string]any
	}
	if err := json.Unmarshal(data, &results); err != nil {
		t.Fatal(err)
	}
	for _, r := range outputs {
		got := results[ids[key(r)]]
		r.hosts, r.keyFile = got.Hosts, got.KeyFile
	}
}
