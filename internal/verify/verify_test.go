package verify

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func runAll(t *testing.T, opts Options) *Report {
	t.Helper()
	report, err := Run(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestMissing wants nothing of a missing program to be silent.
func TestMissing(t *testing.T) {
	opts := options(t, writeTree(t), &standIns{})
	opts.Require = []string{"shellcheck", "tofu"}
	report := runAll(t, opts)
	for _, res := range report.Results {
		program := ""
		for _, r := range readers() {
			if r.name == res.Reader && len(r.programs) > 0 {
				program = r.programs[0]
			}
		}
		if program == "" {
			want, special := map[string]State{"secrets": Partly, "projects": Nothing}[res.Reader]
			if !special {
				want = OK
			}
			if res.State != want {
				t.Errorf("%s: %s %v", res.Reader, res.State, res.Problems)
			}
			continue
		}
		if res.State != Skipped || !strings.Contains(res.Reason, program) || res.Install == "" {
			t.Errorf("%s: %s, reason %q, install %q", res.Reader, res.State, res.Reason, res.Install)
		}
	}
	var unmet []string
	for _, res := range report.Unmet() {
		unmet = append(unmet, res.Reader)
	}
	if diff := cmp.Diff([]string{"terraform-fmt", "terraform-validate", "shellcheck"}, unmet); diff != "" {
		t.Errorf("required and not run:\n%s", diff)
	}
	opts.Require = []string{"all"}
	if unmet := runAll(t, opts).Unmet(); len(unmet) != len(readers())-4 {
		t.Errorf("all: %d unmet", len(unmet))
	}
	opts.Require = []string{"shelcheck"}
	if _, err := Run(context.Background(), opts); err == nil || !strings.Contains(err.Error(), `no reader "shelcheck"`) {
		t.Errorf("unknown reader: %v", err)
	}
}

// TestNothing tells a tree without artifacts from one that is fine.
func TestNothing(t *testing.T) {
	for _, res := range runAll(t, options(t, t.TempDir(), &standIns{})).Results {
		if res.State != Nothing {
			t.Errorf("%s: %s", res.Reader, res.State)
		}
	}
}

// TestUntouched wants the tree to be the same after every reader ran, and no
// private file in the copy they get.
func TestUntouched(t *testing.T) {
	dir := writeTree(t, edit{"web1.key", "", "AGE-SECRET-KEY-1"}, edit{"k8s/terraform-demo/terraform.tfstate", "", "{}"})
	before := snapshot(t, dir)
	opts := options(t, dir, system(t, "bash", "kustomize", "nix-instantiate", "shellcheck", "sops"))
	for _, res := range runAll(t, opts).Results {
		if res.State == Failed {
			t.Errorf("%s: %v", res.Reader, res.Problems)
		}
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("the tree changed:\n%s", diff)
	}
	w, err := newWork(opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"web1.key", "k8s/terraform-demo/terraform.tfstate"} {
		if w.read(p) != nil {
			t.Errorf("%s was copied", p)
		}
	}
	w.close()
	if _, err := os.Stat(w.temp); err == nil {
		t.Errorf("%s is left", w.temp)
	}
}

func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data := ""
		if !d.IsDir() {
			content, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			data = string(content)
		}
		files[p] = info.Mode().String() + info.ModTime().String() + data
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestScope wants only gen's own files to be verified where a manifest names them,
// and what lies beside them to be there.
func TestScope(t *testing.T) {
	dir := writeTree(t,
		edit{".sitegen.sum", "", strings.Repeat("0", 64) + "  k8s/argocd-demo/shop/kustomization.yaml\n" + strings.Repeat("0", 64) + "  gone.yaml\n"},
		edit{"charts/templates/x.yaml", "", "{{ not yaml"},
		edit{".git/config.yaml", "", "{"})
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "k8s", "argocd-demo", "shop", "link.yaml")); err != nil {
		t.Fatal(err)
	}
	w, err := newWork(options(t, dir, &standIns{}))
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	if diff := cmp.Diff([]string{"k8s/argocd-demo/shop/kustomization.yaml"}, w.own); diff != "" {
		t.Errorf("own:\n%s", diff)
	}
	if !w.has("k8s/argocd-demo/shop/service.yaml") || w.has("k8s/argocd-demo/shop/link.yaml") || w.has("charts/templates/x.yaml") {
		t.Errorf("copied: %q", w.all)
	}
}

// TestManifest wants the manifest to be read as everywhere: both sides of a merge,
// and none of it when it is damaged.
func TestManifest(t *testing.T) {
	line := strings.Repeat("0", 64) + "  k8s/argocd-demo/shop/"
	dir := writeTree(t, edit{".sitegen.sum", "", "<<<<<<< HEAD\n" + line + "service.yaml\n=======\n" + line + "kustomization.yaml\n>>>>>>> b\n"})
	w, err := newWork(options(t, dir, &standIns{}))
	if err != nil {
		t.Fatal(err)
	}
	w.close()
	if diff := cmp.Diff([]string{"k8s/argocd-demo/shop/kustomization.yaml", "k8s/argocd-demo/shop/service.yaml"}, w.own); diff != "" {
		t.Errorf("own:\n%s", diff)
	}
	dir = writeTree(t, edit{".sitegen.sum", "", line + "service.yaml\n0  x\n"})
	if _, err := newWork(options(t, dir, &standIns{})); err == nil || !strings.Contains(err.Error(), "line 2 is not a hash") {
		t.Errorf("a damaged manifest: %v", err)
	}
}

// TestSystem wants programs to have a time limit, an environment of their own, and
// to be found in absolute folders only.
func TestSystem(t *testing.T) {
	s := system(t, "bash")
	if _, err := (System{Path: "."}).Look("verify_test.go"); err == nil {
		t.Error("found a program in the working directory")
	}
	bash, err := s.Look("bash")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = s.Run(context.Background(), Command{Path: bash, Args: []string{"-c", "while :; do :; done"}, Timeout: 100 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "did not end within") || time.Since(start) > time.Minute {
		t.Errorf("%v after %s", err, time.Since(start))
	}
	out, err := s.Run(context.Background(), Command{Path: bash, Args: []string{"-c", "cat() { while read -r l; do echo $l; done; }; cat; exit 3"}, Stdin: []byte("in\n"), Timeout: time.Minute})
	if err != nil || out.Code != 3 || string(out.Stdout) != "in\n" {
		t.Errorf("%v %+v", err, out)
	}
	if _, err := s.Run(context.Background(), Command{Path: "/nowhere/x", Timeout: time.Minute}); err == nil {
		t.Error("a program that is not there ran")
	}

	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
	w := &work{opts: Options{Runner: s}, home: "/h"}
	env := strings.Join(w.environment("X=1"), "\n")
	for want, is := range map[string]bool{"AWS_SECRET_ACCESS_KEY": false, "proxy.example": false, "HTTPS_PROXY=" + nowhere: true, "HOME=/h": true, "PATH=" + s.Path: true, "X=1": true} {
		if strings.Contains(env, want) != is {
			t.Errorf("%q in the environment: %t\n%s", want, !is, env)
		}
	}
	w.opts.Network = true
	if env := strings.Join(w.environment(), "\n"); !strings.Contains(env, "HTTPS_PROXY=http://proxy.example:3128") || strings.Contains(env, nowhere) {
		t.Errorf("with the network: %s", env)
	}
}

// TestTable holds what people get to read, and that colours change no width.
func TestTable(t *testing.T) {
	report := &Report{Results: []Result{
		{Reader: "yaml", Kind: "YAML files", Artifacts: []string{"a", "b"}, State: OK, Took: 1230 * time.Millisecond},
		{Reader: "nix-parse", Program: "nix-instantiate", Kind: "Nix files", Artifacts: []string{"x,y.nix"}, State: Failed,
			Problems: []Problem{{"x,y.nix", 3, "50% bad\nhere"}}, Notes: []string{"a part was left out"}},
		{Reader: "bash", Kind: "scripts", Artifacts: []string{"s.sh"}, State: Skipped, Reason: "bash is not on PATH", Install: "get bash", Required: true},
		{Reader: "secrets", Kind: "secret files", Artifacts: []string{"x", "y"}, State: Partly, Notes: []string{"y: there is no encrypted file yet"}},
		{Reader: "sops", Kind: "secret files", Artifacts: []string{}, State: Nothing},
	}}
	const want = `ARTIFACTS       READER                       RESULT   TIME
2 YAML files    yaml                         ok       1.2s
x,y.nix         nix-parse (nix-instantiate)  FAIL     0.0s
s.sh            bash                         skipped  -
2 secret files  secrets                      partly   0.0s
0 secret files  sops                         -        -
`
	for _, color := range []bool{false, true} {
		var text bytes.Buffer
		if err := report.Table(&text, color); err != nil {
			t.Fatal(err)
		}
		if color == (text.String() == want) {
			t.Errorf("with colour %v:\n%s", color, text.String())
		}
		if diff := cmp.Diff(want, escapes.ReplaceAllString(text.String(), "")); diff != "" {
			t.Errorf("with colour %v:\n%s", color, diff)
		}
	}
	var gaps []Gap
	for _, res := range report.Results {
		gaps = append(gaps, res.Gaps()...)
	}
	if diff := cmp.Diff([]Gap{{"a part was left out", ""}, {"s.sh by bash: bash is not on PATH", "get bash"}, {"y: there is no encrypted file yet", ""}}, gaps); diff != "" {
		t.Errorf("gaps:\n%s", diff)
	}
}

// TestPlace: a line is one of the file that the message is about, and of no file that
// does not have it.
func TestPlace(t *testing.T) {
	const shop, service = "k8s/argocd-demo/shop/kustomization.yaml", "k8s/argocd-demo/shop/service.yaml"
	w, err := newWork(options(t, writeTree(t), &standIns{}))
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	j := &job{work: w}
	for text, want := range map[string]Problem{
		shop + ":2: bad":     {Path: shop, Line: 2},
		"yaml: line 3: bad":  {Path: shop, Line: 3},
		"yaml: line 38: bad": {Path: shop},
		"accumulating resources from 'service.yaml': MalformedYAMLError: yaml: line 4: bad in File: service.yaml": {Path: service, Line: 4},
		"yaml: line 38: bad in File: service.yaml":                                                                {Path: service},
		"none.yaml: line 3: bad":         {Path: shop, Line: 3},
		"line 99999999999999999999: bad": {Path: shop},
		"bad":                            {Path: shop},
	} {
		if at, line := j.place(text, shop); at != want.Path || line != want.Line {
			t.Errorf("%q: %s:%d, want %s:%d", text, at, line, want.Path, want.Line)
		}
	}
}

// TestNoValues: a release without values is one, and a tree without a manifest is
// read whole: whatever its Terraform says, nothing panics.
func TestNoValues(t *testing.T) {
	const old = `[file("${path.module}/values/demo.yaml")]`
	for _, values := range []string{"null", "[]", "{}", "[null]", `"x"`, "{ a = 1 }", "true", `[["x"]]`} {
		opts := options(t, writeTree(t, edit{"k8s/terraform-demo/demo.tf", old, values}), &standIns{})
		w, err := newWork(opts)
		if err != nil {
			t.Fatal(err)
		}
		found, err := w.releases(terraformRoot)
		if fine := values == "null" || values == "[]"; (err == nil) != fine || fine && (len(found) != 1 || len(found[0].values) != 0) {
			t.Errorf("values = %s: %v, %v", values, found, err)
		}
		w.close()
	}
	for _, data := range []string{"", "# nothing\n", "creation_rules:\n- age: &a [*a]\n", "[1]"} {
		if _, err := readSops([]byte(data)); err == nil {
			t.Errorf("%q was taken for creation rules", data)
		}
	}
}
