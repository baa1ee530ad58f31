package verify

import (
	"slices"
	"strings"

	"sitegen/internal/format"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// project is an Argo CD AppProject, as far as it says what may be applied.
type project struct {
	Metadata struct{ Name string }
	Spec     struct {
		Cluster    []allowed `yaml:"clusterResourceWhitelist"`
		Namespaced []allowed `yaml:"namespaceResourceWhitelist"`
		Refused    []allowed `yaml:"namespaceResourceBlacklist"`

		Destinations []struct{ Namespace string }
	}
}

type allowed struct{ Group, Kind, Name string }

// rendered is an object that would be applied.
type rendered struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct {
		Name, Namespace string
		Annotations     map[string]string
	}
	Spec struct { // of a CustomResourceDefinition
		Group, Scope string
		Names        struct{ Kind string }
	}
	Items []yaml.Node // of a List
}

func (r rendered) group() string {
	group, _, ok := strings.Cut(r.APIVersion, "/")
	if !ok {
		return ""
	}
	return group
}

// permitted holds objects to the project of their Application, as Argo CD does
// (argo-cd pkg/apis/application/v1alpha1/app_project_types.go, IsResourcePermitted).
// Each kind that is not allowed is told once, and so is each namespace.
func (j *job) permitted(file string, a *application, docs []*yaml.Node) {
	if a == nil {
		return
	}
	project := j.argocd.projects[a.Spec.Project]
	if project == nil {
		return // kubeconform and kustomize have their own words for what is missing
	}
	objects := objectsOf(docs)
	scopes := map[string]string{}
	for _, o := range objects {
		if o.Kind == "CustomResourceDefinition" {
			scopes[o.Spec.Group+"/"+o.Spec.Names.Kind] = o.Spec.Scope
		}
	}
	told := map[string]bool{}
	tell := func(key, format string, args ...any) {
		if !told[key] {
			told[key] = true
			j.problem(file, 0, format, args...)
		}
	}
	for _, o := range objects {
		kind := strings.TrimPrefix(o.group()+"/"+o.Kind, "/")
		wide, known := format.Builtin(o.group(), o.Kind)
		if scope, ok := scopes[o.group()+"/"+o.Kind]; ok {
			wide, known = scope == "Cluster", true
		}
		switch clusterWide, namespaced := project.clusterWide(o), project.namespaced(o); {
		case known && wide && !clusterWide:
			tell(kind, "%s %q is not permitted in project %s: clusterKinds would name %q", o.Kind, o.Metadata.Name, project.Metadata.Name, kind)
		case known && !wide && !namespaced, !known && !clusterWide && !namespaced:
			tell(kind, "%s %q is not permitted in project %s: kinds would name %q", o.Kind, o.Metadata.Name, project.Metadata.Name, kind)
		case known && !wide && o.Metadata.Namespace != "" && !project.reaches(o.Metadata.Namespace):
			tell("in "+o.Metadata.Namespace, "%s %q is in namespace %s, which project %s does not reach: namespaces would name it", o.Kind, o.Metadata.Name, o.Metadata.Namespace, project.Metadata.Name)
		}
	}
}

// objectsOf takes lists apart, and leaves out Helm's tests, which Argo CD does not
// run.
func objectsOf(docs []*yaml.Node) []rendered {
	var all []rendered
	for _, d := range docs {
		var r rendered
		if d.Decode(&r) != nil || r.Kind == "" || strings.HasPrefix(r.Metadata.Annotations["helm.sh/hook"], "test") {
			continue
		}
		if len(r.Items) == 0 {
			all = append(all, r)
			continue
		}
		var items []*yaml.Node
		for i := range r.Items {
			items = append(items, &r.Items[i])
		}
		all = append(all, objectsOf(items)...)
	}
	return all
}

func (a allowed) covers(r rendered) bool {
	return (a.Group == "*" || a.Group == r.group()) && (a.Kind == "*" || a.Kind == r.Kind) && (a.Name == "" || a.Name == r.Metadata.Name)
}

func (p *project) clusterWide(r rendered) bool {
	return slices.ContainsFunc(p.Spec.Cluster, func(a allowed) bool { return a.covers(r) })
}

func (p *project) namespaced(r rendered) bool {
	covers := func(a allowed) bool { return a.covers(r) }
	return (p.Spec.Namespaced == nil || slices.ContainsFunc(p.Spec.Namespaced, covers)) && !slices.ContainsFunc(p.Spec.Refused, covers)
}

// reaches compares a namespace with patterns: a name, names that begin so, or, with
// a ! in front, none of them.
func (p *project) reaches(namespace string) bool {
	reached := false
	for _, d := range p.Spec.Destinations {
		pattern, deny := strings.CutPrefix(d.Namespace, "!")
		start, open := strings.CutSuffix(pattern, "*")
		match := pattern == namespace || open && strings.HasPrefix(namespace, start)
		if match && deny {
			return false
		}
		reached = reached || match && !deny
	}
	return reached
}
