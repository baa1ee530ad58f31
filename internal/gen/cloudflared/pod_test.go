package cloudflared

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// TestConnectorPod holds what keeps the way in open: probes that tell a lost
// connection from a dead process, a configuration that reaches the pods, and two
// of them.
func TestConnectorPod(t *testing.T) {
	files := folder(t, newSite(t))
	d := decode[manifest.Object[manifest.DeploymentSpec]](t, files["deployment.yaml"])[0].Spec
	pod := d.Template.Spec
	c := pod.Containers[0]
	if c.LivenessProbe.HTTPGet.Path != "/healthcheck" || c.ReadinessProbe.HTTPGet.Path != "/ready" {
		t.Errorf("probes: %+v, %+v", c.LivenessProbe.HTTPGet, c.ReadinessProbe.HTTPGet)
	}
	for _, m := range c.VolumeMounts {
		if m.SubPath != "" {
			t.Errorf("%s is a single file, which follows no change", m.MountPath)
		}
	}
	if d.Strategy.RollingUpdate.MaxUnavailable != 0 || d.Replicas != 2 {
		t.Errorf("%d replicas, %+v", d.Replicas, d.Strategy.RollingUpdate)
	}
	if diff := cmp.Diff([]manifest.Text{"tunnel", "--config", "/etc/cloudflared/config/config.yaml", "run"}, c.Args); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !strings.HasSuffix(c.Image, "/cloudflared:2026.8.2") {
		t.Errorf("image %s", c.Image)
	}

	s, p := c.SecurityContext, pod.SecurityContext
	if s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem || !cmp.Equal(s.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("container: %+v", s)
	}
	if !*p.RunAsNonRoot || *p.RunAsUser == 0 || p.SeccompProfile.Type != "RuntimeDefault" || pod.AutomountServiceAccountToken {
		t.Errorf("pod: %+v", p)
	}
}

// TestPodsWaitForAccess holds the gate: a pod asks for a key of every guarded
// hostname and of no other, none of them optional, and mounts the volume, without
// which the kubelet would not wait for it.
func TestPodsWaitForAccess(t *testing.T) {
	s := newSite(t)
	pod := func() manifest.PodSpec {
		return decode[manifest.Object[manifest.DeploymentSpec]](t, folder(t, s)["deployment.yaml"])[0].Spec.Template.Spec
	}
	if got := pod(); len(got.Volumes) != 2 || len(got.Containers[0].VolumeMounts) != 2 {
		t.Errorf("nothing is guarded, and the pod has %+v", got.Volumes)
	}
	for _, hostname := range []string{"*.dev.example.com", "argocd.example.com", "ssh.example.com"} {
		route(t, s, hostname).Access = "admins"
	}
	got := pod()
	want := manifest.PodVolume{Name: "access", ConfigMap: &manifest.ConfigMapVolume{Name: "access-applications", Items: []manifest.KeyToPath{
		{Key: "_.dev.example.com", Path: "_.dev.example.com"},
		{Key: "argocd.example.com", Path: "argocd.example.com"},
		{Key: "ssh.example.com", Path: "ssh.example.com"},
	}}}
	if diff := cmp.Diff(want, got.Volumes[0]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if m := got.Containers[0].VolumeMounts[0]; m.Name != "access" {
		t.Errorf("the container mounts %+v first", m)
	}
	if strings.Contains(folder(t, s)["deployment.yaml"], "optional") {
		t.Error("a key that may be missing is not waited for")
	}
}

// TestAccessIsCheckedTwice: with a team, cloudflared refuses what comes without the
// token of the hostname's own application, on all of its paths, and public hostnames
// stay public.
func TestAccessIsCheckedTwice(t *testing.T) {
	s := newSite(t)
	s.Cloudflare.Team = "example"
	r := route(t, s, "argocd.example.com")
	r.Access, r.Paths = "admins", []site.RoutePath{{Path: "^/x", Target: site.Target{Service: "http://192.0.2.1:80", Origin: &site.Origin{DisableChunkedEncoding: true}}}}
	route(t, s, "*.dev.example.com").Access = "admins"
	files := folder(t, s)
	for _, x := range decode[config](t, files["config.yaml"])[0].Ingress {
		var want *accessCheck
		switch x.Hostname {
		case "argocd.example.com":
			want = &accessCheck{AudTag: []string{"aud:argocd.example.com"}, Required: true, TeamName: "example"}
		case "*.dev.example.com":
			want = &accessCheck{AudTag: []string{"aud:_.dev.example.com"}, Required: true, TeamName: "example"}
		}
		var got *accessCheck
		if x.OriginRequest != nil {
			got = x.OriginRequest.Access
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s%s: -want +got\n%s", x.Hostname, x.Path, diff)
		}
	}
	pod := decode[manifest.Object[manifest.DeploymentSpec]](t, files["deployment.yaml"])[0].Spec.Template.Spec
	volumes := map[string]manifest.PodVolume{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = v
	}
	if volumes["config"].EmptyDir == nil || volumes["template"].ConfigMap.Name != "cloudflared-config" || volumes["access"].ConfigMap == nil {
		t.Errorf("volumes: %+v", pod.Volumes)
	}
	if len(pod.InitContainers) != 1 || !strings.HasSuffix(pod.InitContainers[0].Image, "/busybox:"+s.Versions.Images.Busybox) {
		t.Errorf("init containers: %+v", pod.InitContainers)
	}
}

// TestAudiences runs what puts the audiences into the configuration, in folders that
// are as the kubelet makes them.
func TestAudiences(t *testing.T) {
	s := newSite(t)
	s.Cloudflare.Team = "example"
	for _, hostname := range []string{"*.dev.example.com", "argocd.example.com", "bakery.example"} {
		route(t, s, hostname).Access = "admins"
	}
	dir := t.TempDir()
	run := func(audiences map[string]string) (string, error) {
		for _, d := range []string{"access", "template", "config"} {
			if err := errors.Join(os.RemoveAll(filepath.Join(dir, d)), os.Mkdir(filepath.Join(dir, d), 0o755)); err != nil {
				t.Fatal(err)
			}
		}
		files := map[string]string{"template/config.yaml": folder(t, s)["config.yaml"], "access/..data": "no key"}
		for host, aud := range audiences {
			files["access/"+host] = aud
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		out, err := exec.Command("sh", "-euc", strings.ReplaceAll(fill, "/etc/cloudflared", dir)).CombinedOutput()
		if err != nil {
			return string(out), err
		}
		text, err := os.ReadFile(filepath.Join(dir, "config", "config.yaml"))
		return string(text), err
	}
	all := map[string]string{"_.dev.example.com": "aaa0", "argocd.example.com": "bbb1", "bakery.example": "ccc2"}
	text, err := run(all)
	if err != nil {
		t.Fatal(text, err)
	}
	for _, x := range decode[config](t, text)[0].Ingress {
		want := all[strings.Replace(x.Hostname, "*", "_", 1)]
		if (x.OriginRequest == nil) != (want == "") || x.OriginRequest != nil && x.OriginRequest.Access.AudTag[0] != want {
			t.Errorf("%s: %+v, want the audience %q", x.Hostname, x.OriginRequest, want)
		}
	}
	delete(all, "bakery.example")
	if text, err := run(all); err == nil {
		t.Errorf("a configuration without an audience passes:\n%s", text)
	}
}

// TestConfigRollsThePods holds that the ConfigMap is made by kustomize, which puts
// a hash into its name and into the Deployment, from the file that cloudflared
// itself can check.
func TestConfigRollsThePods(t *testing.T) {
	files := folder(t, newSite(t))
	k := decode[manifest.Kustomization](t, files["kustomization.yaml"])[0]
	want := []manifest.ConfigMapGenerator{{Files: []string{"config.yaml"}, Name: "cloudflared-config", Namespace: "cloudflared"}}
	if diff := cmp.Diff(want, k.ConfigMapGenerator); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"deployment.yaml", "networkpolicy.yaml", "pdb.yaml"}, k.Resources); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	d := decode[manifest.Object[manifest.DeploymentSpec]](t, files["deployment.yaml"])[0]
	if got := d.Spec.Template.Spec.Volumes[0].ConfigMap.Name; got != "cloudflared-config" {
		t.Errorf("the pods read %s", got)
	}
}

// TestBypass: paths without a log-in are led past the check, and nothing else is; none
// is reached by climbing out of them.
func TestBypass(t *testing.T) {
	s := newSite(t)
	s.Cloudflare.Team = "example"
	r := route(t, s, "argocd.example.com")
	r.Access, r.Bypass = "admins", []string{"/a/v*/b", "/hooks/*", "/up"}
	rules := decode[config](t, folder(t, s)["config.yaml"])[0].Ingress
	for path, want := range map[string]string{
		"/": "checked", "/hooks": "checked", "/hooks/x": "open", "/hooksx": "checked", "/up": "open", "/up/x": "open", "/upx": "checked", "/x/up": "checked",
		"/a/v1/b": "open", "/a/v1/x/b": "open", "/a/v1/c": "checked", "/hooks/../admin": "refused", "/hooks/..": "refused", "/hooks/..x": "open",
		"/hooks/..;/admin": "refused", `/hooks\..\admin`: "refused", "/hooks/;x/../admin": "refused", "/hooks/.": "refused", "/hooks/;id=1": "open",
	} {
		i := slices.IndexFunc(rules, func(x rule) bool {
			return x.Hostname == "argocd.example.com" && regexp.MustCompile(x.Path).MatchString(path)
		})
		got := "open"
		switch x := rules[i]; {
		case x.Service == "http_status:400":
			got = "refused"
		case x.OriginRequest != nil && x.OriginRequest.Access != nil:
			got = "checked"
		}
		if got != want {
			t.Errorf("%s is %s by rule %d, want %s", path, got, i, want)
		}
	}
}
