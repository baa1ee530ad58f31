package main

import (
	"fmt"
	"path"
	"reflect"

	"sigs.k8s.io/yaml"

	"sitegen/internal/diag"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// volumeChanges are changes that an app's volumes do not follow: Kubernetes refuses other
// claims of a StatefulSet that is there, and an app of another kind has others.
func volumeChanges(s *site.Site, changes []tree.Change) diag.Problems {
	byPath := map[string]tree.Change{}
	for _, c := range changes {
		byPath[c.Path] = c
	}
	var all diag.Problems
	warn := func(at diag.Path, message, hint string) {
		all = append(all, diag.Problem{Pos: s.At(at), Path: at.String(), Message: message, Hint: hint, Rule: rules.RuleVolumes, Severity: diag.Warning})
	}
	for _, a := range s.Apps {
		at, dir := diag.Path{"apps", a.Name}, s.ArgoDir()+"/"+a.Folder
		set, deployment := byPath[path.Join(dir, "statefulset.yaml")], byPath[path.Join(dir, "deployment.yaml")]
		switch {
		case set.Old != nil && set.New != nil && !reflect.DeepEqual(claimsOf(set.Old), claimsOf(set.New)):
			warn(at.With("volumes"), fmt.Sprintf("Kubernetes takes no other volumes for the StatefulSet of %q that is there, and Argo CD applies nothing of the app until it is gone", a.Name),
				"docs/RUNBOOK.md, Stateful apps: it is taken away without its pods and volumes")
		case len(a.Volumes) > 0 && a.Stateful() && deployment.Old != nil && deployment.New == nil:
			warn(at.With("kind"), fmt.Sprintf("%q starts with empty volumes, and its old ones stay beside them", a.Name), "docs/RUNBOOK.md, Stateful apps: how the data comes along")
		case len(a.Volumes) > 0 && !a.Stateful() && set.Old != nil && set.New == nil:
			warn(at.With("volumes"), fmt.Sprintf("%q starts with empty volumes, and those of its pods stay beside them", a.Name), "copy the data over while the app stands still: the folders lie in "+site.VolumesDir+" of the hosts")
		}
	}
	return all
}

// claimsOf are the claims that a StatefulSet makes, as they stand in its file.
func claimsOf(f *tree.File) any {
	var set struct {
		Spec struct {
			VolumeClaimTemplates []map[string]any
		}
	}
	if yaml.Unmarshal(f.Data, &set) != nil {
		return nil // not gen's any more: other findings are about that
	}
	return set.Spec.VolumeClaimTemplates
}
