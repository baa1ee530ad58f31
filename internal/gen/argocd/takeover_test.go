package argocd

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/site"
)

// TestTakenOver: pods that were there before gen have the labels of the selector and no others, and no port with a
// name. Whatever finds the pods of the workload finds those too, and Kubernetes takes the selector.
func TestTakenOver(t *testing.T) {
	const selector = `selector: {"app.kubernetes.io/name": "web", tier: "back"}`
	docs := manifests(t, newSite(t, `
clients: studio: selector: {app: "studio-nginx"}
apps: board: {image: "ghcr.io/example/board:1", replicas: 2, ports: metrics: 9090, allow: ["invoices"], `+selector+`}
apps: search: {kind: "stateful", image: "docker.io/example/search:2.1.0", port: 9200, replicas: 3, allow: ["board"], `+selector+`}`))
	old := object{site.NameLabel: "web", "tier": "back"}
	for name, c := range map[string]struct{ selector, labels object }{
		"board/deployment":           {old, old},
		"search/statefulset":         {old, old},
		"websites/studio/deployment": {object{"app": "studio-nginx"}, object{"app": "studio-nginx", site.NameLabel: "studio", site.InternetLabel: "allowed"}},
	} {
		d := docs[name+".yaml"][0]
		if diff := cmp.Diff(any(c.selector), d.at("spec", "selector", "matchLabels")); diff != "" {
			t.Errorf("%s has another selector:\n%s", name, diff)
		}
		if diff := cmp.Diff(any(c.labels), d.at("spec", "template", "metadata", "labels")); diff != "" {
			t.Errorf("the pods of %s have other labels:\n%s", name, diff)
		}
		if diff := cmp.Diff(any(c.selector), d.at("spec", "template", "spec", "topologySpreadConstraints", 0, "labelSelector", "matchLabels")); diff != "" {
			t.Errorf("the pods of %s are spread among others:\n%s", name, diff)
		}
		folder, _, _ := strings.Cut(strings.TrimPrefix(name, "websites/"), "/")
		if d.text("metadata", "name") != folder {
			t.Errorf("%s is another object: %s", name, d.text("metadata", "name"))
		}
	}
	for _, name := range []string{"board/service", "search/service", "search/service-pods"} {
		s := docs[name+".yaml"][0]
		if !cmp.Equal(any(old), s.at("spec", "selector")) {
			t.Errorf("%s does not find old pods: %v", name, s.at("spec", "selector"))
		}
		for _, p := range s.list("spec", "ports") {
			if number, ok := p.(object)["targetPort"].(int); !ok || number < 8080 {
				t.Errorf("%s leads to a port that old pods have no name for: %v", name, p)
			}
		}
	}
	for _, name := range []string{"board", "search"} {
		if pdb := docs[name+"/pdb.yaml"][0]; !cmp.Equal(any(old), pdb.at("spec", "selector", "matchLabels")) {
			t.Errorf("%s: the budget does not count old pods", name)
		}
		policies := docs[name+"/networkpolicy.yaml"]
		own := policies[len(policies)-1]
		if !cmp.Equal(any(old), own.at("spec", "podSelector", "matchLabels")) {
			t.Errorf("%s: the policy does not open old pods: %v", name, own.at("spec", "podSelector"))
		}
	}
	for path, list := range map[string][]any{"board": {"egress", "to"}, "search": {"ingress", "from"}} { // from one to the other
		policies := docs[path+"/networkpolicy.yaml"]
		found := false
		for _, r := range policies[len(policies)-1].list("spec", list[0]) {
			for _, p := range r.(object).list(list[1]) {
				found = found || p.(object)["namespaceSelector"] != nil && cmp.Equal(any(old), p.(object).at("podSelector", "matchLabels"))
			}
		}
		if !found {
			t.Errorf("%s: old pods of the other app are left out", path)
		}
	}
	if plain := docs["websites/bakery/service.yaml"][0]; !maps.Equal(plain.at("spec", "selector").(object), object{site.NameLabel: "bakery"}) || plain.at("spec", "ports", 0, "targetPort") != portName {
		t.Errorf("without a selector it is another Service: %v", plain)
	}
}
