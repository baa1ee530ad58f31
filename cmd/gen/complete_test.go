package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// completed are command lines, and what can become of them.
var completed = map[string][]string{
	"gen expl":                        {"explain"},
	"gen -spec site.cue ver":          {"verify", "versions", "version"},
	"gen explain nic-gat":             {"nic-gateway"},
	"gen explain hosts.web1.stateV":   {"hosts.web1.stateVersion"},
	"gen explain clust":               {"cluster-network", "cluster-network-public", "cluster."},
	"gen where hosts.":                {"hosts.web1."},
	"gen where hosts.web1.disks.":     {"hosts.web1.disks.a.", "hosts.web1.disks.b."},
	"gen where clients.b":             {"clients.bakery."},
	"gen where domains.":              {`domains."example.com".`},
	"gen prove www.b":                 {"www.bakery.example"},
	"gen diff --summary --accept re":  {"reinstall"},
	"gen check --format js":           {"json"},
	"gen verify --format=gi":          {"--format=github"},
	"gen verify --require nix-p":      {"nix-parse"},
	"gen diff --only docs/RU":         {"docs/RUNBOOK.md"},
	"gen diff --only k8s/argocd-hetz": {"k8s/argocd-hetzner/"},
	"gen eject flake.nix docs/RU":     {"docs/RUNBOOK.md"},
	"gen adopt flake.nix ":            {":files"},
	"gen why --on":                    {"--one-file", "--only"},
	"gen vet -str":                    {"-strict"},
	"gen vet --spec ":                 {":files"},
	"gen remove cl":                   {"client"},
	"gen remove client h":             {"harbor"},
	"gen rename app ":                 {"invoices"},
	"gen add client ":                 nil,
	"gen add user kim --host ":        {"web1"},
	"gen set clients.harbor.ww":       {"clients.harbor.www"},
	"gen completion z":                {"zsh"},
	"gen explain no-such":             nil,
	"gen vet nothing here":            nil,
	"gen prove -- --f":                nil,
}

// TestCompletion: what can come next, for a spec with a tree.
func TestCompletion(t *testing.T) {
	t.Chdir(completionSite(t))
	for line, want := range completed {
		if got := askCompletion(line); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// TestCompletionOfBroken: a spec that cannot be read, or that is not there, has no names
// and makes no noise; what does not come from it is there.
func TestCompletionOfBroken(t *testing.T) {
	for _, text := range []string{"", "hosts: {", "hosts: web1: x: y", "\xff"} {
		dir := t.TempDir()
		t.Chdir(dir)
		if err := os.WriteFile("site.cue", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for line, want := range map[string]string{"gen where hosts.web9": "", "gen prove w": "", "gen diff --only d": "", "gen where hos": "hosts."} {
			if got := strings.Join(askCompletion(line), " "); got != want {
				t.Errorf("%q, %s: %q, want %q", text, line, got, want)
			}
		}
	}
	complete(nil, nil)
	complete([]string{"bash"}, nil)
}

// TestPredictors: a tag names a predictor that there is, and each predictor is used.
func TestPredictors(t *testing.T) {
	used := map[string]bool{}
	var values func(n *kong.Node)
	values = func(n *kong.Node) {
		for _, v := range n.Values() {
			if name := v.Tag.Get("complete"); name != "" {
				used[name] = true
				if predictors()[name] == nil {
					t.Errorf("gen %s, %s: there is no predictor %q", n.Path(), v.Name, name)
				}
			}
		}
		for _, c := range n.Children {
			values(c)
		}
	}
	values(newParser(new(cli)).Model.Node)
	for name := range predictors() {
		if !used[name] {
			t.Errorf("nothing is completed by %q", name)
		}
	}
}

// askCompletion is what fish is told of a line, without descriptions.
func askCompletion(line string) []string {
	var out bytes.Buffer
	complete(append([]string{"fish"}, strings.Split(line, " ")[1:]...), &out)
	var all []string
	for l := range strings.Lines(out.String()) {
		text, _, _ := strings.Cut(strings.TrimSuffix(l, "\n"), "\t")
		all = append(all, text)
	}
	return all
}

// completionSite is a folder with the example's spec and tree, and with gen on PATH.
func completionSite(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin, dir := t.TempDir(), t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "gen")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	text, err := os.ReadFile("../../site.cue")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "site.cue"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if code := run([]string{"-spec", dir, "-out", filepath.Join(dir, "out")}, new(bytes.Buffer), &stderr); code != 0 {
		t.Fatal(stderr.String())
	}
	return dir
}

// TestShells has the shells themselves complete lines.
func TestShells(t *testing.T) {
	dir := completionSite(t)
	typing, err := filepath.Abs("testdata/shell/type.zsh")
	if err != nil {
		t.Fatal(err)
	}
	// As readline divides a line: at = too.
	const bash = `source <(gen completion bash); read -ra COMP_WORDS <<<"${1//=/ = }"; [[ $1 == *[\ =] ]] && COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _gen gen; printf '%s\n' "${COMPREPLY[@]}"`
	for shell, test := range map[string]struct {
		args []string
		want map[string]string
	}{
		"bash": {[]string{"-c", bash, "bash"}, map[string]string{
			"gen explain nic-gat": "nic-gateway", "gen verify --format=gi": "github", "gen vet -spec si": "site.cue", "gen vet --spec=si": "site.cue",
			"gen where domains.": `domains.\"example.com\".`, "gen where clients.b": "clients.bakery.", "gen compl": "completion",
		}},
		"zsh": {[]string{"-f", typing}, map[string]string{
			"gen explain nic-gat": "gen explain nic-gateway", "gen verify --format=gi": "gen verify --format=github", "gen vet -spec si": "gen vet -spec site.cue",
			"gen vet --spec=si": "gen vet --spec=site.cue", "gen where domains.": `gen where domains."example.com".`, "gen where clients.b": "gen where clients.bakery.", "gen compl": "gen completion",
		}},
		"fish": {[]string{"--no-config", "-c", "gen completion fish | source; complete -C $argv[1]"}, map[string]string{
			"gen explain hosts.web1.cp": "hosts.web1.cpu.", "gen verify --format=gi": "--format=github", "gen vet -spec si": "site.cue",
			"gen vet --spec=si": "--spec=site.cue", "gen where clients.b": "clients.bakery.", "gen compl": "completion\tPrint the completion of gen for a shell",
		}},
	} {
		t.Run(shell, func(t *testing.T) {
			program := needShell(t, shell)
			for line, want := range test.want {
				cmd := exec.Command(program, append(test.args, line)...)
				cmd.Dir = dir
				out, err := cmd.CombinedOutput()
				if got := strings.TrimSpace(string(out)); err != nil || got != want {
					t.Errorf("%s: %q, want %q (%v)", line, got, want, err)
				}
			}
		})
	}
}

// needShell is where a shell is; need(t, "fish", …) says what is missing.
func needShell(t *testing.T, shell string) string {
	switch shell {
	case "zsh":
		return need(t, "zsh", "zsh")
	case "fish":
		return need(t, "fish", "fish")
	}
	return need(t, "bash", "bash")
}

// TestCompletionShellcheck: shellcheck has nothing to say of the script for bash.
func TestCompletionShellcheck(t *testing.T) {
	cmd := exec.Command(need(t, "shellcheck", "shellcheck"), "-s", "bash", "shell/gen.bash")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
