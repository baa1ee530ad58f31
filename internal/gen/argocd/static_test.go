package argocd

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// TestStatic: the folder is in the container as it is in the output root, and the web
// server of it runs as a pod of Pod Security's level "restricted" does.
func TestStatic(t *testing.T) {
	s := gentest.Base(t, "\nclients: cafe: {domain: \"cafe.example\", static: \"sites/cafe\"}\n")
	for _, c := range s.Clients {
		if c.Name == "cafe" {
			c.Pages = []site.File{{Path: ".well-known/a", Data: []byte("1")}, {Path: "a/b", Data: []byte("2")}, {Path: "a_b", Data: []byte{0xff}}, {Path: "index.html", Data: []byte("3")}}
		}
	}
	docs := manifests(t, s)
	cm := docs["websites/cafe/static.yaml"][0]
	pod := docs["websites/cafe/deployment.yaml"][0].at("spec", "template", "spec").(object)
	got := map[string]any{}
	for _, v := range pod.list("volumes") {
		if v := v.(object); v["name"] == pagesVolume {
			if v.text("configMap", "name") != cm.text("metadata", "name") {
				t.Errorf("the pods wait for %v", v)
			}
			for _, item := range v.list("configMap", "items") {
				key, path := item.(object).text("key"), item.(object).text("path")
				if got[path] = cm.at("data", key); got[path] == nil {
					got[path] = cm.at("binaryData", key)
				}
			}
		}
	}
	if diff := cmp.Diff(map[string]any{".well-known/a": "1", "a/b": "2", "a_b": "/w==", "index.html": "3"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	c := pod.at("containers", 0).(object)
	if c.text("image") != "docker.io/nginxinc/nginx-unprivileged:"+s.Versions.Images.Nginx || pod.at("securityContext", "runAsUser") != 101 ||
		c.at("securityContext", "readOnlyRootFilesystem") != true || c.at("ports", 0, "containerPort") != 8080 {
		t.Errorf("another web server, or with more rights:\n%v", c)
	}
	conf := docs["websites/cafe/configmap.yaml"][0].text("data", "etc_nginx_nginx.conf")
	for _, want := range []string{"listen 8080;", "root " + pagesDir + ";", "pid /tmp/"} {
		if !strings.Contains(conf, want) {
			t.Errorf("the configuration lacks %q:\n%s", want, conf)
		}
	}
}
