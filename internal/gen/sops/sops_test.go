package sops

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/gentest"
	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// The keys of a site: of two people, of Argo CD and of two hosts.
const (
	jan   = gentest.AgeJan
	argo  = gentest.AgeArgoCD
	maria = gentest.AgeMaria
	web1  = gentest.AgeHost
	web10 = gentest.AgeAgent
)

func newSite(t *testing.T) *site.Site {
	t.Helper()
	return gentest.Base(t, gentest.Agent("web10")+`
hosts: web1: users: maria: password: true
sops: {people: jan: "`+jan+`", argocd: "`+argo+`"}
alerts: {email: "ops@example.com", smtp: {host: "smtp.example.net", user: "web1@example.com"}}
apps: status: {hostnames: ["status.example.com"], public: true, image: "ghcr.io/example/status:1.0.0", port: 8080}
folders: {
	tools: {path: "k8s/own/tools", kinds: ["*"], namespace: "internal", secrets: ["token"]}
	more: {path: "k8s/own/m.re", kinds: ["*"]}
}
`, `["API_KEY"]`, `["DATABASE_URL", "API_KEY"]`)
}

func folder(t *testing.T, s *site.Site) map[string]string {
	t.Helper()
	files, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[f.Path] = string(f.Data)
	}
	return out
}

// config as sops reads it.
type readRule struct {
	Path      string `yaml:"path_regex"`
	Encrypted string `yaml:"encrypted_regex"`
	Groups    []struct {
		Age []string `yaml:"age"`
	} `yaml:"key_groups"`
}

// recipients are the keys a file is encrypted to: sops takes the first rule that
// matches.
func recipients(t *testing.T, s *site.Site, path string) (keys []string, encrypted string) {
	t.Helper()
	var c struct {
		Rules []readRule `yaml:"creation_rules"`
	}
	if err := yaml.Unmarshal([]byte(folder(t, s)[".sops.yaml"]), &c); err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Rules {
		if regexp.MustCompile(r.Path).MatchString(path) {
			if len(r.Groups) != 1 {
				t.Fatalf("%s: %d groups, of which each would have to decrypt", path, len(r.Groups))
			}
			return r.Groups[0].Age, r.Encrypted
		}
	}
	return nil, ""
}

// TestWhoReadsWhat asks for each encrypted file who can decrypt it.
func TestWhoReadsWhat(t *testing.T) {
	s := newSite(t)
	people := []string{jan, maria}
	for _, prefix := range []string{"", "sites/at.las"} {
		s.Repo.Path = prefix
		for path, want := range map[string][]string{
			"k8s/argocd-hetzner/invoices/secrets.enc.yaml":   append(people, argo),
			"secrets/hosts/web1/k8s-secrets.yaml":            people,
			"secrets/hosts/web1/host-secrets.yaml":           append(people, web1),
			"secrets/hosts/web10/host-secrets.yaml":          append(people, web10),
			"k8s/argocd-hetzner/invoices/secretsXencXyaml":   nil,
			"old/secrets/hosts/web1/k8s-secrets.yaml":        nil,
			"k8s/argocd-hetzner/status/secrets.enc.yaml":     nil,
			"x/k8s/argocd-hetzner/invoices/secrets.enc.yaml": nil,
			"k8s/argocd-hetzner/tools/secrets.enc.yaml":      append(people, argo),
			"k8s/own/tools/db.secrets.enc.yaml":              append(people, argo),
			"k8s/own/m.re/a/b/secrets.enc.yaml":              append(people, argo),
			"k8s/own/m.re/values.yaml":                       nil,
			"k8s/own/more/secrets.enc.yaml":                  nil,
			"k8s/own/toolsx/secrets.enc.yaml":                nil,
		} {
			// Seen from the folder of the configuration, and from the top of the
			// repository.
			for _, p := range []string{path, s.InRepo(path)} {
				got, encrypted := recipients(t, s, p)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: -want +got\n%s", p, diff)
				}
				if want := strings.Contains(p, "secrets.enc.yaml") && got != nil; want != (encrypted == "^(data|stringData)$") {
					t.Errorf("%s: encrypts %q", p, encrypted)
				}
			}
		}
	}
}

// TestSharedKey holds that a key stands once where Argo CD decrypts with the
// host's, or a person's is the host's.
func TestSharedKey(t *testing.T) {
	s := newSite(t)
	s.ArgoCD = site.Recipient{Name: "web1", Key: maria}
	got, _ := recipients(t, s, "k8s/argocd-hetzner/invoices/secrets.enc.yaml")
	if diff := cmp.Diff([]string{jan, maria}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestNamesStandBesideKeys(t *testing.T) {
	s := newSite(t)
	s.People[0].Name = "jan\n- evil # x"
	text := folder(t, s)[".sops.yaml"]
	for _, line := range []string{"- " + jan + " # jan - evil # x\n", "- " + maria + " # maria\n", "- " + argo + " # argocd\n", "- " + web1 + " # web1\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}

// TestExamples holds that each example has the keys that the site needs, and no
// value.
func TestExamples(t *testing.T) {
	s := newSite(t)
	files := folder(t, s)
	for path, keys := range map[string][]string{
		"secrets/hosts/web1/k8s-secrets.example.yaml":   s.K8sSecretKeys(),
		"secrets/hosts/web1/host-secrets.example.yaml":  s.HostSecretKeys(s.Hosts[0]),
		"secrets/hosts/web10/host-secrets.example.yaml": s.HostSecretKeys(s.Hosts[1]),
	} {
		var got map[string]string
		if err := yaml.Unmarshal([]byte(files[path]), &got); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		want := map[string]string{}
		for _, k := range keys {
			want[k] = placeholder
			if k == site.KeyRepoSSH { // several lines, the last one with its end
				want[k] += "\n"
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", path, diff)
		}
		if n := strings.Count(files[path], "\n# "); n != 2+len(keys) {
			t.Errorf("%s: %d comments for %d keys:\n%s", path, n, len(keys), files[path])
		}
	}
	s.Agents, s.Alerts, s.Hosts = nil, nil, s.Hosts[1:]
	for path := range folder(t, s) {
		if strings.Contains(path, "host-secrets") {
			t.Errorf("%s is for a host without secrets", path)
		}
	}
}

// TestAppSecrets holds that the example, the generator and the Deployment speak of
// one Secret, and that a change of it rolls the pods.
func TestAppSecrets(t *testing.T) {
	files := folder(t, newSite(t))
	var secret struct {
		Metadata   manifest.Meta     `yaml:"metadata"`
		StringData map[string]string `yaml:"stringData"`
	}
	if err := yaml.Unmarshal([]byte(files["k8s/argocd-hetzner/invoices/secrets.example.yaml"]), &secret); err != nil {
		t.Fatal(err)
	}
	want := manifest.Meta{Name: "invoices-secrets", Namespace: "invoices", Annotations: map[string]string{"kustomize.config.k8s.io/needs-hash": "true"}}
	if diff := cmp.Diff(want, secret.Metadata); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"API_KEY": placeholder, "DATABASE_URL": placeholder}, secret.StringData); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	var generator manifest.Ksops
	if err := yaml.Unmarshal([]byte(files["k8s/argocd-hetzner/invoices/secret-generator.yaml"]), &generator); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(manifest.NewKsops("invoices-secrets", "secrets.enc.yaml"), generator); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	// A folder names its Secret where gen does not see it.
	var beside struct {
		Metadata manifest.Meta `yaml:"metadata"`
	}
	if err := yaml.Unmarshal([]byte(files["k8s/argocd-hetzner/tools/secrets.example.yaml"]), &beside); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(manifest.Meta{Name: "tools-secrets", Namespace: "internal"}, beside.Metadata); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for path := range files {
		if strings.HasPrefix(path, "k8s/argocd-hetzner/status/") || strings.HasSuffix(path, ".enc.yaml") || path == "secrets/hosts/web1/k8s-secrets.yaml" {
			t.Errorf("%s is nothing that gen writes", path)
		}
	}
}
