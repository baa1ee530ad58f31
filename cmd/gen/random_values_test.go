package main

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// TestRandomValues reads the texts of random sites back out of the output, as the
// programs would, and wants what the spec says: environments and commands as a
// container gets them, records and comments as OpenTofu reads them, keys as Nix does.
func TestRandomValues(t *testing.T) {
	work := t.TempDir()
	path, out := filepath.Join(work, "site.cue"), filepath.Join(work, "out")
	seen := 0
	for seed := range uint64(12) {
		writeFile(t, path, string(sitetest.Seed(seed)))
		s, problems := rules.Load(spec.Source{Path: path})
		if s == nil {
			t.Fatal(problems)
		}
		if err := os.RemoveAll(out); err != nil {
			t.Fatal(err)
		}
		generateInto(t, path, out)
		for _, w := range slices.Concat(s.Clients, s.Apps) {
			got := map[string]container{}
			for _, file := range []string{"deployment", "statefulset", "cronjob-night", "cronjob-other"} {
				maps.Copy(got, containersRead(t, filepath.Join(out, filepath.FromSlash(s.ArgoDir()), filepath.FromSlash(w.Folder), file+".yaml")))
			}
			want := map[string]container{w.Name: {Command: w.Command, Args: w.Args, Env: w.Env}}
			for _, p := range processes(w) {
				want[p.Name] = container{Command: p.Command, Args: p.Args, Env: p.Env}
			}
			seen += len(w.Env)
			if len(got) != len(want) {
				t.Errorf("seed %d: %s has %d containers, and should have %d", seed, w.Name, len(got), len(want))
			}
			for name, want := range want {
				got := got[name]
				maps.DeleteFunc(got.Env, func(name, _ string) bool { return slices.Contains(w.Secrets, name) })
				if diff := cmp.Diff(want.texts(), got.texts()); diff != "" {
					t.Errorf("seed %d: %s of %s (-spec +container):\n%s", seed, name, w.Name, diff)
				}
			}
		}
		for _, c := range s.Charts {
			if len(c.Chart.Values) == 0 {
				continue
			}
			seen++
			got := valuesRead(t, filepath.Join(out, filepath.FromSlash(s.ArgoDir()), "apps", c.Name+".yaml"))
			if diff := cmp.Diff(asJSON(t, c.Chart.Values), got); diff != "" {
				t.Errorf("seed %d: values of %s (-spec +Argo CD):\n%s", seed, c.Name, diff)
			}
		}
		literals := terraformTexts(t, filepath.Join(out, filepath.FromSlash(s.TerraformDir())))
		for _, z := range s.Zones {
			for _, r := range z.Records {
				texts := []string{r.Comment}
				if r.Type == "TXT" { // a quoted string; none of these is longer than one holds
					texts = append(texts, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(r.Content)+`"`)
				}
				for _, text := range texts {
					if text != "" && !literals[text] {
						t.Errorf("seed %d: %s: no text of the Terraform root reads %q", seed, r.Name+" "+r.Type, text)
					}
					seen++
				}
			}
		}
		if seed < 3 {
			keysInNix(t, seed, s, out)
		}
	}
	if seen < 50 {
		t.Errorf("only %d texts were read back: the test has become too narrow", seen)
	}
}

// valuesRead is what Argo CD reads as a chart's values.
func valuesRead(t *testing.T, file string) any {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	type source struct{ Helm struct{ ValuesObject any } }
	var a struct {
		Spec struct {
			Source  source
			Sources []source
		}
	}
	if err := yaml.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	return asJSON(t, append(a.Spec.Sources, a.Spec.Source)[0].Helm.ValuesObject)
}

// asJSON is data as JSON has it: whole numbers are numbers like others.
func asJSON(t *testing.T, v any) (out any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type container struct {
	Command, Args []string
	Env           map[string]string
	Health        string // path of the liveness probe, as written
}

// texts is the container with no difference between none and nil.
func (c container) texts() [][]string {
	var env []string
	for name, value := range c.Env {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return [][]string{append([]string{}, c.Command...), append([]string{}, c.Args...), append([]string{}, env...)}
}

// processes are what runs with a workload.
func processes(w *site.Workload) []site.Process {
	all := slices.Concat(w.Init, w.Sidecars)
	for _, j := range w.Jobs {
		all = append(all, j.Process)
	}
	return all
}

// containersRead is what the containers of a Deployment, StatefulSet or CronJob get, by
// name; none where there is no such file.
func containersRead(t *testing.T, file string) map[string]container {
	t.Helper()
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	type read struct {
		Name          string
		Command, Args []string
		Env           []struct{ Name, Value string }
		LivenessProbe struct{ HTTPGet struct{ Path string } }
	}
	type template struct {
		Spec struct{ Containers, InitContainers []read }
	}
	var d struct {
		Spec struct {
			Template    template
			JobTemplate struct{ Spec struct{ Template template } }
		}
	}
	if err := yaml.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	all := map[string]container{}
	for _, pod := range []template{d.Spec.Template, d.Spec.JobTemplate.Spec.Template} {
		for _, c := range slices.Concat(pod.Spec.Containers, pod.Spec.InitContainers) {
			got := container{Env: map[string]string{}, Health: c.LivenessProbe.HTTPGet.Path}
			for _, e := range c.Env {
				got.Env[e.Name] = kubeletReads(e.Value)
			}
			for _, a := range c.Command {
				got.Command = append(got.Command, kubeletReads(a))
			}
			for _, a := range c.Args {
				got.Args = append(got.Args, kubeletReads(a))
			}
			all[c.Name] = got
		}
	}
	return all
}

// keysInNix wants each key of each user, comment and all, among the values of the
// host's modules.
func keysInNix(t *testing.T, seed uint64, s *site.Site, out string) {
	t.Helper()
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is missing: apt-get install nix-bin")
		}
		t.Log("NOT CHECKED: nix-instantiate is missing, no key is read back")
		return
	}
	for _, h := range s.Hosts {
		var v any
		if err := json.Unmarshal(hostValues(t, nix, out, h.Name), &v); err != nil {
			t.Fatal(err)
		}
		var texts []string
		collect(v, &texts)
		for _, u := range h.Users {
			for _, key := range u.Keys {
				if !slices.Contains(texts, key) {
					t.Errorf("seed %d: %s: no value reads %q", seed, h.Name, key)
				}
			}
		}
	}
}
