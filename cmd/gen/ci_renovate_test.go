package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRegenerate runs what the jobs run on Renovate's branches, with a repository for git
// to push to: what gen wrote is one commit by the author whom renovate.json ignores, and
// a second run pushes nothing.
func TestRegenerate(t *testing.T) {
	for _, tool := range []string{"git", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skipf("SKIPPED: %s is not installed: the jobs on Renovate's branches are not run", tool)
		}
	}
	for forge, path := range map[string]string{
		"github":  "own-flake/want/.github/workflows/gen-renovate.yml",
		"forgejo": "zfs/want/.forgejo/workflows/gen-renovate.yml",
		"gitlab":  "vlan/want/.gitlab-ci.yml",
	} {
		t.Run(forge, func(t *testing.T) {
			t.Parallel()
			dir, bin := t.TempDir(), t.TempDir()
			env := append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+dir, "GIT_CONFIG_NOSYSTEM=1",
				"PUSH=origin", "BRANCH=renovate/x", "GEN_TOKEN=t", "CI_SERVER_PROTOCOL=https", "CI_PROJECT_URL=https://git.example.com/example/infra", "CI_COMMIT_BRANCH=renovate/x",
				"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+dir+"/bare.insteadOf", "GIT_CONFIG_VALUE_0=https://gen:t@git.example.com/example/infra.git")
			sh := func(text string) string {
				t.Helper()
				cmd := exec.Command("bash", "-ec", text)
				cmd.Dir, cmd.Env = dir, env
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				return strings.TrimSpace(string(out))
			}
			standIn(t, bin, "gen", "#!/bin/sh\ncp spec output\n")
			sh(`git init -q --bare bare && git init -q -b renovate/x work && cd work && git remote add origin ../bare && echo 2 >spec && echo 1 >output &&
				git add -A && git -c user.name=r -c user.email=r@example.com commit -qm raise && git push -q origin renovate/x && git checkout -q --detach`)
			job := "cd work\n" + strings.Join(scriptsOf(t, path, "gen-renovate"), "\n")
			for range 2 {
				sh(job)
				if got := sh("git -C bare show renovate/x:output && git -C bare log --format=%ae renovate/x"); got != "2\ngen@ci.invalid\nr@example.com" {
					t.Errorf("the branch has %q", got)
				}
			}
			config, err := os.ReadFile(filepath.Join("../../golden", strings.Split(path, "/")[0], "want/renovate.json"))
			if err != nil || !strings.Contains(string(config), `"gen@ci.invalid"`) {
				t.Errorf("Renovate does not ignore the author: %v", err)
			}
		})
	}
}
