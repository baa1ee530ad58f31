package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// What golden/hostile/site.cue puts into every field that takes free text:
// hostileLine where one line is all that fits, hostileText elsewhere.
const (
	hostileLine = "\" \\ ${x} $${x} %{if} '' ' # $(id) | `id` æ 世界 {{.}} <b> *_[x](y)"
	hostileText = "\" \\ ${x} $${x} %{if} '' ' # $(id) | `id`\r\n\tæ 世界 \u2028 {{.}} <b> *_[x](y)"
	hostileMail = "o'p$s+x@example.com"
)

const hostileTree = "../../golden/hostile/want"

// TestHostileYAML reads the Deployment as Kubernetes would.
func TestHostileYAML(t *testing.T) {
	c := containersRead(t, hostileTree+"/k8s/argocd-hostile/websites/bakery/deployment.yaml")["bakery"]
	want := map[string]string{"A": hostileText, "B": "no", "C": "", "D": hostileLine + "\n\n", "E": "  lead and trail  ", "F": "2026-01-01", "G": "1_000", "H": "\t\n\n$${x}"}
	if diff := cmp.Diff(want, c.Env); diff != "" {
		t.Errorf("env (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{hostileText, hostileText, "", " ", "no", "~", "- x: y", "&a", "*a", "!!str", "0x1f", "null"}, slices.Concat(c.Command, c.Args)); diff != "" {
		t.Errorf("command and args (-want +got):\n%s", diff)
	}
	if c.Health != "/up?x=%20&y='$(id)'" {
		t.Errorf("probe asks for %q", c.Health)
	}
}

// TestHostileValues reads a chart's values as Argo CD would.
func TestHostileValues(t *testing.T) {
	want := map[string]any{
		"<<": hostileText, "no": "no",
		"a b: c": []any{hostileLine + "\n\n", "", " ", "~", "- x: y", "&a", "*a", "!!str", "0x1f", "null", "2026-01-01", "1_000", "\t\n\n$${x}"},
		"=":      map[string]any{"1": 1, "true": true, "nothing": nil, "half": 0.5, "large": 9007199254740993},
	}
	if diff := cmp.Diff(asJSON(t, want), valuesRead(t, hostileTree+"/k8s/argocd-hostile/apps/grafana.yaml")); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

// kubeletReads is what a container gets of a value: the kubelet takes $(X) for a
// variable, and a doubled dollar for a plain one
// (k8s.io/kubernetes third_party/forked/golang/expansion).
func kubeletReads(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteByte(s[i])
		if s[i] == '$' && i+1 < len(s) {
			switch s[i+1] {
			case '$':
				i++
			case '(':
				b.WriteString("VARIABLE")
			}
		}
	}
	return b.String()
}

// TestHostileTerraform reads every text of the root as OpenTofu would.
func TestHostileTerraform(t *testing.T) {
	found := terraformTexts(t, hostileTree+"/k8s/terraform-hostile")
	// Cloudflare takes the content of a TXT record as a quoted string.
	quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(hostileLine) + `"`
	for name, want := range map[string]string{"comment": hostileLine, "TXT content": quoted, "e-mail": hostileMail} {
		if !found[want] {
			t.Errorf("%s: no text of the root reads %q", name, want)
		}
	}
}

// terraformTexts are the texts of a root without references, as OpenTofu reads them.
func terraformTexts(t *testing.T, root string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(root+"*", "*.tf")) // those of zones stand beside it
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range files {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		f, diags := hclsyntax.ParseConfig(data, p, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		_ = hclsyntax.VisitAll(f.Body.(*hclsyntax.Body), func(n hclsyntax.Node) hcl.Diagnostics {
			if e, ok := n.(*hclsyntax.TemplateExpr); ok && e.IsStringLiteral() {
				if v, diags := e.Value(nil); !diags.HasErrors() {
					found[v.AsString()] = true
				}
			}
			return nil
		})
	}
	return found
}

// TestHostileNix reads the host's modules as Nix would.
func TestHostileNix(t *testing.T) {
	nix := need(t, "nix-instantiate", "nix-bin")
	out := hostValues(t, nix, hostileTree, "web1")
	var texts []string
	var v any
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	collect(v, &texts)
	for name, want := range map[string]string{
		"key of a user":   "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC2vNVczmfaG8LBP3HLyX5d/sGzwPbELBhe8OnZsUMHB " + hostileLine,
		"flag of k3s":     "[--node-label=note=" + hostileLine + "]", // the stub's brackets stand for systemd's quoting
		"user of SMTP":    hostileLine,
		"address of SMTP": "o'p=s+x@example.com", // smartd's script would read the $ of hostileMail
	} {
		if !slices.Contains(texts, want) {
			t.Errorf("%s: no value of the host's modules reads %q", name, want)
		}
	}
}

// hostValues is what the modules of a host come to, as JSON; stand-ins take the
// place of nixpkgs.
func hostValues(t *testing.T, nix, root, host string) []byte {
	t.Helper()
	stub, err := filepath.Abs("../../internal/gen/nixos/testdata/stub.nix")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command(nix, "--eval", "--strict", "--json", "-E", "import "+stub+" "+tree+` "`+host+`" "6.19"`)
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_STORE_DIR="+dir+"/store", "NIX_STATE_DIR="+dir+"/var", "NIX_CONF_DIR="+dir, "NIX_PATH=")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func collect(v any, texts *[]string) {
	switch v := v.(type) {
	case string:
		*texts = append(*texts, v)
	case []any:
		for _, x := range v {
			collect(x, texts)
		}
	case map[string]any:
		for _, x := range v {
			collect(x, texts)
		}
	}
}
