package verify

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// goTools are the programs that the module in tools/ holds.
var goTools = map[string]string{
	"age-keygen":  "filippo.io/age/cmd/age-keygen",
	"helm":        "helm.sh/helm/v3/cmd/helm",
	"kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform",
	"kustomize":   "sigs.k8s.io/kustomize/kustomize/v5",
	"sops":        "github.com/getsops/sops/v3/cmd/sops",
}

var (
	toolDir  string
	toolLock sync.Mutex
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "verify-tools-")
	if err != nil {
		panic(err)
	}
	toolDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// system is a runner that finds the named programs and no other. What is not on
// PATH is built from the tools' module, once. A program that cannot be had skips
// the test, and fails it in CI.
func system(t *testing.T, programs ...string) System {
	t.Helper()
	toolLock.Lock()
	defer toolLock.Unlock()
	dir := t.TempDir()
	for _, name := range programs {
		link(t, dir, name)
	}
	return System{Path: dir}
}

func link(t *testing.T, dir, name string) {
	t.Helper()
	p, err := exec.LookPath(name)
	// Helm and sops take minutes to compile, which nobody should meet unasked:
	// `make tools` installs them.
	large := name == "helm" || name == "sops"
	build := !large || os.Getenv("CI") != ""
	if pkg, ok := goTools[name]; ok && err != nil && build {
		p = filepath.Join(toolDir, name)
		if _, err = os.Stat(p); err != nil {
			cmd := exec.Command("go", "build", "-o", p, pkg)
			cmd.Dir = "../../tools"
			var out []byte
			if out, err = cmd.CombinedOutput(); err != nil {
				t.Logf("%s", out)
			}
		}
	}
	if err == nil {
		err = os.Symlink(p, filepath.Join(dir, name))
	}
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("%s is missing: %v", name, err)
	default:
		t.Skipf("NOT CHECKED: %s is missing: %v", name, err)
	}
}

// edit changes a file: old text to new everywhere in it, or all of it where old is "".
type edit struct{ file, old, new string }

// writeTree writes the small tree of testdata, with edits.
func writeTree(t *testing.T, edits ...edit) string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/tree.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	for _, e := range edits {
		if e.old == "" {
			files[e.file] = e.new
			continue
		}
		if !strings.Contains(files[e.file], e.old) {
			t.Fatalf("%s does not hold %q", e.file, e.old)
		}
		files[e.file] = strings.ReplaceAll(files[e.file], e.old, e.new)
	}
	dir := t.TempDir()
	for name, data := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func absolute(t *testing.T, p string) string {
	t.Helper()
	p, err := filepath.Abs(p)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// options are for a tree on disk.
func options(t *testing.T, dir string, runner Runner) Options {
	t.Helper()
	dir = absolute(t, dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return Options{Root: root, Dir: dir, Runner: runner}
}

// readWith lets one reader read a tree.
func readWith(t *testing.T, name string, opts Options) Result {
	t.Helper()
	w, err := newWork(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	for _, r := range readers() {
		if r.name == name {
			return r.read(context.Background(), w)
		}
	}
	t.Fatalf("there is no reader %q", name)
	return Result{}
}

// wantProblem wants one problem at least, at a path and with a text.
func wantProblem(t *testing.T, res Result, path, text string) {
	t.Helper()
	for _, p := range res.Problems {
		if p.Path == path && strings.Contains(p.Text, text) {
			return
		}
	}
	t.Errorf("%s: %s, want a problem at %s with %q, got %+v", res.Reader, res.State, path, text, res.Problems)
}
