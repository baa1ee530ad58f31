package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Runner starts programs. Tests put stand-ins in its place.
type Runner interface {
	// Look finds a program by its name.
	Look(name string) (path string, err error)
	// Run runs a program to its end. A bad exit code is no error.
	Run(ctx context.Context, c Command) (Output, error)
}

// Command is one start of a program.
type Command struct {
	Path    string
	Args    []string
	Dir     string
	Env     []string // all of it; nothing is inherited
	Stdin   []byte
	Timeout time.Duration
}

// Output is what a program said.
type Output struct {
	Stdout, Stderr []byte
	Code           int
}

// System runs the programs of this machine.
type System struct{ Path string } // as the variable PATH

// Look finds a program in the absolute folders of Path: a program that happens to
// lie in the working directory is nobody's choice.
func (s System) Look(name string) (string, error) {
	for _, dir := range filepath.SplitList(s.Path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if p, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, exec.ErrNotFound)
}

// Run starts the program and waits, at most for the command's timeout.
func (s System) Run(ctx context.Context, c Command) (Output, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Dir, cmd.Env, cmd.Stdin = c.Dir, c.Env, bytes.NewReader(c.Stdin)
	// A child that holds the pipes open outlives a killed program.
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	out := Output{Stdout: stdout.Bytes(), Stderr: stderr.Bytes(), Code: cmd.ProcessState.ExitCode()}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return out, fmt.Errorf("%s did not end within %s", filepath.Base(c.Path), c.Timeout)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		err = nil
	}
	return out, err
}

// nowhere is a proxy that answers nobody (the discard port of this machine).
const nowhere = "http://127.0.0.1:9"

// environment is all that a program gets to see of ours: where programs are, and
// folders of its own. A program that honours the usual variables has no network.
func (w *work) environment(extra ...string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + w.home, "TMPDIR=" + w.home,
		"LC_ALL=C.UTF-8", "NO_COLOR=1", "TERM=dumb",
		"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
	}
	if system, ok := w.opts.Runner.(System); ok {
		env[0] = "PATH=" + system.Path
	}
	proxies := []string{"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
	if !w.opts.Network {
		for _, name := range proxies {
			env = append(env, name+"="+nowhere)
		}
		return append(env, extra...)
	}
	for _, name := range append(proxies, "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "NIX_SSL_CERT_FILE") {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return append(env, extra...)
}
