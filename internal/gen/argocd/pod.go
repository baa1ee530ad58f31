package argocd

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

const (
	portName    = "main"
	scratchSize = "1Gi" // of each empty directory: one pod must not fill the node's disk
)

func container(w *site.Workload) manifest.Container {
	c := manifest.Container{
		Args:    manifest.Words(w.Args),
		Command: manifest.Words(w.Command),
		Env:     environment(w, w.Env, w.Secrets),
		Image:   w.Image,
		// A Service goes on sending for a moment after a pod was told to stop.
		Lifecycle:       &manifest.Lifecycle{PreStop: manifest.PreStop{Sleep: manifest.Sleep{Seconds: 5}}},
		Name:            w.Name,
		Ports:           containerPorts(w),
		Resources:       resources(w.Resources),
		SecurityContext: containerSecurity(w),
		VolumeMounts:    mounts(w),
	}
	probes(&c, portName, w.Health)
	return c
}

// environment are variables, and those keys of the workload's Secret.
func environment(w *site.Workload, variables map[string]string, secrets []string) []manifest.EnvVar {
	var env []manifest.EnvVar
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		env = append(env, manifest.Env(name, variables[name]))
	}
	for _, key := range secrets {
		env = append(env, manifest.EnvFromSecret(key, w.SecretName(), key))
	}
	return env
}

func resources(r site.Resources) manifest.Resources {
	return manifest.Resources{Limits: quantities(r.Limits), Requests: quantities(r.Requests)}
}

func quantities(of site.Quantity) map[string]string {
	q := map[string]string{}
	if of.CPU != "" {
		q["cpu"] = of.CPU
	}
	if of.Memory != "" {
		q["memory"] = of.Memory
	}
	return q
}

// podSecurity holds a pod to what its namespace's Pod Security level asks for.
// Under baseline the image may run as root, and keeps the capabilities that one
// such as nginx needs to drop to its own user.
func podSecurity(w *site.Workload) manifest.PodSecurity {
	p := manifest.PodSecurity{SeccompProfile: &manifest.SeccompProfile{Type: "RuntimeDefault"}}
	if w.PodSecurity == "restricted" {
		yes := true
		p.RunAsNonRoot = &yes
	}
	if w.User != 0 {
		user := w.User
		p.RunAsUser, p.RunAsGroup = &user, &user
		if len(w.Volumes) > 0 || hasSecretFiles(w) {
			p.FSGroup, p.FSGroupChangePolicy = &user, "OnRootMismatch"
		}
	}
	return p
}

func containerSecurity(w *site.Workload) manifest.ContainerSecurity {
	c := manifest.ContainerSecurity{ReadOnlyRootFilesystem: w.ReadOnly}
	if w.PodSecurity == "restricted" {
		c.Capabilities = &manifest.Capabilities{Drop: []string{"ALL"}}
	}
	return c
}

// scratch lists the directories that are empty at each start, with the names of
// their volumes.
func scratch(w *site.Workload) []manifest.VolumeMount {
	used := map[string]bool{}
	for _, v := range w.Volumes {
		used[v.Name] = true
	}
	var list []manifest.VolumeMount
	for _, dir := range append([]string{"/tmp"}, w.Writable...) {
		name := volumeName("empty" + dir)
		for n := 2; used[name]; n++ {
			name = volumeName(fmt.Sprintf("empty-%d%s", n, dir))
		}
		used[name] = true
		list = append(list, manifest.VolumeMount{MountPath: dir, Name: name})
	}
	return list
}

// volumeName makes a name of a path, so that a directory that is added does not
// rename the others' volumes.
func volumeName(path string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(path))
	return strings.Trim(name[:min(len(name), 63)], "-")
}

func mounts(w *site.Workload) []manifest.VolumeMount {
	list := scratch(w)
	for _, v := range w.Volumes {
		list = append(list, manifest.VolumeMount{MountPath: v.Mount, Name: v.Name})
	}
	return append(list, fileMounts(w)...)
}

func volumes(w *site.Workload) []manifest.PodVolume {
	var list []manifest.PodVolume
	for _, m := range scratch(w) {
		list = append(list, manifest.PodVolume{EmptyDir: &manifest.EmptyDir{SizeLimit: scratchSize}, Name: m.Name})
	}
	for _, v := range w.Volumes {
		if w.Stateful() {
			continue // of the claim that is made for the pod
		}
		list = append(list, manifest.PodVolume{Name: v.Name, PersistentVolumeClaim: &manifest.ClaimVolume{ClaimName: v.Name}})
	}
	return append(list, fileVolumes(w)...)
}
