package rules

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestOwnedFlags holds the flags that a spec may not set to those that the output
// passes.
func TestOwnedFlags(t *testing.T) {
	roles, err := filepath.Glob("../../golden/*/want/roles/k3s-cilium/default.nix")
	if err != nil || len(roles) == 0 {
		t.Fatalf("no roles: %v", err)
	}
	machines, err := filepath.Glob("../../golden/*/want/machines/*/default.nix")
	if err != nil || len(machines) == 0 {
		t.Fatalf("no machines: %v", err)
	}
	flag := regexp.MustCompile(`"--([a-z0-9-]+)[="]`)
	listed := regexp.MustCompile(`(?s)escapeSystemdExecArg \[.*?\]`) // those that the spec gives
	found := 0
	for _, file := range append(roles, machines...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range flag.FindAllStringSubmatch(listed.ReplaceAllString(string(data), ""), -1) {
			found++
			if !ownedFlag(m[1]) {
				t.Errorf("%s passes --%s, and a spec may pass it too", file, m[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d flags found", found)
	}
}
