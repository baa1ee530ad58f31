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

// TestCI runs the jobs of docs/CI.md against stand-ins of the forges' APIs, with a gen that
// says what it was asked: the first run writes a comment, the second edits it, a class that
// is not accepted fails the job after the comment.
func TestCI(t *testing.T) {
	for _, program := range []string{"curl", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skipf("SKIPPED: %s is not installed: the jobs of docs/CI.md are not run", program)
		}
	}
	page, err := os.ReadFile("../../docs/CI.md")
	if err != nil {
		t.Fatal(err)
	}
	jobs := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(jobs) != 3 {
		t.Fatalf("%d jobs", len(jobs))
	}
	for i, forge := range []struct {
		name       string
		list, one  string
		edit       string
		header     [2]string
		env        func(url string) []string
		labelsName string
	}{
		{"github", `^/repos/example/infra/issues/5/comments$`, `^/repos/example/infra/issues/comments/(\d+)$`, http.MethodPatch, [2]string{"Authorization", "Bearer t"}, func(url string) []string {
			return []string{"API=" + url + "/repos/example/infra", "TOKEN=t", "NUMBER=5", "BASE=main"}
		}, "LABELS"},
		{"forgejo", `^/api/v1/repos/example/infra/issues/5/comments$`, `^/api/v1/repos/example/infra/issues/comments/(\d+)$`, http.MethodPatch, [2]string{"Authorization", "token t"}, func(url string) []string {
			return []string{"API=" + url + "/api/v1/repos/example/infra", "TOKEN=t", "NUMBER=5", "BASE=main"}
		}, "LABELS"},
		{"gitlab", `^/api/v4/projects/9/merge_requests/5/notes$`, `^/api/v4/projects/9/merge_requests/5/notes/(\d+)$`, http.MethodPut, [2]string{"Private-Token", "t"}, func(url string) []string {
			return []string{"CI_API_V4_URL=" + url + "/api/v4", "GEN_TOKEN=t", "CI_PROJECT_ID=9", "CI_MERGE_REQUEST_IID=5", "CI_MERGE_REQUEST_DIFF_BASE_SHA=main"}
		}, "CI_MERGE_REQUEST_LABELS"},
	} {
		t.Run(forge.name, func(t *testing.T) {
			t.Parallel()
			api := &comments{list: regexp.MustCompile(forge.list), one: regexp.MustCompile(forge.one), edit: forge.edit, header: forge.header}
			server := httptest.NewServer(api)
			defer server.Close()
			dir := t.TempDir()
			standIn(t, dir, "gen", "#!/bin/sh\nprintf '%s\\n%s\\n' '"+summary.Marker+"' \"$*\"\nexit $GEN_CODE\n")
			standIn(t, dir, "git", "#!/bin/sh\necho base\n")
			job := func(code, labels string, extra ...string) int {
				cmd := exec.Command("sh", "-c", scriptOf(t, jobs[i][1]))
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

// scriptOf is the last script of a job, with what the forge puts into its steps left to
// the environment.
func scriptOf(t *testing.T, text string) string {
	t.Helper()
	var job struct {
		Jobs map[string]struct{ Steps []struct{ Run string } }
		Gen  struct{ Script []string }
	}
	if err := yaml.Unmarshal([]byte(text), &job); err != nil {
		t.Fatal(err)
	}
	if n := len(job.Gen.Script); n > 0 {
		return job.Gen.Script[n-1]
	}
	steps := job.Jobs["gen"].Steps
	if len(steps) == 0 || strings.Contains(steps[len(steps)-1].Run, "${{") { // what a pull request says must not become code
		t.Fatalf("no script, or one with an expression in it: %+v", steps)
	}
	return steps[len(steps)-1].Run
}
