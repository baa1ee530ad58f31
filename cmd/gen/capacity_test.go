package main

import (
	"os"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"sitegen/internal/rules"
	"sitegen/internal/spec"
)

// TestOwnRequests holds what the rules count with to what the output asks for, and
// to k3s's own pods.
func TestOwnRequests(t *testing.T) {
	s, problems := rules.Load(spec.Source{Path: "../../site.cue"})
	if s == nil {
		t.Fatal(problems.Error())
	}
	read := func(path string, into any) {
		data, err := os.ReadFile("../../out/k8s/" + path)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
	type sized struct {
		Resources struct{ Requests map[string]resource.Quantity }
	}
	var argocd struct{ Controller, Redis, RepoServer, Server sized }
	read("terraform-hetzner/values/argocd.yaml", &argocd)
	var cloudflared struct {
		Spec struct {
			Replicas int
			Template struct{ Spec struct{ Containers []sized } }
		}
	}
	read("argocd-hetzner/cloudflared/deployment.yaml", &cloudflared)
	if cloudflared.Spec.Replicas != s.Tunnel.Replicas || len(cloudflared.Spec.Template.Spec.Containers) != 1 {
		t.Fatalf("cloudflared is not as the rules have it: %+v", cloudflared)
	}
	pods := []sized{argocd.Controller, argocd.Redis, argocd.RepoServer, argocd.Server}
	for range cloudflared.Spec.Replicas {
		pods = append(pods, cloudflared.Spec.Template.Spec.Containers[0])
	}
	wantCPU, wantMemory := int64(200), int64(140) // coredns, metrics-server
	for _, p := range pods {
		cpu, memory := p.Resources.Requests["cpu"], p.Resources.Requests["memory"]
		if cpu.IsZero() || memory.IsZero() {
			t.Fatalf("a pod asks for nothing: %+v", pods)
		}
		wantCPU, wantMemory = wantCPU+cpu.MilliValue(), wantMemory+memory.Value()>>20
	}
	if cpu, memory := s.OwnRequests(); cpu != wantCPU || memory != wantMemory {
		t.Errorf("the rules count with %dm and %dMi, and the output asks for %dm and %dMi", cpu, memory, wantCPU, wantMemory)
	}
}
