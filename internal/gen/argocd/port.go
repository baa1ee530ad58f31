package argocd

import (
	"fmt"
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// sidecarPort names the port of a sidecar.
func sidecarPort(number int) string { return fmt.Sprintf("port-%d", number) }

// containerPorts are those that the workload's own container listens on.
func containerPorts(w *site.Workload) []manifest.ContainerPort {
	all := []manifest.ContainerPort{{ContainerPort: w.Port, Name: portName}}
	for _, p := range w.Ports {
		if !p.Sidecar {
			all = append(all, manifest.ContainerPort{ContainerPort: p.Number, Name: p.Name})
		}
	}
	return all
}

// servicePorts lead to ports of pods by their names, so that a port may have another number
// while pods of both are there. Pods that gen did not make have no such names.
func servicePorts(w *site.Workload) []manifest.ServicePort {
	target := func(name string, number int) any {
		if w.TakenOver() {
			return number
		}
		return name
	}
	all := []manifest.ServicePort{{Name: portName, Port: w.ServicePort, TargetPort: target(portName, w.Port)}}
	for _, p := range w.Ports {
		name := p.Name
		if p.Sidecar {
			name = sidecarPort(p.Number)
		}
		all = append(all, manifest.ServicePort{Name: p.Name, Port: p.Number, TargetPort: target(name, p.Number)})
	}
	return all
}

// appIngress opens an app to the tunnel, at the ports that hostnames lead to, and at all
// to the apps that it allows, with their jobs, and to its own jobs.
func appIngress(s *site.Site, w *site.Workload) []manifest.IngressRule {
	var allowed []manifest.Peer
	for _, from := range s.Apps {
		if !slices.Contains(w.Allow, from.Name) {
			continue
		}
		allowed = append(allowed, pods(from.Namespace, from.PodSelector()))
		if len(from.Jobs) > 0 {
			allowed = append(allowed, pods(from.Namespace, jobSelector(from)))
		}
	}
	if len(w.Jobs) > 0 {
		allowed = append(allowed, own(jobSelector(w)))
	}
	var rules []manifest.IngressRule
	open := func(from []manifest.Peer, ports []int) {
		if len(from) > 0 && len(ports) > 0 {
			rules = append(rules, manifest.IngressRule{From: from, Ports: tcp(ports)})
		}
	}
	connectors := []manifest.Peer{tunnel(s)}
	if slices.Equal(w.TunnelPorts, w.AllPorts()) {
		open(append(connectors, allowed...), w.AllPorts())
		return rules
	}
	open(connectors, w.TunnelPorts)
	open(allowed, w.AllPorts())
	return rules
}

func tcp(numbers []int) []manifest.Port {
	var all []manifest.Port
	for _, n := range numbers {
		all = append(all, manifest.Port{Port: n, Protocol: "TCP"})
	}
	return all
}
