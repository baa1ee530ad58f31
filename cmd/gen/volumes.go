package main

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"sitegen/internal/diag"
	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// volumeChanges are changes that an app's volumes do not follow: Kubernetes refuses other
// claims of a StatefulSet that is there, an app of another kind has others, and one with
// another name too.
func volumeChanges(e *env, want *gen.Result, changes []tree.Change) diag.Problems {
	s := want.Site
	byPath := map[string]tree.Change{}
	for _, c := range changes {
		byPath[c.Path] = c
	}
	var all diag.Problems
	warn := func(at diag.Path, message, hint string) {
		all = append(all, diag.Problem{Pos: s.At(at), Path: at.String(), Message: message, Hint: hint, Rule: rules.RuleVolumes, Severity: diag.Warning})
	}
	told := map[string]bool{} // folders of apps all of whose volumes are told of
	for _, a := range s.Apps {
		at, dir := diag.Path{"apps", a.Name}, s.ArgoDir()+"/"+a.Folder
		set, deployment := byPath[path.Join(dir, "statefulset.yaml")], byPath[path.Join(dir, "deployment.yaml")]
		switch {
		case set.Old != nil && set.New != nil && !reflect.DeepEqual(readVolumes(set.Old).Spec.VolumeClaimTemplates, readVolumes(set.New).Spec.VolumeClaimTemplates):
			warn(at.With("volumes"), fmt.Sprintf("Kubernetes takes no other volumes for the StatefulSet of %q that is there, and Argo CD applies nothing of the app until it is gone", a.Name),
				"docs/RUNBOOK.md, Stateful apps: it is taken away without its pods and volumes")
		case len(a.Volumes) > 0 && a.Stateful() && deployment.Old != nil && deployment.New == nil:
			told[dir] = true
			warn(at.With("kind"), fmt.Sprintf("%q starts with empty volumes, and its old ones stay beside them", a.Name), alongHint)
		case len(a.Volumes) > 0 && !a.Stateful() && set.Old != nil && set.New == nil:
			told[dir] = true
			warn(at.With("volumes"), fmt.Sprintf("%q starts with empty volumes, and those of its pods stay beside them", a.Name), alongHint)
		}
	}
	return append(all, unusedVolumes(e, want, changes, told)...)
}

const alongHint = "docs/RUNBOOK.md, Renaming an app or a volume: how the data comes along"

// unusedVolumes are those that the output has on disk, and no longer when it is written.
func unusedVolumes(e *env, want *gen.Result, changes []tree.Change, told map[string]bool) diag.Problems {
	s := want.Site
	kept := map[volumeOf]bool{}
	for _, f := range slices.Concat(want.Tree.Files(), want.Excluded) {
		for _, v := range volumesIn(&f) {
			kept[v] = true
		}
	}
	hint := alongHint + ", or is deleted"
	if !slices.ContainsFunc(s.Apps, func(a *site.Workload) bool { return len(a.Volumes) > 0 }) {
		hint = "back up what is to be kept; kubectl delete pvc deletes the claim and its data" // the runbook has nothing about volumes
	}
	var all diag.Problems
	for _, c := range changes {
		for _, v := range volumesIn(c.Old) {
			if kept[v] || told[path.Dir(c.Path)] {
				continue
			}
			p := diag.Problem{Pos: e.pos(c.Path, 1), Rule: rules.RuleVolumes, Severity: diag.Warning, Hint: hint,
				Message: fmt.Sprintf("the volume %q of %q is no longer used: its claim stays in the cluster, with what is in it", v.name, v.app)}
			if i := slices.IndexFunc(s.Apps, func(a *site.Workload) bool { return a.Name == v.app }); i >= 0 {
				at := diag.Path{"apps", v.app}
				if len(s.Apps[i].Volumes) > 0 {
					at = at.With("volumes")
				}
				p.Pos, p.Path = s.At(at), at.String()
			}
			all = append(all, p)
		}
	}
	return all
}

// A volumeOf is a volume as its claims are called. A StatefulSet has a claim for each pod.
type volumeOf struct {
	kind, namespace, app, name string
}

// volumeFile is what gen's manifests of volumes say of them.
type volumeFile struct {
	Kind     string
	Metadata struct {
		Name, Namespace string
		Labels          map[string]string
	}
	Spec struct {
		VolumeClaimTemplates []map[string]any
	}
}

func readVolumes(f *tree.File) (m volumeFile) {
	if yaml.Unmarshal(f.Data, &m) != nil {
		return volumeFile{} // not gen's any more: other findings are about that
	}
	return m
}

func volumesIn(f *tree.File) []volumeOf {
	if f == nil || path.Ext(f.Path) != ".yaml" || path.Base(f.Path) != "statefulset.yaml" && !strings.HasPrefix(path.Base(f.Path), "pvc-") {
		return nil
	}
	m := readVolumes(f)
	v := volumeOf{m.Kind, m.Metadata.Namespace, m.Metadata.Labels["app.kubernetes.io/name"], m.Metadata.Name}
	switch m.Kind {
	case "PersistentVolumeClaim":
		return []volumeOf{v}
	case "StatefulSet":
		var all []volumeOf
		for _, t := range m.Spec.VolumeClaimTemplates {
			meta, _ := t["metadata"].(map[string]any)
			v.name, _ = meta["name"].(string)
			all = append(all, v)
		}
		return all
	}
	return nil
}
