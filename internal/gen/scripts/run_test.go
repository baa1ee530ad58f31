package scripts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sitegen/internal/site"
)

// run is one run of a script in a checkout of its own.
type run struct {
	t    *testing.T
	root string   // the output root
	dir  string   // of the stand-ins
	env  []string // beside PATH, HOME and the waiting times
	wait string   // WAIT_SECONDS; "0" gives up after one try
}

// result is how a run ended.
type result struct {
	t      *testing.T
	exit   int
	output string // stdout and stderr together
	calls  []call
}

// newRun writes the site's scripts and the files that they look for.
func newRun(t *testing.T, s *site.Site) *run {
	t.Helper()
	r := &run{t: t, root: filepath.Join(t.TempDir(), "a checkout"), dir: t.TempDir()}
	for path, text := range files(t, s) {
		r.write(path, text, 0o755)
	}
	r.write("flake.nix", "{ }", 0o644)
	r.write("flake.lock", `{"nodes": {"root": {"inputs": {"nixos-anywhere": "nixos-anywhere"}}}}`, 0o644)
	r.write(".gitignore", "*.key\n", 0o644)
	for _, h := range s.Hosts {
		r.write("machines/"+h.Name+"/default.nix", "{ }", 0o644)
		r.write(h.Name+".key", "AGE-SECRET-KEY-1TEST\n", 0o600)
		r.write(h.HostSecrets(), "sops: recipient: "+h.Age+"\n", 0o644)
	}
	r.write(s.K8sSecrets(), "sops:\n", 0o644)
	for _, a := range s.ArgoSecrets() {
		r.write(a.File(), "sops: recipient: "+s.ArgoCD.Key+"\n", 0o644)
	}
	for _, name := range standIns {
		if err := os.Symlink(standInBinary, filepath.Join(r.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// newCheckout is a run whose files are committed.
func newCheckout(t *testing.T, s *site.Site) *run {
	t.Helper()
	r := newRun(t, s)
	// The site's repository is this checkout itself.
	r.env = append(r.env, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+r.root+".insteadOf", "GIT_CONFIG_VALUE_0="+s.Repo.URL)
	r.git("init", "-q", "--template=", "-b", "main")
	r.commit()
	return r
}

func (r *run) write(path, text string, mode os.FileMode) {
	r.t.Helper()
	file := filepath.Join(r.root, path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		r.t.Fatal(err)
	}
}

func (r *run) remove(path string) {
	r.t.Helper()
	if err := os.Remove(filepath.Join(r.root, path)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *run) read(path string) string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.root, path))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

func (r *run) git(args ...string) {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", r.root, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "-c", "maintenance.auto=false", "-c", "gc.auto=0"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (r *run) commit() {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "state")
}

// script runs a script with the rules, the given standard input and arguments.
// Rules that stand earlier win.
func (r *run) script(name string, rules []rule, stdin string, args ...string) result {
	r.t.Helper()
	data, err := json.Marshal(rules)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "rules.json"), data, 0o600); err != nil {
		r.t.Fatal(err)
	}
	_ = os.Remove(filepath.Join(r.dir, "calls"))
	home := filepath.Join(r.dir, "home")
	tmp := filepath.Join(r.dir, "tmp")
	for _, dir := range []string{home, tmp} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			r.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(r.t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", append([]string{filepath.Join(r.root, "scripts", name)}, args...)...)
	cmd.Dir = r.t.TempDir() // a script finds its files from anywhere
	cmd.Env = append([]string{
		"PATH=" + r.dir + ":" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + tmp,
		"POLL_SECONDS=0.05", "WAIT_SECONDS=" + cmp.Or(r.wait, "60"),
	}, r.env...)
	cmd.Stdin = strings.NewReader(stdin)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 10 * time.Second
	err = cmd.Run()
	if err != nil && cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	left, err := os.ReadDir(tmp)
	if err != nil || len(left) > 0 {
		r.t.Errorf("the script left %v behind (%v)", left, err)
	}
	return result{t: r.t, exit: cmd.ProcessState.ExitCode(), output: out.String(), calls: readCalls(r.dir)}
}

// want checks the exit status and texts of the output.
func (x result) want(exit int, texts ...string) result {
	x.t.Helper()
	if x.exit != exit {
		x.t.Errorf("exit %d, want %d\n%s", x.exit, exit, x.output)
	}
	for _, text := range texts {
		if !strings.Contains(x.output, text) {
			x.t.Errorf("the output lacks %q\n%s", text, x.output)
		}
	}
	if exit == 1 && !strings.Contains(x.output, "next: ") {
		x.t.Errorf("the failure does not say what to do next\n%s", x.output)
	}
	return x
}

// find returns the calls whose line contains every text.
func (x result) find(texts ...string) []call {
	var found []call
	for _, c := range x.calls {
		all := true
		for _, text := range texts {
			all = all && strings.Contains(c.line(), text)
		}
		if all {
			found = append(found, c)
		}
	}
	return found
}

// called checks that there was such a call.
func (x result) called(texts ...string) result {
	x.t.Helper()
	if len(x.find(texts...)) == 0 {
		x.t.Errorf("no call with %q", texts)
	}
	return x
}

// never checks that there was no such call.
func (x result) never(texts ...string) result {
	x.t.Helper()
	for _, c := range x.find(texts...) {
		x.t.Errorf("there was the call %s", c.line())
	}
	return x
}

// gone checks that the processes of such calls have ended.
func (x result) gone(texts ...string) {
	x.t.Helper()
	calls := x.find(texts...)
	if len(calls) == 0 {
		x.t.Errorf("no call with %q", texts)
	}
	for _, c := range calls {
		if err := syscall.Kill(c.PID, 0); err == nil {
			x.t.Errorf("still running: %s", c.line())
		}
	}
}
