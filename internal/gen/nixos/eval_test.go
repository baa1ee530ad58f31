package nixos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/site"
)

// need finds a program, and fails without it where the tests have to be
// complete.
func need(t *testing.T, program, from string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed (Debian: %s)", program, from)
	}
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed (Debian: %s), and nothing is checked with it", program, from)
	}
	return path
}

// runNix runs nix-instantiate with a store of its own.
func runNix(t *testing.T, args ...string) []byte {
	t.Helper()
	program, dir := need(t, "nix-instantiate", "nix-bin"), t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(),
		"HOME="+dir, "NIX_STORE_DIR="+dir+"/store", "NIX_STATE_DIR="+dir+"/var", "NIX_CONF_DIR="+dir, "NIX_PATH=")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, errs.String())
	}
	return out.Bytes()
}

// write puts the site's files into a folder.
func write(t *testing.T, s *site.Site) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files(t, s) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// value is a Nix value that came back.
type value struct {
	t    *testing.T
	path string
	v    any
}

// host evaluates a host's files with testdata/stub.nix. kernel is the version
// that the host would run.
func host(t *testing.T, s *site.Site, name, kernel string) value {
	t.Helper()
	return eval(t, fmt.Sprintf("import %s %s %s %s", stubPath(t), write(t, s), strconv.Quote(name), strconv.Quote(kernel)))
}

func stubPath(t *testing.T) string {
	t.Helper()
	stub, err := filepath.Abs("testdata/stub.nix")
	if err != nil {
		t.Fatal(err)
	}
	return stub
}

func eval(t *testing.T, expr string) value {
	t.Helper()
	var v any
	if err := json.Unmarshal(runNix(t, "--eval", "--strict", "--json", "-E", expr), &v); err != nil {
		t.Fatal(err)
	}
	return value{t, "", v}
}

// at goes down one attribute for each name; it fails where there is none.
func (v value) at(names ...string) value {
	v.t.Helper()
	for _, name := range names {
		attrs, ok := v.v.(map[string]any)
		if ok {
			v.v, ok = attrs[name]
		}
		v.path += "." + name
		if !ok {
			v.t.Fatalf("there is no %s", strings.TrimPrefix(v.path, "."))
		}
	}
	return v
}

// has tells whether an attribute is there.
func (v value) has(name string) bool {
	attrs, ok := v.v.(map[string]any)
	_, there := attrs[name]
	return ok && there
}

// is compares with a value in Go's form of JSON.
func (v value) is(want any) {
	v.t.Helper()
	if diff := cmp.Diff(want, v.v); diff != "" {
		v.t.Errorf("%s is not as wanted (-want +got):\n%s", strings.TrimPrefix(v.path, "."), diff)
	}
}

func (v value) text() string {
	v.t.Helper()
	s, ok := v.v.(string)
	if !ok {
		v.t.Fatalf("%s is a %T", v.path, v.v)
	}
	return s
}

func (v value) contains(part string) {
	v.t.Helper()
	if !strings.Contains(v.text(), part) {
		v.t.Errorf("%s has no %q:\n%s", v.path, part, v.text())
	}
}

func list(items ...string) []any {
	l := make([]any, len(items))
	for i, item := range items {
		l[i] = item
	}
	return l
}

type attrs = map[string]any

func TestNixParsesEveryFile(t *testing.T) {
	t.Parallel()
	args := []string{"--parse"}
	for _, s := range cases(t) {
		dir := write(t, s)
		for path := range files(t, s) {
			if strings.HasSuffix(path, ".nix") {
				args = append(args, filepath.Join(dir, path))
			}
		}
	}
	runNix(t, args...)
}
