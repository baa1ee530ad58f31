package cloudflared

import (
	"bytes"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/gentest"
	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// newSite is a site with routes of every kind, of which none is guarded.
func newSite(t *testing.T) *site.Site {
	t.Helper()
	s := gentest.Base(t, `
tunnel: name: "hetzner-prod"
versions: images: cloudflared: "2026.8.2"
domains: "example.com": advancedCertificate: true
for name, hostname in {dev: "*.dev.example.com", all: "*.example.com", in: "in.dev.example.com"} {
	apps: (name): {hostnames: [hostname], image: "ghcr.io/example/app:1.0.0", port: 8080, public: true}
}
`)
	for i := range s.Routes {
		s.Routes[i].Access = ""
	}
	return s
}

// route is the route of a hostname.
func route(t *testing.T, s *site.Site, hostname string) *site.Route {
	t.Helper()
	i := slices.IndexFunc(s.Routes, func(r site.Route) bool { return r.Hostname == hostname })
	if i < 0 {
		t.Fatalf("no route for %s", hostname)
	}
	return &s.Routes[i]
}

// folder maps names of files to their text.
func folder(t *testing.T, s *site.Site) map[string]string {
	t.Helper()
	files, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[strings.TrimPrefix(f.Path, "k8s/argocd-hetzner/cloudflared/")] = string(f.Data)
	}
	return out
}

func decode[T any](t *testing.T, text string) []T {
	t.Helper()
	var list []T
	d := yaml.NewDecoder(strings.NewReader(text))
	for {
		var v T
		if err := d.Decode(&v); err != nil {
			return list
		}
		list = append(list, v)
	}
}

// match is cloudflared's own rule (cloudflare/cloudflared ingress/ingress.go,
// FindMatchingRule and matchHost): the first that matches, a wildcard at any depth, a
// path as an expression that is found anywhere in it, the last rule for the rest.
func match(rules []rule, hostname, path string) string {
	for _, r := range rules {
		host := r.Hostname == hostname || strings.HasPrefix(r.Hostname, "*.") && strings.HasSuffix(hostname, r.Hostname[1:])
		if host && regexp.MustCompile(r.Path).MatchString(path) {
			return r.Service
		}
	}
	return rules[len(rules)-1].Service
}

// TestPathsLeadFirst asks for paths of a hostname that a wildcard covers too: what
// none of its paths takes goes to its own target, and not to the wildcard's.
func TestPathsLeadFirst(t *testing.T) {
	s := newSite(t)
	to := func(service string) site.Target { return site.Target{Service: service} }
	s.Routes = slices.Insert(s.Routes, 0, site.Route{
		Hostname: "nas.example.com", Kind: site.RouteOwn, Target: to("http://192.0.2.80:5000"),
		Paths: []site.RoutePath{{Path: "^/api/v1/", Target: to("http://192.0.2.81:80")}, {Path: "^/api/", Target: to("http://192.0.2.82:80")}, {Path: "^/admin$", Target: to("http_status:403")}},
	})
	rules := decode[config](t, folder(t, s)["config.yaml"])[0].Ingress
	for path, want := range map[string]string{
		"/": "http://192.0.2.80:5000", "/api/v1/x": "http://192.0.2.81:80", "/api/v2/x": "http://192.0.2.82:80", "/x/api/": "http://192.0.2.80:5000",
		"/admin": "http_status:403", "/admin/x": "http://192.0.2.80:5000",
	} {
		if got := match(rules, "nas.example.com", path); got != want {
			t.Errorf("%s leads to %s, want %s", path, got, want)
		}
	}
}

// TestOrigin: options stand at their own rule, and certificates are files that the
// pods have.
func TestOrigin(t *testing.T) {
	s := newSite(t)
	nas := site.Route{Hostname: "*.nas.example.com", Kind: site.RouteOwn, Target: site.Target{Service: "https://192.0.2.80:5001", Origin: &site.Origin{CAPool: "PEM\n", TLSTimeout: "5s"}}}
	nas.Paths = []site.RoutePath{{Path: "^/x", Target: site.Target{Service: "https://192.0.2.81:443", Origin: &site.Origin{CAPool: "OTHER\n", HTTP2Origin: true}}}}
	s.Routes = append(s.Routes, nas)
	files := folder(t, s)
	want := map[string]*originRequest{
		"https://192.0.2.80:5001": {CAPool: "/etc/cloudflared/config/ca-_.nas.example.com.pem", TLSTimeout: "5s"},
		"https://192.0.2.81:443":  {CAPool: "/etc/cloudflared/config/ca-_.nas.example.com-0.pem", HTTP2Origin: true},
	}
	for _, r := range decode[config](t, files["config.yaml"])[0].Ingress {
		if diff := cmp.Diff(want[r.Service], r.OriginRequest); diff != "" {
			t.Errorf("%s: -want +got\n%s", r.Service, diff)
		}
	}
	if !strings.HasSuffix(files["ca-_.nas.example.com.pem"], "\nPEM\n") || !strings.HasSuffix(files["ca-_.nas.example.com-0.pem"], "\nOTHER\n") {
		t.Error("the certificates are not in the files that the rules name")
	}
	generator := decode[manifest.Kustomization](t, files["kustomization.yaml"])[0].ConfigMapGenerator[0]
	if diff := cmp.Diff([]string{"ca-_.nas.example.com-0.pem", "ca-_.nas.example.com.pem", "config.yaml"}, generator.Files); diff != "" {
		t.Errorf("the pods' files: -want +got\n%s", diff)
	}
}

// TestOutside: what lies outside of the cluster is reached at its own port alone, a
// node as the entity that Cilium knows it as.
func TestOutside(t *testing.T) {
	s := newSite(t)
	s.Routes = []site.Route{
		{Hostname: "a.example.com", Kind: site.RouteOwn, Target: site.Target{Service: "http://192.0.2.80:5000", Port: 5000, Addr: netip.MustParseAddr("192.0.2.80")}},
		{Hostname: "b.example.com", Kind: site.RouteOwn, Target: site.Target{Service: "http://203.0.113.10:9100", Port: 9100, Addr: netip.MustParseAddr("203.0.113.10"), Node: true}},
		{Hostname: "c.example.com", Kind: site.RouteOwn, Target: site.Target{Service: "rdp://desk.internal:3389", Port: 3389}},
		{Hostname: "d.example.com", Kind: site.RouteOwn, Target: site.Target{Service: "http://x.monitoring.svc.cluster.local:80", Namespace: "monitoring"}},
	}
	want := []manifest.CiliumEgress{
		{ToCIDR: []string{"192.0.2.80/32"}, ToPorts: ports("5000", "TCP")},
		{ToEntities: []string{"host", "remote-node"}, ToPorts: ports("9100", "TCP")},
		{ToEntities: []string{"world"}, ToPorts: ports("3389", "TCP")},
	}
	if diff := cmp.Diff(want, outside(s)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"monitoring"}, workloadNamespaces(s)); diff != "" {
		t.Errorf("namespaces: -want +got\n%s", diff)
	}
}

// TestEveryHostnameLeadsHome asks for every hostname, and for some that nobody
// serves.
func TestEveryHostnameLeadsHome(t *testing.T) {
	s := newSite(t)
	rules := decode[config](t, folder(t, s)["config.yaml"])[0].Ingress
	dev, all := route(t, s, "*.dev.example.com").Service, route(t, s, "*.example.com").Service
	want := map[string]string{
		"x.dev.example.com": dev, "a.b.dev.example.com": dev, "dev.example.com": all, "x.example.com": all, "example.com": "http_status:404", "nobody.example": "http_status:404", "notbakery.example": "http_status:404",
	}
	for _, r := range s.Routes {
		want[strings.Replace(r.Hostname, "*", "any", 1)] = r.Service
	}
	for hostname, service := range want {
		if got := match(rules, hostname, "/"); got != service {
			t.Errorf("%s leads to %s, want %s", hostname, got, service)
		}
	}
	if last := rules[len(rules)-1]; last != (rule{Service: "http_status:404"}) {
		t.Errorf("the last rule is %+v", last)
	}
	if len(rules) != len(s.Routes)+1 {
		t.Errorf("%d rules for %d routes", len(rules), len(s.Routes))
	}
	for _, r := range rules {
		if strings.Contains(r.Service, "localhost") || strings.Contains(r.Service, "127.0.0.1") {
			t.Errorf("%s leads into the connector's own pod", r.Hostname)
		}
	}
}

func TestConfig(t *testing.T) {
	got := decode[config](t, folder(t, newSite(t))["config.yaml"])[0]
	got.Ingress = nil
	want := config{
		CredentialsFile: "/etc/cloudflared/creds/credentials.json", EdgeIPVersion: "4",
		Metrics: "0.0.0.0:2000", NoAutoupdate: true, Tunnel: "hetzner-prod",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestOnlyTheRoutesChange adds a client's hostnames and looks at what else moved.
func TestOnlyTheRoutesChange(t *testing.T) {
	s := newSite(t)
	before := folder(t, s)
	for _, h := range []string{"garden.example", "www.garden.example"} {
		s.Routes = append(s.Routes, site.Route{Hostname: h, Kind: site.RouteClient, Target: site.Target{Service: "http://garden.websites.svc.cluster.local:80", Namespace: "websites"}})
	}
	after := folder(t, s)
	for name, text := range after {
		if name != "config.yaml" && text != before[name] {
			t.Errorf("%s changed", name)
		}
	}
	old := strings.Split(before["config.yaml"], "\n")
	var added []string
	for line := range strings.Lines(after["config.yaml"]) {
		line = strings.TrimSuffix(line, "\n")
		if len(old) > 0 && line == old[0] {
			old = old[1:]
		} else {
			added = append(added, line)
		}
	}
	want := []string{
		"- hostname: garden.example", "  service: http://garden.websites.svc.cluster.local:80",
		"- hostname: www.garden.example", "  service: http://garden.websites.svc.cluster.local:80",
	}
	if diff := cmp.Diff(want, added); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestRouteToNowhere(t *testing.T) {
	s := newSite(t)
	route(t, s, "ssh.example.com").Service = ""
	if _, err := Files(s); err == nil || !strings.Contains(err.Error(), `"ssh.example.com"`) {
		t.Errorf("got %v", err)
	}
}

func TestReplicas(t *testing.T) {
	s := newSite(t)
	if _, ok := folder(t, s)["pdb.yaml"]; !ok {
		t.Error("two replicas have no disruption budget")
	}
	s.Tunnel.Replicas = 1
	files := folder(t, s)
	if _, ok := files["pdb.yaml"]; ok || strings.Contains(files["kustomization.yaml"], "pdb.yaml") {
		t.Error("a single replica has a disruption budget, which would keep a node from being drained")
	}
	if !bytes.Contains([]byte(files["deployment.yaml"]), []byte("replicas: 1\n")) {
		t.Error("the number of replicas is not the site's")
	}
}

func TestNamespaces(t *testing.T) {
	policy := decode[map[string]any](t, folder(t, newSite(t))["networkpolicy.yaml"])
	if len(policy) != 2 || policy[0]["kind"] != "NetworkPolicy" || policy[1]["kind"] != "CiliumNetworkPolicy" {
		t.Fatalf("got %v", policy)
	}
	spec := policy[1]["spec"].(map[string]any)
	var entities, namespaces []string
	for _, e := range spec["egress"].([]any) {
		rule := e.(map[string]any)
		for _, n := range list(rule["toEntities"]) {
			entities = append(entities, n.(string))
		}
		for _, to := range list(rule["toEndpoints"]) {
			selector := to.(map[string]any)
			if labels, ok := selector["matchLabels"].(map[string]any); ok {
				namespaces = append(namespaces, labels[namespaceLabel].(string))
			}
			for _, x := range list(selector["matchExpressions"]) {
				for _, n := range list(x.(map[string]any)["values"]) {
					namespaces = append(namespaces, n.(string))
				}
			}
		}
	}
	// Nodes are entities: no address block matches them.
	if diff := cmp.Diff([]string{"world", "world", "host", "remote-node"}, entities); diff != "" {
		t.Errorf("entities: -want +got\n%s", diff)
	}
	slices.Sort(namespaces)
	if diff := cmp.Diff([]string{"all", "argocd", "dev", "in", "invoices", "kube-system", "kube-system", "websites"}, namespaces); diff != "" {
		t.Errorf("namespaces: -want +got\n%s", diff)
	}
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}
