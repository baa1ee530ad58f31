package summary

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"sitegen/internal/diag"
)

// object is what manifests of gen's say of one object.
type object struct {
	Kind     string
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		Selector any
		Template any
		Claims   any                                    `json:"volumeClaimTemplates"`
		Source   struct{ Chart, TargetRevision string } // of an Application
		Sources  []struct{ Chart, TargetRevision string }
	}
}

// manifests compares the objects of files that differ: pods that start anew, what cannot
// change, and namespaces that are no longer the site's.
func manifests(old, new Side) []Item {
	was, is := map[string]object{}, map[string]object{}
	for p, data := range both(old.Files, new.Files) {
		if !isManifest(p) || data[0] == data[1] {
			continue
		}
		readObjects(was, data[0])
		readObjects(is, data[1])
	}
	inNamespaces(was, is)
	items := charts(was, is)
	var rolled []string
	for _, key := range slices.Sorted(maps.Keys(union(was, is))) {
		before, wasThere := was[key]
		after, isThere := is[key]
		switch {
		case wasThere && !isThere && before.Kind == "Namespace":
			items = append(items, Item{Layer: Workloads, Text: "the namespace " + before.Metadata.Name + " is no longer the site's; it stays in the cluster until it is deleted by hand"})
		case !wasThere || !isThere:
		case !reflect.DeepEqual(before.Spec.Selector, after.Spec.Selector) && slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet"}, before.Kind):
			items = append(items, Item{Layer: Workloads, Danger: Never, Text: key + " has another selector, which Kubernetes refuses",
				Why: "Argo CD's sync fails until the old one is deleted; a client or an app goes on with the selector that runs where it says it (docs/ADOPTING.md of gen, Selectors)"})
		case !reflect.DeepEqual(before.Spec.Claims, after.Spec.Claims):
			items = append(items, Item{Layer: Workloads, Danger: Data, At: diag.Path{"apps", after.Metadata.Name, "volumes"}, Text: "Kubernetes takes no other volumes for the " + key + " that is there, and Argo CD applies nothing of the app until it is gone",
				Why: "docs/RUNBOOK.md, Stateful apps: it is taken away without its pods and volumes"})
		case before.Spec.Template != nil && !reflect.DeepEqual(before.Spec.Template, after.Spec.Template):
			rolled = append(rolled, key)
		}
	}
	if len(rolled) > 0 {
		items = append(items, Item{Layer: Workloads, Text: "pods start anew: " + some(rolled), Detail: strings.Join(rolled, "\n")})
	}
	return items
}

// charts tells of those of Applications that go up too fast.
func charts(was, is map[string]object) []Item {
	var items []Item
	for _, key := range slices.Sorted(maps.Keys(is)) {
		for _, before := range append(was[key].Spec.Sources, was[key].Spec.Source) {
			for _, after := range append(is[key].Spec.Sources, is[key].Spec.Source) {
				if before.Chart == after.Chart {
					items = append(items, leap(Workloads, after.Chart, before.TargetRevision, after.TargetRevision)...)
				}
			}
		}
	}
	return items
}

// inNamespaces gives objects without a namespace, which a kustomization may give them, that of
// the one of their kind and name on the other side.
func inNamespaces(was, is map[string]object) {
	for _, key := range slices.Sorted(maps.Keys(was)) {
		if _, there := is[key]; there || was[key].Metadata.Namespace != "" {
			continue
		}
		for other, o := range is {
			if _, taken := was[other]; !taken && o.Kind == was[key].Kind && o.Metadata.Name == was[key].Metadata.Name {
				was[other] = was[key]
				delete(was, key)
				break
			}
		}
	}
}

// documentRE is the line between two documents.
var documentRE = regexp.MustCompile(`(?m)^---[ \t]*(#.*)?\r?$`)

func readObjects(into map[string]object, text string) {
	for _, doc := range documentRE.Split(text, -1) {
		var o object
		if yaml.Unmarshal([]byte(doc), &o) == nil && o.Metadata.Name != "" {
			key := o.Kind + " " + o.Metadata.Name
			if o.Metadata.Namespace != "" {
				key = fmt.Sprintf("%s %s/%s", o.Kind, o.Metadata.Namespace, o.Metadata.Name)
			}
			into[key] = o
		}
	}
}
