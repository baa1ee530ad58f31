package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// standIns is a runner that answers as a program would, and remembers what it was asked.
type standIns struct {
	answers map[string]func(Command) (Output, error) // by the program's name
	mu      sync.Mutex
	asked   []string
}

func (s *standIns) Look(name string) (string, error) {
	if _, ok := s.answers[name]; ok {
		return "/bin/" + name, nil
	}
	return "", exec.ErrNotFound
}

func (s *standIns) Run(_ context.Context, c Command) (Output, error) {
	s.mu.Lock()
	s.asked = append(s.asked, filepath.Base(c.Path)+" "+strings.Join(c.Args, " "))
	s.mu.Unlock()
	return s.answers[filepath.Base(c.Path)](c)
}

// says is a program with one answer.
func says(code int, stdout, stderr string) func(Command) (Output, error) {
	return func(Command) (Output, error) {
		return Output{Code: code, Stdout: []byte(stdout), Stderr: []byte(stderr)}, nil
	}
}

func standIn1(name string, answer func(Command) (Output, error)) *standIns {
	return &standIns{answers: map[string]func(Command) (Output, error){name: answer}}
}

const terraformRoot = "k8s/terraform-demo"

// TestTerraformFmt reads what terraform fmt -check writes (Terraform 1.11: the
// files' names and exit code 3, or an error and exit code 2).
func TestTerraformFmt(t *testing.T) {
	res := readWith(t, "terraform-fmt", options(t, writeTree(t), standIn1("terraform", says(3, "demo.tf\n", ""))))
	wantProblem(t, res, terraformRoot+"/demo.tf", "is not formatted as terraform fmt would")
	res = readWith(t, "terraform-fmt", options(t, writeTree(t), standIn1("tofu", says(2, "", "\x1b[31mError: Unclosed block\n  on demo.tf line 1"))))
	wantProblem(t, res, terraformRoot, "Error: Unclosed block")
}

// TestTerraformValidate reads the answer of terraform validate -json, and wants the
// plug-ins to be those of the tree.
func TestTerraformValidate(t *testing.T) {
	dir := writeTree(t)
	bad := `{"valid": false, "diagnostics": [{"severity": "error", "summary": "Unsupported argument", "detail": "An argument named\n\"x\" is not expected here.", "range": {"filename": "demo.tf", "start": {"line": 2}}}]}`
	runner := standIn1("tofu", func(c Command) (Output, error) {
		if want := "TF_DATA_DIR=" + filepath.Join(dir, "k8s", "terraform-demo", ".terraform"); !slices.Contains(c.Env, want) {
			t.Errorf("the environment holds no %s", want)
		}
		if strings.HasPrefix(c.Dir, dir) {
			t.Errorf("it runs in the tree: %s", c.Dir)
		}
		return Output{Code: 1, Stdout: []byte(bad)}, nil
	})
	if res := readWith(t, "terraform-validate", options(t, dir, runner)); res.State != Skipped || !strings.Contains(res.Reason, "tofu init") {
		t.Errorf("a root that is not initialised: %+v", res)
	}
	if err := os.Mkdir(filepath.Join(dir, "k8s", "terraform-demo", ".terraform"), 0o755); err != nil {
		t.Fatal(err)
	}
	res := readWith(t, "terraform-validate", options(t, dir, runner))
	wantProblem(t, res, terraformRoot+"/demo.tf", `Unsupported argument: An argument named "x" is not expected here.`)
	if len(res.Problems) == 1 && res.Problems[0].Line != 2 {
		t.Errorf("line %d", res.Problems[0].Line)
	}
	runner = standIn1("tofu", says(0, `{"valid": true, "diagnostics": []}`, ""))
	if res := readWith(t, "terraform-validate", options(t, dir, runner)); res.State != OK {
		t.Errorf("%+v", res)
	}
	runner = standIn1("tofu", says(0, "no json", ""))
	wantProblem(t, readWith(t, "terraform-validate", options(t, dir, runner)), terraformRoot, "unreadable answer")
}

// TestNixFlake wants a flake to be read only with a Nix that can, a lock file and
// the network, and every host to be evaluated then.
func TestNixFlake(t *testing.T) {
	for _, c := range []struct {
		version string
		lock    bool
		network bool
		reason  string
	}{
		{"nix (Nix) 2.18.9", true, true, "needs nix 2.19 or newer"},
		{"nix (Nix) 2.19.1", false, true, "no flake.lock"},
		{"nix (Determinate Nix 3.6.2) 2.29.0", true, false, "--network"},
		{"nix (Determinate Nix 3.6.2) 2.29.0", true, true, ""},
	} {
		var edits []edit
		if c.lock {
			edits = append(edits, edit{"flake.lock", "", "{}"})
		}
		runner := standIn1("nix", func(command Command) (Output, error) {
			if command.Args[0] == "--version" {
				return Output{Stdout: []byte(c.version + "\n")}, nil
			}
			return Output{Code: 1, Stderr: []byte("error: attribute 'toplevel' missing")}, nil
		})
		for _, reader := range []string{"nix-flake", "nix-eval"} {
			opts := options(t, writeTree(t, edits...), runner)
			opts.Network = c.network
			res := readWith(t, reader, opts)
			if c.reason != "" {
				if res.State != Skipped || !strings.Contains(res.Reason, c.reason) {
					t.Errorf("%s, %+v: %s %q", reader, c, res.State, res.Reason)
				}
				continue
			}
			wantProblem(t, res, res.Artifacts[0], "attribute 'toplevel' missing")
			if asked := strings.Join(runner.asked, "\n"); reader == "nix-eval" && !strings.Contains(asked, `.#nixosConfigurations."web1".config.system.build.toplevel.drvPath`) {
				t.Errorf("asked:\n%s", asked)
			}
		}
	}
}

// TestKsops runs the generators on stand-ins of the encrypted files where ksops and
// sops are there, and says so where they are not.
func TestKsops(t *testing.T) {
	built := says(0, "apiVersion: v1\nkind: Service\n", "")
	res := readWith(t, "kustomize", options(t, writeTree(t), standIn1("kubectl", built)))
	if res.State != Partly || len(res.Notes) != 1 || !strings.Contains(res.Notes[0], "secret-generator.yaml left out") {
		t.Errorf("without ksops: %+v", res)
	}
	runner := &standIns{answers: map[string]func(Command) (Output, error){
		"ksops": says(0, "", ""),
		"sops": func(c Command) (Output, error) {
			if !strings.Contains(string(c.Stdin), "API_KEY: REPLACE-ME") {
				t.Errorf("sops gets %q", c.Stdin)
			}
			return Output{Stdout: []byte("sealed: true\n")}, nil
		},
		"kustomize": func(c Command) (Output, error) {
			if filepath.Base(c.Dir) != "shop" {
				return built(c)
			}
			sealed, err := os.ReadFile(filepath.Join(c.Dir, "secrets.enc.yaml"))
			list, _ := os.ReadFile(filepath.Join(c.Dir, "kustomization.yaml"))
			if err != nil || string(sealed) != "sealed: true\n" || !strings.Contains(string(list), "secret-generator.yaml") {
				return Output{}, fmt.Errorf("not prepared: %q %q %w", sealed, list, err)
			}
			if !slices.ContainsFunc(c.Env, func(s string) bool { return strings.HasPrefix(s, "SOPS_AGE_KEY=AGE-SECRET-KEY-1") }) {
				return Output{}, errors.New("no key")
			}
			return built(c)
		},
	}}
	if res := readWith(t, "kustomize", options(t, writeTree(t), runner)); res.State != OK || len(res.Notes) != 0 {
		t.Errorf("with ksops: %+v", res)
	}
	if asked := strings.Join(runner.asked, "\n"); !strings.Contains(asked, "--enable-exec") {
		t.Errorf("asked:\n%s", asked)
	}
	runner.asked, runner.answers["kustomize"] = nil, built
	res = readWith(t, "kustomize", options(t, writeTree(t, edit{"k8s/argocd-demo/shop/secret-generator.yaml", "path: ksops", "path: ./evil"}), runner))
	if asked := strings.Join(runner.asked, "\n"); strings.Contains(asked, "--enable") || len(res.Notes) != 2 {
		t.Errorf("another plug-in: %+v, asked:\n%s", res, asked)
	}
}

// TestBrokenKustomization: what is wrong with one is said once, as kustomize says it.
func TestBrokenKustomization(t *testing.T) {
	const shop, why = "k8s/argocd-demo/shop/kustomization.yaml", "yaml: line 2: mapping values are not allowed in this context"
	runner := standIn1("kubectl", func(c Command) (Output, error) {
		if filepath.Base(c.Dir) == "shop" {
			return Output{Code: 1, Stderr: []byte("E1124 17:20:24.482451   10440 run.go:72] \"command failed\" err=\"invalid Kustomization: " + why + "\"\n")}, nil
		}
		return Output{Stdout: []byte("apiVersion: v1\nkind: Service\n")}, nil
	})
	res := readWith(t, "kustomize", options(t, writeTree(t, edit{shop, "", "resources:\n- service.yaml\n  b: 2\n"}), runner))
	if want := []Problem{{Path: shop, Line: 2, Text: "invalid Kustomization: " + why}}; !slices.Equal(res.Problems, want) {
		t.Errorf("said: %+v", res.Problems)
	}
}

// TestHelmSources wants charts from where they may come, in the version that the
// root asks for, and no other.
func TestHelmSources(t *testing.T) {
	const demo = "k8s/terraform-demo/demo.tf"
	for _, c := range []struct {
		name    string
		charts  string
		network bool
		edits   []edit
		asked   string
		unread  string
	}{
		{"no source", "", false, nil, "", "say --network, or --charts DIR"},
		{"repository", "", true, nil, "helm template demo demo --repo https://charts.example.com --version 1.2.3 --namespace demo", ""},
		{"registry", "", true, []edit{{demo, "https:", "oci:"}}, "helm template demo oci://charts.example.com/demo --version 1.2.3", ""},
		{"folder", "testdata/charts", false, nil, "helm template demo " + absolute(t, "testdata/charts/demo") + " --namespace demo", ""},
		{"another version", "testdata/charts", false, []edit{{demo, "1.2.3", "1.2.4"}}, "", "the root wants version 1.2.4"},
		{"no plain version", "testdata/charts", false, []edit{{demo, `"1.2.3"`, "var.version"}}, "", ""},
		{"another chart", "testdata/charts", false, []edit{{demo, `chart      = "demo"`, `chart = "other"`}}, "", "there is no other-1.2.3.tgz"},
	} {
		t.Run(c.name, func(t *testing.T) {
			runner := standIn1("helm", says(0, "kind: ConfigMap\n", ""))
			opts := options(t, writeTree(t, c.edits...), runner)
			opts.Network = c.network
			if c.charts != "" {
				opts.Charts = absolute(t, c.charts)
			}
			res := readWith(t, "helm", opts)
			if asked := strings.Join(runner.asked, "\n"); !strings.Contains(asked, c.asked) || c.asked == "" && asked != "" {
				t.Errorf("asked: %s", asked)
			}
			if c.name == "no plain version" {
				wantProblem(t, res, terraformRoot, "demo.tf")
				return
			}
			unread := res.Reason + strings.Join(res.Notes, "\n")
			if !strings.Contains(unread, c.unread) || (res.State == OK) != (c.unread == "") {
				t.Errorf("%s, not read: %q", res.State, unread)
			}
		})
	}
}
