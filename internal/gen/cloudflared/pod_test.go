package cloudflared

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/manifest"
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
