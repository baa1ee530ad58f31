package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"

	"sitegen/internal/summary"
)

// comments stands in for the API of a forge: a list of comments on one pull request.
type comments struct {
	sync.Mutex
	list, one *regexp.Regexp // paths
	edit      string         // method of an edit
	header    [2]string
	bodies    []string
	bad       []string // requests that no forge takes
}

func (c *comments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.Lock()
	defer c.Unlock()
	data, _ := io.ReadAll(r.Body)
	var sent struct{ Body string }
	_ = json.Unmarshal(data, &sent)
	switch one := c.one.FindStringSubmatch(r.URL.Path); {
	case r.Header.Get(c.header[0]) != c.header[1]:
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method == http.MethodGet && c.list.MatchString(r.URL.Path):
		all := []map[string]any{{"id": 7, "body": "looks good to me"}}
		for i, body := range c.bodies {
			all = append(all, map[string]any{"id": 100 + i, "body": body})
		}
		_ = json.NewEncoder(w).Encode(all)
	case r.Method == http.MethodPost && c.list.MatchString(r.URL.Path) && sent.Body != "":
		c.bodies = append(c.bodies, sent.Body)
		w.WriteHeader(http.StatusCreated)
	case r.Method == c.edit && one != nil && sent.Body != "":
		var id int
		fmt.Sscan(one[1], &id)
		c.bodies[id-100] = sent.Body
	default:
		c.bad = append(c.bad, r.Method+" "+r.URL.Path)
		w.WriteHeader(http.StatusNotFound)
	}
}

// TestCI runs the jobs of golden trees against stand-ins of the forges' APIs, with a gen that
// says what it was asked: the first run writes a comment, the second edits it, a class that
// is not accepted fails the job after the comment.
func TestCI(t *testing.T) {
	for _, program := range []string{"curl", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skipf("SKIPPED: %s is not installed: the jobs of forges are not run", program)
		}
	}
	for _, forge := range []struct {
		name, path string
		list, one  string
		edit       string
		header     [2]string
		env        func(url string) []string
		labelsName string
	}{
		{"github", "own-flake/want/.github/workflows/gen.yml", `^/repos/example/infra/issues/5/comments$`, `^/repos/example/infra/issues/comments/(\d+)$`, http.MethodPatch, [2]string{"Authorization", "Bearer t"}, func(url string) []string {
			return []string{"API=" + url + "/repos/example/infra", "TOKEN=t", "NUMBER=5", "BASE=main"}
		}, "LABELS"},
		{"forgejo", "zfs/want/.forgejo/workflows/gen.yml", `^/api/v1/repos/example/infra/issues/5/comments$`, `^/api/v1/repos/example/infra/issues/comments/(\d+)$`, http.MethodPatch, [2]string{"Authorization", "token t"}, func(url string) []string {
			return []string{"API=" + url + "/api/v1/repos/example/infra", "TOKEN=t", "NUMBER=5", "BASE=main"}
		}, "LABELS"},
		{"gitlab", "vlan/want/.gitlab-ci.yml", `^/api/v4/projects/9/merge_requests/5/notes$`, `^/api/v4/projects/9/merge_requests/5/notes/(\d+)$`, http.MethodPut, [2]string{"Private-Token", "t"}, func(url string) []string {
			return []string{"CI_API_V4_URL=" + url + "/api/v4", "GEN_TOKEN=t", "CI_PROJECT_ID=9", "CI_MERGE_REQUEST_IID=5", "CI_MERGE_REQUEST_DIFF_BASE_SHA=main"}
		}, "CI_MERGE_REQUEST_LABELS"},
	} {
		t.Run(forge.name, func(t *testing.T) {
			t.Parallel()
			api := &comments{list: regexp.MustCompile(forge.list), one: regexp.MustCompile(forge.one), edit: forge.edit, header: forge.header}
			server := httptest.NewServer(api)
			defer server.Close()
			dir := t.TempDir()
			scripts := scriptsOf(t, forge.path, "gen")
			if got := strings.Join(scripts[len(scripts)-3:len(scripts)-1], "; "); !strings.HasPrefix(got, "gen check") || !strings.HasSuffix(got, "; gen verify") {
				t.Errorf("before the summary: %s", got)
			}
			standIn(t, dir, "gen", "#!/bin/sh\nprintf '%s\\n%s\\n' '"+summary.Marker+"' \"$*\"\nexit $GEN_CODE\n")
			standIn(t, dir, "git", "#!/bin/sh\necho base\n")
			job := func(code, labels string, extra ...string) int {
				cmd := exec.Command("sh", "-c", scripts[len(scripts)-1])
				cmd.Dir = dir
				cmd.Env = append(append(append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "GEN_CODE="+code, forge.labelsName+"="+labels), forge.env(server.URL)...), extra...)
				out, err := cmd.CombinedOutput()
				if err != nil && cmd.ProcessState == nil {
					t.Fatal(err)
				}
				t.Logf("%s", out)
				return cmd.ProcessState.ExitCode()
			}
			if code := job("3", "bug,not-accept-data,accept-;rm"); code != 3 || len(api.bodies) != 1 || strings.Contains(api.bodies[0], "--accept") {
				t.Errorf("first run: exit %d, %q", code, api.bodies)
			}
			if code := job("0", "accept-public,bug,accept-data"); code != 0 || len(api.bodies) != 1 || !strings.Contains(api.bodies[0], "--guard --accept=public --accept=data --format markdown") {
				t.Errorf("second run: exit %d, %q", code, api.bodies)
			}
			before := api.bodies[0]
			if code := job("2", ""); code != 2 || len(api.bodies) != 1 || api.bodies[0] != before {
				t.Errorf("a bad spec: exit %d, %q", code, api.bodies)
			}
			if code := job("0", "", "TOKEN=wrong", "GEN_TOKEN=wrong"); code == 0 {
				t.Error("a comment that is refused is no error")
			}
			if len(api.bad) > 0 {
				t.Errorf("requests that the API does not have: %q", api.bad)
			}
		})
	}
}

func standIn(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// scriptsOf are the scripts of a job in a golden tree, with what the forge puts into its
// steps left to the environment.
func scriptsOf(t *testing.T, path, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../golden", path))
	if err != nil {
		t.Fatal(err)
	}
	var actions struct {
		Jobs map[string]struct{ Steps []struct{ Run string } }
	}
	var gitlab map[string]struct{ Script []string }
	var all []string
	if strings.HasSuffix(path, ".gitlab-ci.yml") {
		err = yaml.Unmarshal(text, &gitlab)
		all = gitlab[name].Script
	} else {
		err = yaml.Unmarshal(text, &actions)
		for _, step := range actions.Jobs["gen"].Steps {
			if strings.Contains(step.Run, "${{") { // what a pull request says must not become code
				t.Fatalf("an expression in a script: %s", step.Run)
			}
			if step.Run != "" && !strings.Contains(step.Run, "/usr/local/bin") && !strings.Contains(step.Run, "safe.directory") {
				all = append(all, step.Run)
			}
		}
	}
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: no script: %v", path, err)
	}
	return all
}
