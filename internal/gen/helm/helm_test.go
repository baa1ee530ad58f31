package helm

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

type object = map[string]any

// values reads a values file the way Helm does, which knows no comments and no
// types.
func values(t *testing.T, s *site.Site, chart string) object {
	t.Helper()
	files, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Path == "k8s/terraform-hetzner/values/"+chart+".yaml" {
			var v object
			if err := yaml.Unmarshal(f.Data, &v); err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	t.Fatalf("no values for %s", chart)
	return nil
}

// at walks down maps by key and lists by index; nil where there is nothing.
func at(v any, path ...any) any {
	for _, p := range path {
		switch step := p.(type) {
		case string:
			m, _ := v.(object)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}

func TestCilium(t *testing.T) {
	s := gentest.Base(t, "")
	got := values(t, s, "cilium")
	want := object{
		"bpf":                  object{"masquerade": true},
		"hubble":               object{"enabled": true, "relay": object{"enabled": true, "rollOutPods": true}, "tls": object{"auto": object{"method": "cronJob"}}, "ui": object{"enabled": true, "rollOutPods": true}},
		"ipam":                 object{"mode": "kubernetes"},
		"k8s":                  object{"requireIPv4PodCIDR": true},
		"k8sServiceHost":       "127.0.0.1",
		"k8sServicePort":       6443,
		"kubeProxyReplacement": true,
		"operator":             object{"replicas": 1, "rollOutPods": true},
		"rollOutCiliumPods":    true,
		"routingMode":          "tunnel",
		"tunnelProtocol":       "vxlan",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}

	s = gentest.Base(t, gentest.Agent("web2")+`cluster: hubble: enabled: false`)
	got = values(t, s, "cilium")
	if diff := cmp.Diff(object{"enabled": true, "type": "wireguard"}, got["encryption"]); diff != "" {
		t.Errorf("between hosts: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(object{"enabled": false}, got["hubble"]); diff != "" {
		t.Errorf("without Hubble: -want +got\n%s", diff)
	}
	if got["k8sServicePort"] != 6444 {
		t.Error("agents look for the API on a port that only the server serves")
	}

	s = gentest.Base(t, gentest.Servers())
	if got := values(t, s, "cilium"); got["k8sServicePort"] != 6443 || at(got, "operator", "replicas") != 2 || at(got, "encryption", "enabled") != true {
		t.Errorf("three servers: %v", got)
	}
	for _, part := range []string{"server", "repoServer"} {
		if got := at(values(t, s, "argocd"), part, "replicas"); got != 2 {
			t.Errorf("three servers: %v of Argo CD's %s", got, part)
		}
	}
}

// TestArgoCDConfiguration holds what goes into Argo CD's own configuration, and
// under which key: the chart drops a misplaced one without a word.
func TestArgoCDConfiguration(t *testing.T) {
	v := values(t, gentest.Base(t, `versions: images: argocd: ""`), "argocd")
	cm := at(v, "configs", "cm")
	if got := at(cm, "application.resourceTrackingMethod"); got != "annotation" {
		t.Errorf("tracking method %v", got)
	}
	if got := at(cm, "kustomize.buildOptions"); got != "--enable-alpha-plugins --enable-exec" {
		t.Errorf("build options %v: ksops does not run", got)
	}
	health, _ := at(cm, "resource.customizations.health.argoproj.io_Application").(string)
	if !strings.Contains(health, "hs.status = obj.status.health.status") || !strings.HasSuffix(health, "return hs\n") {
		t.Errorf("waves do not wait for Applications: %q", health)
	}
	if diff := cmp.Diff(object{"controller.sync.timeout.seconds": 3600, "server.insecure": true}, at(v, "configs", "params")); diff != "" {
		t.Errorf("params: -want +got\n%s", diff)
	}
	if got := at(v, "global", "domain"); got != "argocd.example.com" {
		t.Errorf("domain %v", got)
	}
	if got := at(v, "global", "image", "tag"); got != nil {
		t.Errorf("the image is %v, and the spec leaves it to the chart", got)
	}
	s := gentest.Base(t, `versions: images: argocd: "v3.4.8"`)
	if got := at(values(t, s, "argocd"), "global", "image", "tag"); got != "v3.4.8" {
		t.Errorf("the image's tag is %v", got)
	}
	if at(v, "configs", "repositories") != nil {
		t.Error("the repository is a Secret that Terraform makes, not a value")
	}
	for _, part := range []string{"dex", "notifications"} {
		if at(v, part, "enabled") != false {
			t.Errorf("%s runs for nobody", part)
		}
	}
	for _, part := range []string{"controller", "redis", "repoServer", "server"} {
		if at(v, part, "resources", "limits", "memory") == nil || at(v, part, "resources", "requests", "cpu") == nil {
			t.Errorf("%s has no bounds", part)
		}
	}
	if at(v, "configs", "ssh") != nil {
		t.Error("known hosts of nobody")
	}
}

// TestRepoServerDecrypts holds that the repo-server gets the program, the key, and
// the way to find both.
func TestRepoServerDecrypts(t *testing.T) {
	r := at(values(t, gentest.Base(t, `versions: images: ksops: "v4.5.1"`), "argocd"), "repoServer")
	install := at(r, "initContainers", 0)
	if diff := cmp.Diff([]any{"/usr/local/bin/ksops", "install", "/custom-tools"}, at(install, "command")); diff != "" {
		t.Errorf("the image has no shell: -want +got\n%s", diff)
	}
	if got := at(install, "image"); got != "docker.io/viaductoss/ksops:v4.5.1" {
		t.Errorf("image %v", got)
	}
	if at(install, "securityContext", "runAsNonRoot") != true || at(install, "securityContext", "runAsUser") != 65532 {
		t.Error("the image names its user, so the kubelet wants a number")
	}
	mounts := map[any]any{}
	for _, m := range at(r, "volumeMounts").([]any) {
		mounts[at(m, "mountPath")] = at(m, "name")
	}
	volumes := map[any]any{}
	for _, m := range at(r, "volumes").([]any) {
		volumes[at(m, "name")] = m
	}
	if mounts["/usr/local/bin/ksops"] != at(install, "volumeMounts", 0, "name") || volumes[mounts["/usr/local/bin/ksops"]] == nil {
		t.Error("what is installed is not where kustomize looks")
	}
	if got := at(volumes[mounts["/sops-age"]], "secret", "secretName"); got != "sops-age-key" {
		t.Errorf("the key comes from %v", got)
	}
	if diff := cmp.Diff([]any{object{"name": "SOPS_AGE_KEY_FILE", "value": "/sops-age/keys.txt"}}, at(r, "env")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if at(r, "automountServiceAccountToken") != false {
		t.Error("what runs plugins has a token of the API")
	}
}

func TestKnownHosts(t *testing.T) {
	s := gentest.Base(t, "")
	s.Repo.KnownHosts = []string{"[git.example.org]:2222 ssh-ed25519 AAAA", "git.example.org ssh-rsa BBBB # {{ no }} 'template'"}
	got := at(values(t, s, "argocd"), "configs", "ssh", "extraHosts")
	if got != strings.Join(s.Repo.KnownHosts, "\n") {
		t.Errorf("got %q", got)
	}
}
