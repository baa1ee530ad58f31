package argocd

import (
	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// probes asks a container how it is: over HTTP, by a command, or, where the spec says
// neither, whether its port is open. port is the name of a port, "" for none. A container
// has five minutes to start in.
func probes(c *manifest.Container, port string, health site.Health) {
	ask := func(period, failures int) *manifest.Probe {
		p := &manifest.Probe{FailureThreshold: failures, PeriodSeconds: period, TimeoutSeconds: 5}
		switch {
		case len(health.Command) > 0:
			// The kubelet replaces $(NAME) here too (kubernetes pkg/kubelet/prober). A command
			// starts a process each time, and may take longer than a request.
			p.Exec, p.TimeoutSeconds = &manifest.Exec{Command: manifest.Words(health.Command)}, 10
		case health.Path != "":
			p.HTTPGet = &manifest.HTTPGet{Path: health.Path, Port: port}
		default:
			p.TCPSocket = &manifest.TCPSocket{Port: port}
		}
		return p
	}
	if len(health.Command) == 0 && port == "" {
		return
	}
	c.LivenessProbe, c.ReadinessProbe, c.StartupProbe = ask(20, 3), ask(10, 3), ask(2, 150)
	if len(health.Command) > 0 {
		c.StartupProbe = ask(10, 30)
	}
}
