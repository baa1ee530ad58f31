package prove

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// release stands for all that a chart brings, with its volumes.
const release = "HelmRelease"

// render is what the sources of an Application come to.
func (w *world) render(a *application) (all []*object, err error) {
	for _, s := range a.sources {
		var some []*object
		switch {
		case s.chart != "":
			name := cmp.Or(text(s.node, "helm", "releaseName"), a.name)
			some = []*object{made(map[string]any{"apiVersion": "model/v1", "kind": release, "metadata": map[string]any{"name": name, "namespace": a.namespace}})}
		case at(s.node, "directory") != nil:
			some = w.folder(s.path, text(s.node, "directory", "recurse") == "true")
		default:
			some, err = w.kustomized(path.Clean(s.path))
		}
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	for _, o := range all {
		if o.namespace == "" && !clusterWide(o) {
			o.namespace = a.namespace
		}
	}
	return all, nil
}

// folder are the objects of all files of a folder, as Argo CD reads one by itself.
func (w *world) folder(dir string, recurse bool) (all []*object) {
	for _, name := range slices.Sorted(maps.Keys(w.git)) {
		if in := path.Dir(name); isYAML(name) && (in == dir || recurse && strings.HasPrefix(in, dir+"/")) {
			all = append(all, objectsIn(name, w.git[name])...)
		}
	}
	return all
}

// kustomized is what kustomize makes of a folder.
func (w *world) kustomized(dir string) (all []*object, err error) {
	data, ok := w.git[path.Join(dir, "kustomization.yaml")]
	if !ok {
		return w.folder(dir, false), nil
	}
	docs, err := documents(data)
	if err != nil {
		return nil, err
	}
	k := docs[0]
	for _, name := range texts(k, "resources") {
		file := path.Join(dir, name)
		if data, ok := w.git[file]; ok {
			all = append(all, objectsIn(file, data)...)
			continue
		}
		some, err := w.kustomized(file)
		if len(some) == 0 || err != nil {
			return nil, fmt.Errorf("%s: there is no %s", dir, name)
		}
		all = append(all, some...)
	}
	for _, name := range texts(k, "generators") { // of ksops
		for _, g := range objectsIn(name, w.git[path.Join(dir, name)]) {
			for _, secret := range texts(g.node, "files") {
				all = append(all, objectsIn(secret, w.git[path.Join(dir, secret)])...)
			}
		}
	}
	for _, g := range items(k, "configMapGenerator") {
		content := map[string]string{}
		for _, f := range texts(g, "files") {
			content[path.Base(f)] = string(w.git[path.Join(dir, f)])
		}
		name := text(g, "name")
		hashed := fmt.Sprintf("%s-%x", name, sha256.Sum256(fmt.Append(nil, content)))[:len(name)+11]
		for _, o := range all {
			rename(o.node, name, hashed)
		}
		all = append(all, made(map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": hashed, "namespace": text(g, "namespace")}, "data": content}))
	}
	if namespace := text(k, "namespace"); namespace != "" {
		for _, o := range all {
			o.namespace = namespace
		}
	}
	return all, nil
}

// rename has what mounts a ConfigMap mount it under its other name.
func rename(n *yaml.Node, from, to string) {
	if m := at(n, "configMap", "name"); m != nil && m.Value == from {
		m.Value = to
	}
	for _, c := range n.Content {
		rename(c, from, to)
	}
}
