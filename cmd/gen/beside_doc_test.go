package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// besideExample is a section of docs/BESIDE.md: what it adds to the spec, and the
// user's files.
type besideExample struct {
	title string
	spec  string
	files map[string]string
}

// besideExamples reads the page. A block of CUE is a piece of the spec; another one
// is the file that its first line names.
func besideExamples(t *testing.T) []besideExample {
	t.Helper()
	page, err := os.ReadFile("../../docs/BESIDE.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []besideExample
	for _, section := range strings.Split(string(page), "\n## ")[1:] {
		title, _, _ := strings.Cut(section, "\n")
		e := besideExample{title: title, files: map[string]string{}}
		for _, block := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$").FindAllStringSubmatch(section, -1) {
			switch block[1] {
			case "cue":
				e.spec += block[2]
				continue
			case "dockerfile", "sh":
				continue
			}
			name, _, _ := strings.Cut(strings.TrimPrefix(block[2], "# "), "\n")
			e.files[name] = block[2]
		}
		if e.spec == "" && len(e.files) == 0 {
			t.Errorf("%s has no example", title)
		}
		all = append(all, e)
	}
	return all
}

// TestBeside runs the examples of docs/BESIDE.md, all of them in one site: the spec is
// sound, and gen check takes the tree with the user's files in it, and lists them.
func TestBeside(t *testing.T) {
	base, err := os.ReadFile("../../site.cue")
	if err != nil {
		t.Fatal(err)
	}
	ignored, err := os.ReadFile("../../out/.gitignore")
	if err != nil {
		t.Fatal(err)
	}
	examples := besideExamples(t)
	t.Chdir(t.TempDir())
	put(t, ".git/HEAD", "")
	put(t, "site.cue", string(base))
	put(t, "out/.gitignore", string(ignored)) // in the place of gen's
	spec := "package site\n"
	for _, e := range examples {
		spec += e.spec
		for name, text := range e.files {
			put(t, filepath.Join("out", name), text)
		}
	}
	put(t, "more.cue", spec)
	if code, text := runGen(t); code != exitFine {
		t.Fatalf("gen: exit %d\n%s", code, text)
	}
	code, text := runGen(t, "check")
	if code != exitFine {
		t.Fatalf("gen check: exit %d\n%s", code, text)
	}
	for _, e := range examples {
		for name, file := range e.files {
			if !strings.Contains(text, name) && !strings.Contains(text, filepath.Dir(name)) {
				t.Errorf("gen check does not list %s of %q:\n%s", name, e.title, text)
			}
			switch filepath.Ext(name) {
			case ".tf":
				checkLocals(t, filepath.Join("out", name), file)
			case ".nix":
				parseNix(t, filepath.Join("out", name))
				switch filepath.Base(name) {
				case "flake.nix":
					checkFlake(t, "out")
				case "disko.nix":
					checkDisko(t, "out")
				}
			}
		}
	}
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// runGen runs the program, and returns what it prints.
func runGen(t *testing.T, args ...string) (code int, text string) {
	t.Helper()
	var out bytes.Buffer
	code = run(args, &out, io.MultiWriter(&out))
	return code, out.String()
}

// checkLocals holds that the locals which a file uses are gen's.
func checkLocals(t *testing.T, name, text string) {
	t.Helper()
	there := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(name), "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range parseHCL(t, f, data).Blocks {
			if b.Type == "locals" {
				for local := range b.Body.Attributes {
					there[local] = true
				}
			}
		}
	}
	used := 0
	hclsyntax.VisitAll(parseHCL(t, name, []byte(text)), func(n hclsyntax.Node) hcl.Diagnostics {
		if e, ok := n.(*hclsyntax.ScopeTraversalExpr); ok && e.Traversal.RootName() == "local" {
			used++
			if local := e.Traversal[1].(hcl.TraverseAttr).Name; !there[local] {
				t.Errorf("%s uses local.%s, which gen does not declare", name, local)
			}
		}
		return nil
	})
	if used == 0 {
		t.Errorf("%s uses no local of gen's", name)
	}
}

func parseHCL(t *testing.T, name string, data []byte) *hclsyntax.Body {
	t.Helper()
	f, diags := hclsyntax.ParseConfig(data, name, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return f.Body.(*hclsyntax.Body)
}

// checkFlake evaluates a hand-written flake with stand-ins for its inputs: the host of
// the spec has all roles that gen tells it, its machine, and the modules of the inputs.
func checkFlake(t *testing.T, out string) {
	t.Helper()
	root, err := filepath.Abs(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		t.Logf("flake.nix is not evaluated: %v", err) // make test names what is missing
		return
	}
	var modules []string
	nixEval(t, `
let
  plain = m: if builtins.isPath m then toString m else if builtins.isString m then m else builtins.toJSON m;
  inputs = {
    nixpkgs.lib.nixosSystem = { modules }: map plain modules;
    disko.nixosModules.disko = "disko";
    sops-nix.nixosModules.sops = "sops";
  };
in ((import `+root+`/flake.nix).outputs inputs).nixosConfigurations.web1`, &modules)
	want := []string{"disko", "sops", `{"networking":{"hostName":"web1"},"time":{"timeZone":"Europe/Copenhagen"}}`}
	for _, path := range []string{"roles/base", "roles/boot", "roles/k3s-cilium", "roles/core", "machines/web1"} {
		if _, err := os.Stat(filepath.Join(root, path, "default.nix")); err != nil {
			t.Error(err)
		}
		want = append(want, root+"/"+path)
	}
	if diff := cmp.Diff(want, modules); diff != "" {
		t.Errorf("flake.nix (-want +got):\n%s", diff)
	}
}

// checkDisko evaluates the host with a disko.nix of the user's: the boot loader finds
// its partitions, and each disk of the spec is in it.
func checkDisko(t *testing.T, out string) {
	t.Helper()
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		t.Logf("disko.nix is not evaluated: %v", err)
		return
	}
	root, err := filepath.Abs(out)
	if err != nil {
		t.Fatal(err)
	}
	var web1 any
	nixEval(t, "import "+stubNix+" "+root+` "web1" "7.0"`, &web1)
	assertions := list(web1, "boot", "assertions")
	for _, a := range assertions {
		if text(a, "assertion") != "true" {
			t.Errorf("the build stops: %s", text(a, "message"))
		}
	}
	script := text(web1, "boot", "boot", "loader", "grub", "extraInstallCommands")
	for _, want := range []string{"'/boot' '/dev/disk/by-id/nvme-SAMSUNG_MZVL2512HCJQ-00B00_S675NX0T100001'", "'/boot-fallback' '/dev/disk/by-id/nvme-SAMSUNG_MZVL2512HCJQ-00B00_S675NX0T100002'"} {
		if len(assertions) != 2 || !strings.Contains(script, want) {
			t.Errorf("GRUB is not installed with %s", want)
		}
	}
}

// stubNix has the stand-ins of package nixos. Tests change the folder that they are in.
var stubNix = func() string {
	path, err := filepath.Abs("../../internal/gen/nixos/testdata/stub.nix")
	if err != nil {
		panic(err)
	}
	return path
}()

func nixEval(t *testing.T, expr string, to any) {
	t.Helper()
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "-E", expr)
	work := t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+work, "NIX_STORE_DIR="+work+"/store", "NIX_STATE_DIR="+work+"/var", "NIX_CONF_DIR="+work, "NIX_PATH=")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	data, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
}

func parseNix(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath("nix-instantiate"); err != nil {
		t.Logf("%s is not parsed: %v", name, err) // make test names what is missing
		return
	}
	if out, err := exec.Command("nix-instantiate", "--parse", name).CombinedOutput(); err != nil {
		t.Errorf("%s: %s", name, out)
	}
}
