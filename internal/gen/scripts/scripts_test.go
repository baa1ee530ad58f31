package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/site"
	"sitegen/internal/tree"
)

func TestFiles(t *testing.T) {
	got := files(t, agentSite(t))
	for _, path := range []string{"scripts/install-web1.sh", "scripts/install-web2.sh", "scripts/bootstrap-hetzner-k8s.sh", "scripts/verify-hetzner.sh"} {
		text, ok := got[path]
		if !ok {
			t.Errorf("no %s", path)
			continue
		}
		if !strings.HasPrefix(text, "#!/usr/bin/env bash\n# "+tree.Header+"\n") {
			t.Errorf("%s begins with %.120q", path, text)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d files", len(got))
	}
}

// A client more must change nothing but its own lines.
func TestClientDiff(t *testing.T) {
	before := files(t, testSite(t))
	s := testSite(t)
	s.Routes = append(s.Routes, site.Route{Hostname: "studio.example", Kind: site.RouteClient, Owner: "studio"})
	for path, after := range files(t, s) {
		rest := strings.Replace(after, "  'studio.example client -'\n", "", 1)
		if rest != before[path] {
			t.Errorf("%s changes in more than the client's line", path)
		}
	}
}

func TestShellcheck(t *testing.T) {
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("shellcheck is not installed; apt-get install shellcheck")
		}
		t.Skip("shellcheck is not installed: THE SCRIPTS ARE NOT LINTED; apt-get install shellcheck")
	}
	for name, s := range map[string]*site.Site{"server": testSite(t), "agent": agentSite(t), "servers": serversSite(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			args := []string{"--severity=style", "--shell=bash"}
			for path, text := range files(t, s) {
				file := filepath.Join(dir, filepath.Base(path))
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, file)
			}
			if out, err := exec.Command(shellcheck, args...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
