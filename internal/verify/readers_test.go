package verify

import (
	"strings"
	"testing"
)

// programsOf are the readers that are tested with their real programs wherever the
// tests run.
var programsOf = map[string][]string{
	"yaml": nil, "secrets": nil, "ingress": nil,
	"nix-parse":   {"nix-instantiate"},
	"helm":        {"helm"},
	"kustomize":   {"kustomize"},
	"kubeconform": {"kubeconform"},
	"bash":        {"bash"},
	"shellcheck":  {"shellcheck"},
	"sops":        {"sops"},
}

func realOptions(t *testing.T, reader, dir string) Options {
	opts := options(t, dir, system(t, programsOf[reader]...))
	opts.Charts, opts.Schemas = absolute(t, "testdata/charts"), []string{absolute(t, "testdata/schemas/{{.ResourceKind}}.json")}
	return opts
}

// TestGood has every reader accept the small tree.
func TestGood(t *testing.T) {
	for reader := range programsOf {
		t.Run(reader, func(t *testing.T) {
			res := readWith(t, reader, realOptions(t, reader, writeTree(t)))
			// A part that cannot be there is said: encrypted files, and ksops.
			if want := map[bool]State{false: OK, true: Partly}[len(res.Notes) > 0]; res.State != want {
				t.Errorf("%s: %s %v", res.State, res.Reason, res.Problems)
			}
			if partly := reader == "secrets" || reader == "kustomize"; !partly && len(res.Notes) > 0 {
				t.Errorf("not read: %q", res.Notes)
			}
		})
	}
}

// TestBroken has every reader name what is broken.
func TestBroken(t *testing.T) {
	const (
		service   = "k8s/argocd-demo/shop/service.yaml"
		shop      = "k8s/argocd-demo/shop/kustomization.yaml"
		config    = "k8s/argocd-demo/cloudflared/config.yaml"
		sealed    = "k8s/argocd-demo/shop/secrets.enc.yaml"
		template  = "k8s/argocd-demo/shop/secrets.example.yaml"
		k8s       = "secrets/hosts/web1/k8s-secrets.yaml"
		hello     = "scripts/hello.sh"
		machine   = "machines/web1/default.nix"
		terraform = "k8s/terraform-demo/demo.tf"

		valuesList = `[file("${path.module}/values/demo.yaml")]`
		values     = "k8s/terraform-demo/values/demo.yaml"
		mac        = "sops:\n    mac: ENC[AES256_GCM,data:AAAA]\n"
	)
	for name, c := range map[string]struct {
		reader string
		edit   edit
		path   string
		text   string
	}{
		"doubled key":         {"yaml", edit{service, "  name: shop\n", "  name: shop\n  name: other\n"}, service, `"metadata.name" is there twice, first in line 4`},
		"tab":                 {"yaml", edit{service, "    - port", "\t- port"}, service, "cannot start any token"},
		"carriage return":     {"yaml", edit{service, "kind: Service\n", "kind: Service\r\n"}, service, "carriage return"},
		"not encrypted":       {"secrets", edit{k8s, "", "argocd_age_key: x\n"}, k8s, "is not encrypted"},
		"partly encrypted":    {"secrets", edit{k8s, "", "argocd_age_key: ENC[AES256_GCM,data:AA]\ncloudflare_api_token: x\n" + mac}, k8s, `"cloudflare_api_token" is in clear text`},
		"key missing":         {"secrets", edit{k8s, "", "argocd_age_key: ENC[AES256_GCM,data:AA]\n" + mac}, k8s, `has no "cloudflare_api_token"`},
		"app's key missing":   {"secrets", edit{sealed, "", "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-secrets, namespace: shop}\ndata:\n  OTHER: ENC[AES256_GCM,data:AA]\n" + mac}, sealed, `has no "stringData.API_KEY"`},
		"secret in example":   {"secrets", edit{template, "REPLACE-ME", "hunter2"}, template, `"stringData.API_KEY" is not a placeholder`},
		"age key":             {"secrets", edit{hello, "world", "AGE-SECRET-KEY-1" + strings.Repeat("Q", 58)}, hello, "holds a secret age key"},
		"private key":         {"secrets", edit{hello, "world", "-----BEGIN OPENSSH PRIVATE KEY-----\n" + strings.Repeat("b3", 30)}, hello, "holds a private key"},
		"token":               {"secrets", edit{hello, "world", "cfat_" + strings.Repeat("b3", 24)}, hello, "holds a token of Cloudflare"},
		"shadowed rule":       {"ingress", edit{config, "ingress:\n", "ingress:\n  - hostname: \"*.example.com\"\n    service: http://first:80\n"}, config, `rule 2 ("shop.example.com") is never reached: rule 1 ("*.example.com") matches first`},
		"no catch-all":        {"ingress", edit{config, "  - service: http_status:404\n", ""}, config, "the last rule does not match everything"},
		"nix syntax":          {"nix-parse", edit{machine, `"web1";`, `"web1"`}, machine, "syntax error"},
		"values of no type":   {"helm", edit{values, "hello", "[1]"}, terraform, "greeting"},
		"values in no file":   {"helm", edit{terraform, valuesList, "[1]"}, terraformRoot, `each has to be file("…")`},
		"values without list": {"helm", edit{terraform, valuesList, "12"}, terraformRoot, "this is no list"},
		"values missing":      {"helm", edit{terraform, "demo.yaml", "none.yaml"}, terraform, "none.yaml"},
		"resource missing":    {"kustomize", edit{shop, "service.yaml", "none.yaml"}, shop, "none.yaml"},
		"unknown field":       {"kustomize", edit{shop, "resources:", "resource:"}, shop, "resource"},
		"not in the schema":   {"kubeconform", edit{service, "  ports:", "  pots:"}, service, "pots"},
		"unclosed if":         {"bash", edit{hello, "echo", "if echo"}, hello, "syntax error"},
		"open here-document":  {"bash", edit{hello, "echo", "cat <<END\necho"}, hello, "here-document"},
		"unquoted":            {"shellcheck", edit{hello, `echo "hello $name"`, `echo hello $name`}, hello, "SC2086"},
		"no creation rule":    {"sops", edit{".sops.yaml", "^secrets/hosts/web1/", "^elsewhere/"}, ".sops.yaml", "no creation rule matches secrets/hosts/web1/"},
		"left in clear":       {"sops", edit{".sops.yaml", `^secrets/hosts/web1/k8s-secrets\.yaml$`, "^secrets/hosts/web1/k8s-secrets\\.yaml$\n    encrypted_regex: token"}, k8s, `sops leaves "argocd_age_key" in clear text`},
		"no recipient at all": {"sops", edit{".sops.yaml", "q0me3h5", "q0me3h6"}, sealed, "age"},
	} {
		t.Run(name, func(t *testing.T) {
			res := readWith(t, c.reader, realOptions(t, c.reader, writeTree(t, c.edit)))
			wantProblem(t, res, c.path, c.text)
			if res.State != Failed {
				t.Errorf("state %s", res.State)
			}
		})
	}
}
