package forge

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// found is what Renovate would find in a spec: Go and JavaScript read these expressions
// alike. An image is put together again, a chart is its repository, name and version.
func found(t *testing.T, spec string) (images, charts, pins []string) {
	t.Helper()
	for _, m := range managers() {
		re := regexp.MustCompile(m.MatchStrings[0])
		for _, match := range re.FindAllStringSubmatch(spec, -1) {
			get := func(name string) string {
				if i := re.SubexpIndex(name); i >= 0 {
					return match[i]
				}
				return ""
			}
			if get("currentValue") == "" && get("currentDigest") == "" {
				continue // a tag or a digest is what is raised
			}
			switch {
			case strings.HasPrefix(m.Description, "images"):
				image := get("depName")
				if v := get("currentValue"); v != "" {
					image += ":" + v
				}
				if d := get("currentDigest"); d != "" {
					image += "@" + d
				}
				images = append(images, image)
			case strings.HasPrefix(m.Description, "charts"):
				charts = append(charts, get("registryUrl")+get("registry")+" "+get("depName")+" "+get("currentValue"))
			default:
				pins = append(pins, strings.Join([]string{get("datasource"), get("depName"), get("registryUrl"), get("currentValue")}, " "))
			}
		}
	}
	return images, charts, pins
}

// TestRenovateFinds: each image and chart of every spec that is kept here is found, as it
// is written, and nothing else.
func TestRenovateFinds(t *testing.T) {
	image, chart := regexp.MustCompile(`\bimage: *"([^"\\]+)"`), regexp.MustCompile(`\bchart: *"([^"\\]+)"`)
	total := 0
	for _, pattern := range []string{"../../../golden/*/site.cue", "../../../examples/*/*.cue", "../../../site.cue"} {
		specs, err := filepath.Glob(pattern)
		if err != nil || len(specs) == 0 {
			t.Fatal(pattern, err)
		}
		for _, path := range specs {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, m := range image.FindAllStringSubmatch(string(data), -1) {
				if !strings.Contains(m[1], "://") { // the installer's, which is none of a registry
					want = append(want, m[1])
				}
			}
			images, charts, _ := found(t, string(data))
			if diff := cmp.Diff(want, images); diff != "" {
				t.Errorf("%s: images -want +got\n%s", path, diff)
			}
			if n := len(chart.FindAllString(string(data), -1)); n != len(charts) {
				t.Errorf("%s: %d charts, found %q", path, n, charts)
			}
			total += len(images) + len(charts)
		}
	}
	if total < 40 {
		t.Errorf("%d found in all: the test has become too narrow", total)
	}
}

func TestRenovateForms(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0123456789abcdef", 4)
	images, charts, pins := found(t, `
apps: a: image: "registry.example.com:5000/a/b:1.0@`+digest+`"
apps: b: {image: "example/b@`+digest+`", port: 1}
apps: c: image: "example/c"
apps: d: image: "ghcr.io/example/\(name):1.0"
apps: e: {
	image:
		"ghcr.io/example/e:1.0-rc.1_2"
}
hosts: h: installer: image: "https://images.example.org/kexec-6.12.tar.gz"
charts: loki: {
	repo: "https://grafana.github.io/helm-charts", chart: "loki"
	version: "6.30.1"
}
charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.1.0"}
// renovate: datasource=docker depName=cloudflare/cloudflared
versions: images: cloudflared: "2026.8.2"
versions: charts: {
	// renovate: datasource=helm depName=cilium registryUrl=https://helm.cilium.io
	cilium: "1.20.0"
}
`)
	for _, c := range []struct{ got, want []string }{
		{images, []string{"registry.example.com:5000/a/b:1.0@" + digest, "example/b@" + digest, "ghcr.io/example/e:1.0-rc.1_2"}},
		{charts, []string{"https://grafana.github.io/helm-charts loki 6.30.1", "ghcr.io/grafana/helm-charts grafana 10.1.0"}},
		{pins, []string{"docker cloudflare/cloudflared  2026.8.2", "helm cilium https://helm.cilium.io 1.20.0"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}

func filesOf(t *testing.T, s *site.Site) map[string]string {
	t.Helper()
	files, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range files {
		all[f.Path] = string(f.Data)
	}
	return all
}

// TestFiles: which there are, and that each is read back with the lines of the spec as
// they are there.
func TestFiles(t *testing.T) {
	const line = `echo "a: b" 'c' # ${{ x }} | & *d`
	for more, want := range map[string][]string{
		``: nil,
		`ci: {forge: "github", image: "example/gen:1"}`:                            {".github/workflows/gen.yml"},
		`ci: {forge: "forgejo", image: "example/gen:1", renovate: true}`:           {".forgejo/workflows/gen-renovate.yml", ".forgejo/workflows/gen.yml", "renovate.json"},
		`ci: {forge: "gitlab", install: [#"` + line + `"#], renovate: true}`:       {".gitlab-ci.yml", "renovate.json"},
		`ci: {forge: "github", install: ["true", #"` + line + `"#]}`:               {".github/workflows/gen.yml"},
		`ci: {forge: "gitlab", install: ["true"]}, repo: {path: "a", spec: "b c"}`: {".gitlab-ci.yml"},
	} {
		all := filesOf(t, gentest.Base(t, strings.ReplaceAll(more, "}, repo", "}\nrepo")))
		var names []string
		for name, text := range all {
			names = append(names, name)
			var data any
			if name == "renovate.json" {
				if err := json.Unmarshal([]byte(text), &data); err != nil {
					t.Error(err)
				}
			} else if err := yaml.UnmarshalStrict([]byte(text), &data); err != nil {
				t.Error(err)
			}
			if back, err := yaml.Marshal(data); strings.Contains(more, line) && strings.HasSuffix(name, "yml") && (err != nil || !strings.Contains(texts(data), line)) {
				t.Errorf("%s: the line is not there: %v\n%s", name, err, back)
			}
			if strings.Contains(more, "repo") && !strings.Contains(texts(data), "\ncd a\ngen check --spec '../b c'\n") {
				t.Errorf("output root and spec: %s", text)
			}
		}
		slices.Sort(names)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s: -want +got\n%s", more, diff)
		}
	}
}

// texts are all texts of some data, one below the other.
func texts(data any) string {
	switch data := data.(type) {
	case string:
		return data + "\n"
	case []any:
		var b strings.Builder
		for _, x := range data {
			b.WriteString(texts(x))
		}
		return b.String()
	case map[string]any:
		var b strings.Builder
		for _, x := range data {
			b.WriteString("\n" + texts(x))
		}
		return b.String()
	}
	return ""
}

// TestShellcheck reads the scripts as the jobs run them.
func TestShellcheck(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("SKIPPED: shellcheck is not installed: the scripts of the jobs are not read")
	}
	for _, parts := range [][]string{{"github", "summary"}, {"forgejo", "summary"}, {"gitlab", "summary"}, {"renovate"}, {"gitlab-renovate", "renovate"}} {
		text, err := script(parts...)
		if err != nil {
			t.Fatal(err)
		}
		// SC2154: the variables of the job's environment.
		cmd := exec.Command("shellcheck", "-s", "sh", "-e", "SC2154", "-")
		cmd.Stdin = strings.NewReader(string(text))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", parts, err, out)
		}
	}
}
