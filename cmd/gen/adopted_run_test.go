package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestAdoptedObjects applies the manifests of examples/adopt/before to an API server, and gen's over them as Argo CD does: it
// refuses none but the Deployment that docs/ADOPTING.md names, and what has a selector in the spec is the same object as before.
func TestAdoptedObjects(t *testing.T) {
	l := newLoopback(t, clusterPrograms(t))
	l.members = l.members[:1]
	m := l.members[0]
	l.start(m)
	l.wait(m, "/readyz")
	apply := func(o siteObject) ([]byte, error) {
		return l.ask(m, http.MethodPatch, o.path()+"?fieldManager=argocd-controller&force=true&fieldValidation=Strict", o.text)
	}
	// Argo CD makes the namespace that an Application goes to (CreateNamespace).
	namespace := siteObject{APIVersion: "v1", Kind: "Namespace", text: []byte("{apiVersion: v1, kind: Namespace, metadata: {name: websites}}")}
	namespace.Metadata.Name = "websites"
	was := map[string]string{} // what is there, by its path: its uid
	for _, o := range append([]siteObject{namespace}, siteObjects(t, "../../examples/adopt/before/k8s/argocd-atlas")...) {
		text, err := apply(o)
		l.must(err)
		was[o.path()] = liveObject(t, text).Metadata.UID
	}
	var refused, same []string
	for _, o := range siteObjects(t, "../../examples/adopt/k8s") {
		text, err := apply(o)
		if err != nil {
			refused = append(refused, o.path())
			if !strings.Contains(err.Error(), "field is immutable") {
				t.Error(err)
			}
			continue
		}
		is := liveObject(t, text)
		if uid := was[o.path()]; uid == is.Metadata.UID {
			same = append(same, o.path())
		} else if uid != "" {
			t.Errorf("%s is another object", o.path())
		}
	}
	const cloudflared = "/apis/apps/v1/namespaces/cloudflared/deployments/cloudflared"
	if strings.Join(refused, " ") != cloudflared {
		t.Errorf("refused as immutable: %q, and docs/ADOPTING.md says %s", refused, cloudflared)
	}

	const deployment, service = "/apis/apps/v1/namespaces/websites/deployments/harbor-nginx", "/api/v1/namespaces/websites/services/harbor-nginx"
	all := strings.Join(same, " ")
	if !strings.Contains(all, deployment) || !strings.Contains(all, service) {
		t.Errorf("what a client takes over is none of %q", same)
	}
	text, err := l.ask(m, http.MethodGet, deployment, nil)
	l.must(err)
	d := liveObject(t, text)
	if n := len(d.Spec.Template.Spec.Containers); n != 1 {
		t.Errorf("the pods of before have a container beside gen's: %d", n)
	}
	text, err = l.ask(m, http.MethodGet, service, nil)
	l.must(err)
	s := liveObject(t, text)
	var selector map[string]string
	l.must(json.Unmarshal(s.Spec.Selector, &selector))
	if len(selector) != 1 || selector["app"] != "harbor-nginx" || d.Spec.Template.Metadata.Labels["app"] != "harbor-nginx" {
		t.Errorf("the Service finds %q, and the pods have %q", selector, d.Spec.Template.Metadata.Labels)
	}
	if len(s.Spec.Ports) != 1 || string(s.Spec.Ports[0].TargetPort) != "8080" {
		t.Errorf("the Service leads to ports that pods of before do not have: %+v", s.Spec.Ports)
	}
}

// live is what is asked of an object that an API server has.
type live struct {
	Metadata struct{ UID string }
	Spec     struct {
		Selector json.RawMessage
		Ports    []struct{ TargetPort json.RawMessage }
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct{ Containers []json.RawMessage }
		}
	}
}

func liveObject(t *testing.T, text []byte) live {
	t.Helper()
	var o live
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	return o
}
