package argocd

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/site"
)

// TestPodsAreRestricted holds what Pod Security's level "restricted" asks for, and
// what every pod has beyond it.
func TestPodsAreRestricted(t *testing.T) {
	for _, d := range kind(manifests(t, newSite(t)), "Deployment") {
		name := d.text("metadata", "name")
		pod := d.at("spec", "template", "spec").(object)
		c := pod.at("containers", 0).(object)
		for what, ok := range map[string]bool{
			"a service account token":             pod.at("automountServiceAccountToken") == false,
			"service links":                       pod.at("enableServiceLinks") == false,
			"no seccomp profile":                  pod.text("securityContext", "seccompProfile", "type") == "RuntimeDefault",
			"a way to more privileges":            c.at("securityContext", "allowPrivilegeEscalation") == false,
			"no memory limit":                     c.text("resources", "limits", "memory") != "",
			"no requests":                         c.text("resources", "requests", "cpu") != "" && c.text("resources", "requests", "memory") != "",
			"no place to write to":                c.text("volumeMounts", 0, "mountPath") == "/tmp",
			"a selector that misses its own pods": cmp.Equal(d.at("spec", "selector", "matchLabels", site.NameLabel), d.at("spec", "template", "metadata", "labels", site.NameLabel)),
		} {
			if !ok {
				t.Errorf("%s has %s", name, what)
			}
		}
		root := pod.at("securityContext", "runAsNonRoot") == true
		drop := cmp.Equal(c.at("securityContext", "capabilities", "drop"), []any{"ALL"})
		if restricted := name != "legacy"; root != restricted || drop != restricted || c.at("securityContext", "readOnlyRootFilesystem") != restricted {
			t.Errorf("%s: non-root %v, capabilities dropped %v", name, root, drop)
		}
	}
}

func TestDeployment(t *testing.T) {
	docs := manifests(t, newSite(t))
	studio, invoices := docs["websites/studio/deployment.yaml"][0], docs["invoices/deployment.yaml"][0]
	if studio.at("spec", "strategy", "rollingUpdate", "maxUnavailable") != 0 || studio.list("spec", "template", "spec", "topologySpreadConstraints") == nil {
		t.Error("two replicas go down together")
	}
	if len(docs["websites/studio/pdb.yaml"]) != 1 || len(docs["websites/bakery/pdb.yaml"]) != 0 {
		t.Error("a disruption budget belongs to two replicas, and to no single one")
	}
	if got := invoices.text("spec", "strategy", "type"); got != "Recreate" {
		t.Errorf("an app with a volume is replaced by %s: two pods would write to it", got)
	}
	pod := invoices.at("spec", "template", "spec").(object)
	if pod.at("securityContext", "runAsUser") != 1000 || pod.at("securityContext", "fsGroup") != 1000 {
		t.Error("the app's user cannot write to its volume")
	}
	c := pod.at("containers", 0).(object)
	want := []any{
		object{"name": "LOG_LEVEL", "value": "info"},
		object{"name": "API_KEY", "valueFrom": object{"secretKeyRef": object{"key": "API_KEY", "name": "invoices-secrets"}}},
		object{"name": "DATABASE_URL", "valueFrom": object{"secretKeyRef": object{"key": "DATABASE_URL", "name": "invoices-secrets"}}},
	}
	if diff := cmp.Diff(want, c.list("env")); diff != "" {
		t.Errorf("env: -want +got\n%s", diff)
	}
	for _, p := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		if c.text(p, "httpGet", "path") != "/up" || studio.at("spec", "template", "spec", "containers", 0, p, "tcpSocket") == nil {
			t.Errorf("%s asks for something else", p)
		}
	}
	if got := docs["invoices/service.yaml"][0].at("spec", "ports", 0); !cmp.Equal(got, any(object{"name": portName, "port": 3000, "targetPort": portName})) {
		t.Errorf("the service has port %v", got)
	}
}

// TestPolicies holds that every namespace is closed, and what is open again.
func TestPolicies(t *testing.T) {
	s := newSite(t)
	docs := manifests(t, s)
	closed := map[string]bool{}
	for _, b := range s.Beside() {
		closed[b.Namespace] = true // the folder's own policies are all that it has
	}
	for _, p := range kind(docs, "NetworkPolicy") {
		empty := cmp.Equal(p.at("spec", "podSelector"), any(object{})) && p.at("spec", "ingress") == nil && p.at("spec", "egress") == nil
		if empty && cmp.Equal(p.list("spec", "policyTypes"), []any{"Ingress", "Egress"}) {
			closed[p.text("metadata", "namespace")] = true
		}
	}
	for _, n := range kind(docs, "Namespace") {
		if name := n.text("metadata", "name"); !closed[name] {
			t.Errorf("namespace %s is open", name)
		}
	}

	db, invoices := docs["db/networkpolicy.yaml"][2], docs["invoices/networkpolicy.yaml"][2]
	if diff := cmp.Diff([]any{peer("invoices", "invoices")}, db.list("spec", "ingress", 0, "from")); diff != "" {
		t.Errorf("who reaches db: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]any{peer("cloudflared", "cloudflared")}, invoices.list("spec", "ingress", 0, "from")); diff != "" {
		t.Errorf("who reaches invoices: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]any{peer("db", "db")}, invoices.list("spec", "egress", 0, "to")); diff != "" {
		t.Errorf("whom invoices reaches: -want +got\n%s", diff)
	}
	for _, p := range []any{db.at("spec", "ingress", 0, "ports", 0, "port"), invoices.at("spec", "egress", 0, "ports", 0, "port")} {
		if p != 5432 {
			t.Errorf("port %v: a policy is about the pod's port, not the Service's", p)
		}
	}

	label := func(p string) any {
		return docs["websites/"+p+"/deployment.yaml"][0].at("spec", "template", "metadata", "labels", site.InternetLabel)
	}
	if label("studio") != "allowed" || label("bakery") != nil {
		t.Error("the wrong clients reach the internet")
	}
}

func peer(namespace, name string) object {
	return object{
		"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": namespace}},
		"podSelector":       object{"matchLabels": object{site.NameLabel: name}},
	}
}

// TestInternetIsNotTheCluster holds that the way to the internet leads to no
// private network and not into the cluster.
func TestInternetIsNotTheCluster(t *testing.T) {
	s := newSite(t)
	for _, w := range []*site.Workload{s.Apps[1], s.Apps[0]} {
		policy := manifests(t, s)[w.Name+"/networkpolicy.yaml"][2]
		for _, e := range policy.list("spec", "egress") {
			block := e.(object).at("to", 0, "ipBlock")
			if block == nil {
				continue
			}
			if !w.Internet {
				t.Errorf("%s reaches the internet", w.Name)
			}
			for _, a := range []string{"10.42.3.4", "203.0.113.10", "192.168.1.1", "172.31.0.1", "169.254.169.254", "100.100.0.1"} {
				if !excepted(t, block.(object), a) {
					t.Errorf("%s reaches %s", w.Name, a)
				}
			}
			if excepted(t, block.(object), "198.51.100.1") {
				t.Error("the internet is closed")
			}
		}
	}
}

func excepted(t *testing.T, block object, addr string) bool {
	t.Helper()
	cidr := netip.MustParsePrefix(block.text("cidr"))
	return slices.ContainsFunc(block.list("except"), func(e any) bool {
		p := netip.MustParsePrefix(e.(string))
		if p != p.Masked() || !cidr.Contains(p.Addr()) {
			t.Errorf("%s is no network inside %s", p, cidr)
		}
		return p.Contains(netip.MustParseAddr(addr))
	})
}

// TestReadBack puts awkward texts in every free field and reads them back.
func TestReadBack(t *testing.T) {
	for _, text := range []string{"no", "1e3", "~", " a", "a\r\nb\t", "æ 日本", "\" \\ ${x} $${x} %{if} '' ' # $(id) |\n", "<<", "a: b #c", strings.Repeat("x ", 300)} {
		s := newSite(t)
		w := s.Apps[1]
		w.Env = map[string]string{"A": text}
		w.Args, w.Command, w.Health.Path, w.Image = []string{text, "x"}, []string{text}, text, text
		w.Volumes[0].Mount, w.Writable = text, []string{"/" + text}
		c := manifests(t, s)["invoices/deployment.yaml"][0].at("spec", "template", "spec", "containers", 0).(object)
		// What the kubelet would make of $(id) and $$ is protected by doubling.
		literal := text
		if strings.Contains(text, "$(") {
			literal = strings.ReplaceAll(text, "$", "$$")
		}
		got := []string{
			c.text("env", 0, "value"), c.text("args", 0), c.text("command", 0), c.text("readinessProbe", "httpGet", "path"),
			c.text("image"), c.text("volumeMounts", 2, "mountPath"), c.text("volumeMounts", 1, "mountPath"),
		}
		if diff := cmp.Diff([]string{literal, literal, literal, text, text, text, "/" + text}, got); diff != "" {
			t.Errorf("%q: -want +got\n%s", text, diff)
		}
	}
}

// TestVolumeNames holds that names fit, differ, and do not change when a directory
// is added.
func TestVolumeNames(t *testing.T) {
	w := newSite(t).Apps[1]
	w.Volumes[0].Name = "empty-tmp"
	w.Writable = []string{"/Cache/x", "/cache-x", "/cache.x", "/" + strings.Repeat("deep/", 40), "/" + strings.Repeat("deep/", 41)}
	names := map[string]bool{}
	for _, v := range volumes(w) {
		if names[v.Name] || len(v.Name) > 63 || strings.Trim(v.Name, "-") != v.Name {
			t.Errorf("name %q", v.Name)
		}
		names[v.Name] = true
	}
	if len(names) != 7 {
		t.Errorf("%d volumes", len(names))
	}
	w.Writable = []string{"/var/cache/nginx"}
	if got := scratch(w)[1].Name; got != "empty-var-cache-nginx" {
		t.Errorf("got %q", got)
	}
}
