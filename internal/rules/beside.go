package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func besideRules() []Rule {
	return []Rule{
		{ID: "folder-path", Severity: diag.Error, Summary: "Folders of your own, of components too, are inside of the output and not where gen writes; each under folders has one name.",
			Bad: `folders: tools: {path: "k8s/argocd-hetzner/apps", kinds: ["*"]}`, Good: `folders: tools: {path: "k8s/own/tools", kinds: ["*"]}`, check: checkFolderPaths},
		{ID: "object-kind", Severity: diag.Error, Summary: "Kinds of objects are written GROUP/KIND, cluster-wide ones under clusterKinds.",
			Bad:  `folders: tools: {path: "k8s/own/tools", kinds: ["apps/v1/Deployment", "rbac.authorization.k8s.io/ClusterRole"]}`,
			Good: `folders: tools: {path: "k8s/own/tools", kinds: ["apps/Deployment"], clusterKinds: ["rbac.authorization.k8s.io/ClusterRole"]}`, value: true, check: checkObjectKinds},
		{ID: "namespace", Severity: diag.Error, Summary: "The namespace of a chart or a folder is its own, or one that all who share it name and want alike; none is an app's or the platform's.",
			Bad: `folders: tools: {path: "k8s/own/tools", kinds: ["*"], namespace: "argocd"}`, Good: `folders: tools: {path: "k8s/own/tools", kinds: ["*"], namespace: "tools"}`, check: checkNamespaces},
		{ID: "secret-key", Severity: diag.Error, Summary: "Keys of a Secret are letters, digits, and - _ . between them.",
			Bad: `folders: tools: {path: "k8s/own/tools", kinds: ["*"], secrets: ["admin password"]}`, Good: `folders: tools: {path: "k8s/own/tools", kinds: ["*"], secrets: ["admin-password"]}`, value: true, check: checkSecretKeys},
	}
}

// beside is a chart or a folder and where it stands.
type beside struct {
	at    diag.Path
	what  string // "the folder"
	name  string
	kinds []string
	*spec.Beside
}

func besides(sp *spec.Spec) []beside {
	var all []beside
	for _, name := range slices.Sorted(maps.Keys(sp.Charts)) {
		c := sp.Charts[name]
		all = append(all, beside{diag.Path{"charts", name}, "the chart", name, c.Kinds, &c.Beside})
	}
	for _, name := range slices.Sorted(maps.Keys(sp.Folders)) {
		f := sp.Folders[name]
		all = append(all, beside{diag.Path{"folders", name}, "the folder", name, f.Kinds, &f.Beside})
	}
	return all
}

// folderRE is what a path of the user's may be: people and scripts write it, and
// Argo CD, sops and kustomize take it apart.
var folderRE = format.Pattern(`^[A-Za-z0-9._+-]+(/[A-Za-z0-9._+-]+)*$`)

func checkFolderPaths(c *checker) {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Folders)) {
		p, at := c.spec.Folders[name].Path, diag.Path{"folders", name, "path"}
		first, twice := seen[p]
		switch f, in := ownPath(p), c.inOutput(p); {
		case f.Bad():
			c.fault(at, f)
		case in != "":
			c.report(at, "%q is where gen writes: %s", p, in).WithHint("keep folders of your own in one like \"k8s/own\"")
		case twice:
			newer, older := c.later(at, diag.Path{"folders", first, "path"})
			p := c.report(newer, "%q is the folder of %q already", p, older[1]).WithHint("two Applications of one folder would take its objects from each other")
			c.note(p, older, "here")
		default:
			seen[p] = name
		}
	}
	for _, w := range c.containers {
		if w.Component == nil {
			continue
		}
		p, at := w.Component.Path, w.at.With("component", "path")
		_, folder := seen[p]
		switch f, in := ownPath(p), c.inOutput(p); {
		case f.Bad():
			c.fault(at, f)
		case in != "":
			c.report(at, "%q is where gen writes: %s", p, in).WithHint("keep components of your own in a folder like \"k8s/own\"")
		case folder:
			c.note(c.report(at, "%q is the folder of an Application of its own", p).WithHint("a component is no kustomization: give it a folder of its own"), diag.Path{"folders", seen[p], "path"}, "here")
		}
	}
}

// ownPath is what is wrong with a path of the user's in the output.
func ownPath(p string) format.Fault {
	f := format.Inside(p)
	if !f.Bad() && !folderRE().MatchString(p) {
		f.What, f.Hint = fmt.Sprintf("%q has a character in it that programs take for something else", p), "letters, digits, and - . _ + / between them"
	}
	return f
}

// inOutput is the folder of gen's that a path lies in, or that lies in it, or "".
func (c *checker) inOutput(p string) string {
	for _, ours := range append([]string{c.site.ArgoDir()}, append(c.site.TerraformDirs(), "docs", "hosts", "machines", "roles", "scripts", "secrets")...) {
		if within(p, ours) || within(ours, p) {
			return ours
		}
	}
	return ""
}

// within tells whether a path is a folder, or lies in it.
func within(p, folder string) bool {
	return folder == "." || p == folder || strings.HasPrefix(p, folder+"/")
}

func checkObjectKinds(c *checker) {
	for _, b := range besides(c.spec) {
		c.objectKinds(b.at.With("kinds"), b.kinds, false)
		c.objectKinds(b.at.With("clusterKinds"), b.ClusterKinds, true)
	}
	for _, w := range c.containers {
		if w.Component != nil {
			c.objectKinds(w.at.With("component", "kinds"), w.Component.Kinds, false)
		}
	}
}

func (c *checker) objectKinds(at diag.Path, kinds []string, clusterWide bool) {
	for i, text := range kinds {
		at := at.With(i)
		if f := format.ObjectKind(text); f.Bad() {
			c.fault(at, f)
			continue
		}
		k := site.ParseKind(text)
		switch wide, known := format.Builtin(k.Group, k.Kind); {
		case known && wide && !clusterWide:
			p := c.report(at, "objects of the kind %q are in no namespace", text).WithHint("put it under clusterKinds")
			if len(at) > 2 && at[2] == "component" {
				p.WithHint("a component has none; put it into a folder of your own, under folders")
			}
		case known && !wide && clusterWide:
			c.report(at, "objects of the kind %q are in a namespace", text).WithHint("put it under kinds")
		}
	}
}

func checkNamespaces(c *checker) {
	first := map[string]beside{}
	for _, b := range besides(c.spec) {
		name, at := b.Namespace, b.at.With("namespace")
		for i, other := range b.Namespaces {
			at := b.at.With("namespaces", i)
			if f := format.Label("a namespace", other, maxLabel); f.Bad() {
				c.fault(at, f)
			} else if other == "argocd" || other == "cloudflared" || other == "cilium-secrets" {
				c.report(at, "objects in %q could change the site itself", other).WithHint("leave it out")
			}
		}
		if name == "" {
			name, at = b.name, b.at
		} else if f := format.Label("a namespace", name, maxLabel); f.Bad() {
			c.fault(at, f)
			continue
		}
		_, app := c.spec.Apps[name]
		switch why := c.reservedName(name); {
		case why != "" && b.Namespace != "":
			p := c.report(at, "%q cannot be its namespace: %s", name, why).WithHint("leave it out for %q, its own name", b.name)
			if name == site.WebsitesNamespace || name == site.WebsitesBaselineNamespace {
				p.WithHint("for objects beside the clients', say namespaces: [%q] in place of it", name)
			}
			continue
		case app && b.Namespace != "":
			p := c.report(at, "%q is the namespace of an app", name).WithHint("leave it out for %q, its own name", b.name)
			c.note(p, diag.Path{"apps", name}, "the app")
			continue
		case strings.HasPrefix(name, "kube-"):
			c.reportName(at, "its namespace would be %q: %s", name, why).WithHint("say namespace: \"monitoring\", or what it is for")
			continue
		case why != "" || app: // another rule's: its name is what is wrong
			continue
		}
		if other, ok := first[name]; ok {
			c.shared(name, b, other)
		} else {
			first[name] = b
		}
	}
}

// shared reports what keeps two from being in one namespace.
func (c *checker) shared(name string, b, other beside) {
	at := func(b beside) diag.Path {
		if b.Namespace == "" {
			return b.at
		}
		return b.at.With("namespace")
	}
	newer, older := c.later(at(b), at(other))
	switch {
	case b.Namespace == "" || other.Namespace == "":
		p := c.report(newer, "the namespace %q is that of %q too", name, older[1]).WithHint("where both shall be in it, both say namespace: %q", name)
		c.note(p, older, "here")
	case b.PodSecurity != other.PodSecurity:
		newer, older := c.later(b.at.With("podSecurity"), other.at.With("podSecurity"))
		p := c.report(newer, "the namespace %q would be both %s and %s", name, b.PodSecurity, other.PodSecurity).WithHint("say one podSecurity in both, the weaker one")
		c.note(p, older, "the other one")
	}
}

// secretKeyRE is what the API server takes (kubernetes apimachinery,
// IsConfigMapKey).
var secretKeyRE = format.Pattern(`^[-._a-zA-Z0-9]{1,253}$`)

func checkSecretKeys(c *checker) {
	for _, b := range besides(c.spec) {
		for i, key := range b.Secrets {
			if !isSecretKey(key) {
				c.report(b.at.With("secrets", i), "%q cannot be a key of a Secret", format.Shorten(key)).WithHint("letters, digits, and - . _ between them: \"admin-password\"")
			}
		}
	}
}
