package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// nixReader evaluates Nix files with nix-instantiate: with nothing of nixpkgs, outside of
// any store, and without the rest of the machine (restrict-eval).
type nixReader struct {
	program string // "" where it is not on PATH
	dir     string // the tree on disk
}

const nixTimeout = 20 * time.Second

func newNixReader(dir string) *nixReader {
	program, err := exec.LookPath("nix-instantiate")
	if err != nil || dir == "" {
		return &nixReader{}
	}
	if dir, err = filepath.Abs(dir); err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return &nixReader{}
	}
	return &nixReader{program, dir}
}

// unknownValue stands for a value that depends on nixpkgs, or on other files.
const unknownValue = "<unknown to gen import>"

// module are the settings of a NixOS module, as far as they do not depend on others.
func (n *nixReader) module(f *file) (map[string]any, error) {
	return n.eval(fmt.Sprintf(`let
  file = import %s;
  stubs = %s;
  args = builtins.functionArgs file;
  all = if args == { } then stubs else builtins.mapAttrs (name: _: stubs.${name} or (throw "unknown")) args;
in if builtins.isFunction file then file all else file`, nixString(filepath.Join(n.dir, filepath.FromSlash(f.path))), stubs(string(f.data))))
}

// attributes are those of an expression that is cut out of a file.
func (n *nixReader) attributes(text string) (map[string]any, error) {
	return n.eval("with " + stubs(text) + ";\n" + text)
}

// nixString is a text as Nix has it.
func nixString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `${`, `\${`).Replace(s) + `"`
}

var identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_'-]*`)

// stubs are values for all names of a text: shells by their name, mkDefault and mkForce
// as what they are given; the others are unknown, which tryEval catches.
func stubs(text string) string {
	names := map[string]bool{"pkgs": true, "lib": true}
	for _, name := range identifier.FindAllString(text, -1) {
		if !slices.Contains([]string{"if", "then", "else", "let", "in", "with", "rec", "inherit", "assert", "or", "true", "false", "null", "import", "builtins"}, name) {
			names[name] = true
		}
	}
	var b strings.Builder
	b.WriteString("(let all = {\n")
	for _, name := range slices.Sorted(maps.Keys(names)) {
		value := `throw "unknown"`
		switch name {
		case "pkgs", "lib":
			value = "all"
		case "bash", "zsh", "fish":
			value = nixString(name)
		case "mkDefault", "mkForce":
			value = "v: v"
		}
		b.WriteString(nixString(name) + " = " + value + ";\n")
	}
	b.WriteString("}; in all)")
	return b.String()
}

// walk makes what can be known of a value, as JSON.
const walk = `let
  unknown = "` + unknownValue + `";
  walk = depth: v: let t = builtins.tryEval v; in
    if !t.success || depth > 30 then unknown
    else if builtins.isAttrs t.value then
      (if t.value ? outPath || t.value ? __toString then unknown else builtins.mapAttrs (_: walk (depth + 1)) t.value)
    else if builtins.isList t.value then map (walk (depth + 1)) t.value
    else if builtins.isFunction t.value then unknown
    else if builtins.isPath t.value then toString t.value
    else t.value;
in walk 0 (
`

func (n *nixReader) eval(expr string) (map[string]any, error) {
	if n.program == "" {
		return nil, fmt.Errorf("nix-instantiate is not on PATH, which reads it")
	}
	ctx, cancel := context.WithTimeout(context.Background(), nixTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, n.program, "--eval", "--json", "--strict", "--store", "dummy://",
		"--option", "restrict-eval", "true", "--option", "allow-import-from-derivation", "false", "-I", "tree="+n.dir, "-")
	cmd.Stdin = strings.NewReader(walk + expr + "\n)")
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("is not evaluated by Nix: %s", lastLine(errs.String()))
	}
	var v any
	if err := json.Unmarshal(out.Bytes(), &v); err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is no set of attributes")
	}
	return m, nil
}

// lastLine is what Nix says last of an error, without the place on this machine.
func lastLine(text string) string {
	last := "no message"
	for line := range strings.Lines(text) {
		if _, message, ok := strings.Cut(line, "error: "); ok && strings.TrimSpace(message) != "" {
			last = plain(message)
		}
	}
	return last
}
