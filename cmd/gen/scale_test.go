package main

import (
	"fmt"
	"os"
	"path"
	"runtime"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// registrar is a site whose clients one app serves.
func registrar(clients int) string {
	return strings.Replace(sitetest.Base(), "package site\n", "package site\n\nimport \"list\"\n", 1) + fmt.Sprintf(`
apps: pages: {image: "ghcr.io/example/pages:1.0.0", replicas: 3, internet: false}
clients: {for i in list.Range(0, %d, 1) {"client-\(i)": {domain: "client-\(i).example", app: "pages"}}}
tunnel: shards: 4
terraform: shards: 16
`, clients)
}

// TestTenThousandClients proves the way of each hostname in the files: one Terraform
// root has its record, the record leads to a tunnel that is made, and the first rule of
// that tunnel's pods that matches leads to the app's Service.
func TestTenThousandClients(t *testing.T) {
	const clients = 10000
	small, _ := written(t, clients/4)
	allocated, files := written(t, clients)
	if ratio := allocated / small; ratio > 5 {
		t.Errorf("four times the clients take %.1f times the memory", ratio)
	}
	records, tunnels := map[string]string{}, map[string]map[string]string{}
	for p, data := range files {
		switch dir, base := path.Split(p); {
		case base == "cloudflare.tf":
			for hostname, tunnel := range recordsOf(t, data) {
				if _, twice := records[hostname]; twice {
					t.Errorf("two roots have a record of %s", hostname)
				}
				records[hostname] = tunnel
			}
		case strings.HasSuffix(dir, "/cloudflared/") && strings.HasPrefix(base, "config"):
			name, rules := ruleMap(t, data)
			tunnels[name] = rules
		}
	}
	made := files["k8s/terraform-hetzner/cloudflare.tf"]
	for i := range clients {
		for _, hostname := range []string{fmt.Sprintf("client-%d.example", i), fmt.Sprintf("www.client-%d.example", i)} {
			tunnel := records[hostname]
			if !strings.Contains(string(made), fmt.Sprintf("= %q\n", tunnel)) {
				t.Fatalf("%s leads to the tunnel %q, which nothing makes", hostname, tunnel)
			}
			if to := tunnels[tunnel][hostname]; to != "http://pages.pages.svc.cluster.local:8080" {
				t.Fatalf("%s leads to %q in the tunnel %s", hostname, to, tunnel)
			}
		}
	}
	service := files["k8s/argocd-hetzner/pages/service.yaml"]
	if !strings.Contains(string(service), "port: 8080\n") || !strings.Contains(string(service), "namespace: pages\n") {
		t.Errorf("the Service is another one:\n%s", service)
	}
	if len(tunnels) != 4 || len(files) > 200 {
		t.Errorf("%d tunnels, %d files", len(tunnels), len(files))
	}
}

// written is how much a spec allocates from the text to the files, and the files.
func written(t *testing.T, clients int) (allocated float64, files map[string][]byte) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/site.cue", []byte(registrar(clients)), 0o644); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, problems := rules.Load(spec.Source{Path: dir + "/site.cue"})
	if s == nil {
		t.Fatal(problems.Error())
	}
	r, err := gen.Run(s, gen.All())
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	files = map[string][]byte{}
	for _, f := range r.Tree.Files() {
		files[f.Path] = f.Data
	}
	return float64(after.TotalAlloc - before.TotalAlloc), files
}

// recordsOf maps the hostnames that a root has records of to their tunnels.
func recordsOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	f, diags := hclsyntax.ParseConfig(data, "cloudflare.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	records := map[string]string{}
	for _, b := range f.Body.(*hclsyntax.Body).Blocks {
		if b.Type != "locals" || b.Body.Attributes["zones"] == nil {
			continue
		}
		zones, diags := b.Body.Attributes["zones"].Expr.Value(nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for _, zone := range zones.AsValueMap() {
			fields := zone.AsValueMap()
			for _, hostname := range fields["hostnames"].AsValueSlice() {
				records[hostname.AsString()] = fields["tunnel"].AsString()
			}
		}
	}
	return records
}

// ruleMap is the name of a tunnel, and where its rules lead each hostname. No rule of
// theirs is for a path, and wildcards come last, so that the first match is the exact one.
func ruleMap(t *testing.T, data []byte) (name string, to map[string]string) {
	t.Helper()
	var config struct {
		Tunnel  string
		Ingress []struct{ Hostname, Path, Service string }
	}
	if err := yaml.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	to = map[string]string{}
	for _, r := range config.Ingress {
		if _, twice := to[r.Hostname]; twice || r.Path != "" || strings.HasPrefix(r.Hostname, "*") {
			t.Fatalf("the rule of %q in the tunnel %s", r.Hostname, config.Tunnel)
		}
		to[r.Hostname] = r.Service
	}
	if last := config.Ingress[len(config.Ingress)-1]; last.Service != "http_status:404" {
		t.Fatalf("the last rule leads to %s", last.Service)
	}
	return config.Tunnel, to
}
