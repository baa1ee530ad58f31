package argocd

import (
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// initContainers are the init containers and the sidecars, in the order that they start
// in. One that is restarted always is started in its turn, goes on, and stops after the
// pod's own containers: a migration has the proxy to its database, and so has the last
// request (kubernetes.io/docs, sidecar containers; stable since Kubernetes 1.33).
func initContainers(w *site.Workload) []manifest.Container {
	var before, after, list []manifest.Container
	for _, s := range w.Sidecars {
		if s.Before {
			before = append(before, sidecar(w, s))
		} else {
			after = append(after, sidecar(w, s))
		}
	}
	for _, i := range w.Init {
		list = append(list, process(w, i))
	}
	return slices.Concat(before, list, after)
}

func sidecar(w *site.Workload, s site.Process) manifest.Container {
	c := process(w, s)
	c.RestartPolicy = "Always"
	port := ""
	if s.Port != 0 {
		port = sidecarPort(s.Port)
		c.Ports = []manifest.ContainerPort{{ContainerPort: s.Port, Name: port}}
	}
	probes(&c, port, s.Health)
	return c
}

func process(w *site.Workload, p site.Process) manifest.Container {
	security := containerSecurity(w)
	security.ReadOnlyRootFilesystem = *p.ReadOnly
	if p.User != 0 {
		security.RunAsUser, security.RunAsGroup = &p.User, &p.User
	}
	mounts, secrets := mounts(w), unusedVolume(w, secretFiles)
	if p.Image != w.Image {
		mounts = slices.DeleteFunc(mounts, func(m manifest.VolumeMount) bool { return m.Name == secrets })
	}
	for i, m := range mounts {
		if m.MountPath == "/tmp" {
			mounts[i].SubPath = p.Name
		}
	}
	return manifest.Container{
		Args:            manifest.Words(p.Args),
		Command:         manifest.Words(p.Command),
		Env:             environment(w, p.Env, p.Secrets),
		Image:           p.Image,
		Name:            p.Name,
		Resources:       resources(p.Resources),
		SecurityContext: security,
		VolumeMounts:    mounts,
	}
}
