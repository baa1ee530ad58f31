package prove

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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

// nixWords are the names and simple texts of a file of Nix.
var nixWords = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_'-]*|"[^"$\\\n]*"`)

// ParseNix has nix-instantiate print a file in one form: without comments, its attributes in an
// order that does not depend on theirs. Older releases of Nix print them in the order in which
// it first saw their names, so it is shown all of them sorted before.
func ParseNix(program string) func(ctx context.Context, file []byte) ([]byte, error) {
	return func(ctx context.Context, file []byte) ([]byte, error) {
		dir, err := os.MkdirTemp("", "gen-prove-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		var names []string
		for _, word := range nixWords.FindAllString(string(file), -1) {
			names = append(names, strings.Trim(word, `"`))
		}
		slices.Sort(names)
		var text bytes.Buffer
		text.WriteString("[ {")
		for _, name := range slices.Compact(names) {
			fmt.Fprintf(&text, " %q = 0;", name)
		}
		fmt.Fprintf(&text, " } (\n%s\n) ]", file)
		return runNix(ctx, program, dir, text.Bytes(), "--parse", "-")
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
