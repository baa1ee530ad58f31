package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var cueRE = regexp.MustCompile("(?ms)^```cue\n(.*?)^```$")

var shellRE = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// rescue stands in for ssh to a machine in its rescue system: it wants the script, and
// answers with what the script found on one.
const rescue = `#!/bin/sh
[ "$*" = 'root@203.0.113.10 sh' ] && grep facts_of_disks >/dev/null || exit 1
cat <<'FACTS'
{"version": 1, "os": "debian", "hostname": "rescue", "kernel": "6.12.19", "product": "Maker Board", "arch": "x86_64", "firmware": "uefi",
 "cpu": {"vendor": "amd", "threads": 16}, "memory": 67262640128,
 "disks": [{"name": "/dev/nvme0n1", "size": 512110190592, "type": "nvme", "health": "passed", "controller": "", "model": "EXAMPLE", "ids": ["/dev/disk/by-id/nvme-EXAMPLE_SN100001"]},
           {"name": "/dev/nvme1n1", "size": 512110190592, "type": "nvme", "health": "passed", "controller": "", "model": "EXAMPLE", "ids": ["/dev/disk/by-id/nvme-EXAMPLE_SN100002"]}],
 "cards": [{"name": "eth0", "mac": "a8:a1:59:0f:10:01", "driver": "igb", "link": "up", "speed": 1000, "mtu": 0, "addresses": ["203.0.113.10/26"], "gateways": ["203.0.113.1"]}],
 "links": []}
FACTS
`

// TestDocsStart runs the commands of docs/START.md, one after another, as a reader would. What the page, and
// docs/CI.md first, show of a spec is taken by gen after them.
func TestDocsStart(t *testing.T) {
	need(t, "bash", "bash")
	need(t, "git", "git")
	need(t, "ssh-keygen", "openssh-client")
	page, err := os.ReadFile("../../docs/START.md")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	bin := filepath.Join(home, "bin")
	for _, dir := range []string{bin, filepath.Join(home, ".ssh")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(rescue), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("XDG_CONFIG_HOME", "")
	s := &session{t: t, home: home, dir: t.TempDir()}
	said := ""
	blocks := shellRE.FindAllStringSubmatch(string(page), -1)
	for _, block := range blocks {
		out := s.run("set -o pipefail\n" + strings.TrimSuffix(block[1], "\n"))
		if s.code != 0 {
			t.Fatalf("exit %d of\n%s%s", s.code, block[1], out)
		}
		said += out
	}
	for _, want := range []string{
		`a: {device: "/dev/disk/by-id/nvme-EXAMPLE_SN100001"`, "made this folder a git repository", "maria.key", "ci.install[0]: is a placeholder", "bakery.example", "first site",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the commands did not say %q:\n%s", want, said)
		}
	}
	ci, err := os.ReadFile("../../docs/CI.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := append(cueRE.FindAllStringSubmatch(string(page), -1), cueRE.FindStringSubmatch(string(ci)))
	if len(lines) != 3 {
		t.Fatalf("%d blocks of lines for a spec", len(lines))
	}
	for _, block := range lines {
		if out := s.run("cat >>site.cue <<'CUE'\n" + block[1] + "CUE\ngen vet"); s.code != 0 {
			t.Errorf("gen vet of the site with\n%s%s", block[1], out)
		}
	}
	if len(blocks) < 8 || !has(s.dir, "flake.nix") {
		t.Errorf("%d blocks were run, and the last in %s", len(blocks), s.dir)
	}
}
