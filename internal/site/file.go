package site

import (
	"maps"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// File is a file that a workload's container gets.
type File struct {
	spec.File
	Path string // in the container
	Data []byte // what is in it, but for a secret; of From once that has been read
}

func resolveFiles(files map[string]*spec.File) []File {
	var all []File
	for _, p := range slices.Sorted(maps.Keys(files)) {
		f := File{File: *files[p], Path: p}
		if f.Text != nil {
			f.Data = []byte(*f.Text)
		}
		all = append(all, f)
	}
	return all
}

// SecretKeys are the keys of the app's encrypted file, sorted: those that become
// variables, and those that become files.
func (w *Workload) SecretKeys() []string {
	keys := slices.Clone(w.Secrets)
	for _, f := range w.Files {
		if f.Secret != "" {
			keys = append(keys, f.Secret)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// At is where the spec says the workload.
func (w *Workload) At() diag.Path { return diag.Path{string(w.Kind) + "s", w.Name} }

// SecretName is the Secret that the app's encrypted file becomes.
func (w *Workload) SecretName() string { return w.Name + "-secrets" }

// serveStatic gives a workload without an image the web server that serves its folder: it
// listens on 8080 and runs as user 101 (docker-nginx-unprivileged, Dockerfile-alpine-slim.template).
func serveStatic(w *Workload, sp *spec.Spec) {
	if w.Static != "" {
		w.Image, w.Port, w.User = "docker.io/nginxinc/nginx-unprivileged:"+sp.Versions.Images.Nginx, 8080, 101
	}
}
