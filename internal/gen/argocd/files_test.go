package argocd

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

func withFiles(t *testing.T, files string) *site.Site {
	t.Helper()
	return gentest.Base(t, "\napps: invoices: {user: 1000, files: {"+files+"}}\n")
}

// TestFiles: each file is where the spec says, by the ConfigMap or the Secret that holds
// it, and no variable is made of a secret that is a file.
func TestFiles(t *testing.T) {
	s := withFiles(t, `"/etc/a.b": text: "1", "/etc_a.b": text: "2", "/..x": text: "3", "/etc/tls.key": secret: "tls.key"`)
	docs := manifests(t, s)
	cm := docs["invoices/configmap.yaml"][0]
	if diff := cmp.Diff(any(object{"x": "3", "etc_a.b": "1", "2_etc_a.b": "2"}), cm["data"]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	pod := docs["invoices/deployment.yaml"][0].at("spec", "template", "spec").(object)
	mounts := map[string]string{}
	for _, m := range pod.at("containers", 0).(object).list("volumeMounts") {
		m := m.(object)
		if sub, ok := m["subPath"]; ok {
			mounts[m.text("mountPath")] = m.text("name") + "/" + sub.(string)
			if m["readOnly"] != true {
				t.Errorf("%v can be written to", m)
			}
		}
	}
	want := map[string]string{"/etc/a.b": "files/etc_a.b", "/etc_a.b": "files/2_etc_a.b", "/..x": "files/x", "/etc/tls.key": "secret-files/tls.key"}
	if diff := cmp.Diff(want, mounts); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, v := range pod.list("volumes") {
		switch v := v.(object); v["name"] {
		case "files":
			if v.text("configMap", "name") != cm.text("metadata", "name") {
				t.Errorf("the pods wait for %v", v)
			}
		case "secret-files":
			want := object{"defaultMode": 0o440, "items": []any{object{"key": "tls.key", "path": "tls.key"}}, "secretName": "invoices-secrets"}
			if diff := cmp.Diff(any(want), v["secret"]); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		}
	}
	if pod.at("securityContext", "fsGroup") != 1000 {
		t.Error("the app's user cannot read its key")
	}
	for _, e := range pod.at("containers", 0).(object).list("env") {
		if e.(object)["name"] == "tls.key" {
			t.Error("a file is a variable too")
		}
	}
}

// TestFilesRoll: another content, or another file, is another ConfigMap and new pods.
func TestFilesRoll(t *testing.T) {
	names := map[string]string{}
	for _, files := range []string{`"/a": text: "1"`, `"/a": text: "2"`, `"/b": text: "1"`, `"/a": text: "1", "/b": text: ""`} {
		name := manifests(t, withFiles(t, files))["invoices/configmap.yaml"][0].text("metadata", "name")
		if other, ok := names[name]; ok {
			t.Errorf("%s and %s are both %s", files, other, name)
		}
		names[name] = files
	}
	once := manifests(t, withFiles(t, `"/a": text: "1"`))["invoices/configmap.yaml"][0].text("metadata", "name")
	if names[once] == "" || !strings.HasPrefix(once, "invoices-files-") {
		t.Errorf("the same files are %s now", once)
	}
}

// TestFilesBesideVolumes: the user may call a volume what gen calls its own.
func TestFilesBesideVolumes(t *testing.T) {
	s := gentest.Base(t, "\napps: invoices: {volumes: files: {mount: \"/srv\", size: \"1Gi\"}, files: \"/a\": text: \"1\"}\n")
	seen := map[any]bool{}
	for _, v := range manifests(t, s)["invoices/deployment.yaml"][0].list("spec", "template", "spec", "volumes") {
		if name := v.(object)["name"]; seen[name] {
			t.Errorf("two volumes are called %s", name)
		} else {
			seen[name] = true
		}
	}
}
