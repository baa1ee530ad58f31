package prove

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// nixTime is the most that Nix gets: it reads some dozens of small files.
const nixTime = time.Minute

// WithNix runs nix-instantiate on a copy of the files, with a store of its own, which stays empty.
func WithNix(program string) func(ctx context.Context, files map[string][]byte, function string) ([]byte, error) {
	return func(ctx context.Context, files map[string][]byte, function string) ([]byte, error) {
		dir, err := os.MkdirTemp("", "gen-prove-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		tree := filepath.Join(dir, "tree")
		for name, data := range files {
			file := filepath.Join(tree, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, data, 0o600)); err != nil {
				return nil, err
			}
		}
		return runNix(ctx, program, dir, nil, "--eval", "--strict", "--json", "--option", "restrict-eval", "true", "--option", "allow-import-from-derivation", "false", "-I", tree, "-E", "("+function+") "+tree)
	}
}

// ParseNix has nix-instantiate print a file in one form: without comments, its attributes sorted.
func ParseNix(program string) func(ctx context.Context, file []byte) ([]byte, error) {
	return func(ctx context.Context, file []byte) ([]byte, error) {
		dir, err := os.MkdirTemp("", "gen-prove-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		return runNix(ctx, program, dir, file, "--parse", "-")
	}
}

// runNix runs it with a store of its own in a folder. Messages name files of the tree there as the tree does.
func runNix(ctx context.Context, program, dir string, stdin []byte, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, nixTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "NIX_STORE_DIR=" + dir + "/store", "NIX_STATE_DIR=" + dir + "/var", "NIX_CONF_DIR=" + dir, "NIX_PATH="}
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		text := strings.ReplaceAll(strings.TrimSpace(errs.String()), filepath.Join(dir, "tree")+"/", "")
		return nil, fmt.Errorf("%s", lastError(text))
	}
	return out.Bytes(), nil
}

// lastError is what Nix says at the end of a trace.
func lastError(text string) string {
	if i := strings.LastIndex(text, "error: "); i >= 0 {
		text = text[i+len("error: "):]
	}
	text, _, _ = strings.Cut(text, "\n\n")
	return strings.Join(strings.Fields(text), " ")
}
