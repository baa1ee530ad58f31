package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAdoptState: what takes over the resources in the state of the example that was written by
// hand. The file is in the example's tree, where OpenTofu reads it too.
func TestAdoptState(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/adopt")); err != nil {
		t.Fatal(err)
	}
	file := "k8s/terraform-atlas/adopt.tf"
	if err := os.Remove(filepath.Join(dir, file)); err != nil && !*update {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	var out, errs strings.Builder
	if code := run([]string{"adopt", "--spec", "site.cue", "--out", ".", "--state", "before.tfstate"}, &out, &errs); code != exitFine {
		t.Fatalf("exit %d\n%s%s", code, out.String(), errs.String())
	}
	blocks, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(here)
	for name, got := range map[string]string{"../../examples/adopt/" + file: string(blocks), "testdata/adopt/report.txt": out.String()} {
		wantFile(t, name, got)
	}
}

// TestAdoptStateQuotes holds that bash reads the printed commands as what they name, whatever a
// state says.
func TestAdoptStateQuotes(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/adopt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "k8s/terraform-atlas/adopt.tf")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	hostile := "\"; touch owned; #${self}%{x}\n'$(touch owned)`touch owned`\x1b[2J\\(1)"
	type object = map[string]any
	data, err := json.Marshal(object{"version": 4, "resources": []object{
		{"mode": "managed", "type": "cloudflare_tunnel", "name": "t", "instances": []object{{"index_key": hostile, "attributes": object{"id": hostile, "account_id": hostile, "name": "atlas-prod", "secret": "c2VjcmV0"}}}},
		{"mode": "managed", "type": "cloudflare_record", "name": "r", "instances": []object{{"index_key": hostile, "attributes": object{"id": hostile, "zone_id": hostile, "hostname": "bakery.example", "type": "CNAME", "value": hostile}}}},
		{"mode": "managed", "type": "hcloud_server", "name": "s", "instances": []object{{"attributes": object{"name": hostile}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("it's a state", data, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	if code := run([]string{"adopt", "--spec", "site.cue", "--out", ".", "--state", "it's a state"}, &out, &errs); code != exitFine {
		t.Fatalf("exit %d\n%s%s", code, out.String(), errs.String())
	}
	script := "terraform() { printf '%s\\n' \"$@\"; }; jq() { printf '%s\\n' \"$@\" >&2; }\n"
	more := false
	for line := range strings.Lines(out.String()) {
		if command := strings.TrimSpace(line); more || strings.HasPrefix(command, "terraform ") || strings.HasPrefix(command, "export ") {
			script += line
			more = strings.HasSuffix(command, "\\")
		}
	}
	cmd := exec.Command("bash", "-c", script)
	got, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, script, got)
	}
	want := "-r\n.resources[].instances[].attributes | select(.id == " + `"\"; touch owned; #${self}%{x}\n'$(touch owned)` + "`touch owned`" + `\u001b[2J\\(1)") | .secret // empty` + "\nit's a state\n" +
		"-chdir=k8s/terraform-atlas\nstate\nrm\ncloudflare_record.r[" + `"\"; touch owned; #$${self}%%{x}\n'$(touch owned)` + "`touch owned`" + `\u001b[2J\\(1)"]` + "\nhcloud_server.s\n"
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if strings.ContainsRune(out.String(), 0x1b) {
		t.Errorf("the report has an escape for the terminal:\n%q", out.String())
	}
	if _, err := os.Stat("owned"); err == nil {
		t.Error("a command of the state's was run")
	}
}
