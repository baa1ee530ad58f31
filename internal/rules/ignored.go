package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func ignoredRules() []Rule {
	const chart = `charts: redis: {repo: "https://charts.example.com", chart: "redis", version: "21.2.0", `
	return []Rule{
		{ID: "ignored-difference", Severity: diag.Error, Summary: "Fields that Argo CD leaves alone are of objects that the chart or folder may hold, said as Argo CD reads them, and not of what gen makes.",
			Bad:  chart + `ignoreDifferences: [{kind: "Secret", jsonPointers: ["data.password"]}]}`,
			Good: chart + `ignoreDifferences: [{kind: "Secret", jsonPointers: ["/data/password"]}]}`, check: checkIgnored},
	}
}

var (
	// pointerRE is RFC 6901, without the whole object and without empty names.
	pointerRE = format.Pattern(`^(/([^~/]|~[01])+)+$`)
	managerRE = format.Pattern(`^[A-Za-z0-9._:/-]{1,128}$`)
)

func checkIgnored(c *checker) {
	for _, b := range besides(c.spec) {
		first := map[[3]string]diag.Path{}
		for n, i := range b.IgnoreDifferences {
			at := b.at.With("ignoreDifferences", n)
			if f := format.ObjectKind(i.Kind); f.Bad() {
				if f.Meant != "" && !b.held(site.ParseKind(f.Meant)) {
					f.Hint, f.Meant = fmt.Sprintf("its name is %q", f.Meant), ""
				}
				c.fault(at.With("kind"), f)
			} else {
				c.ignoredKind(b, i, at)
			}
			c.ignoredFields(i, at)
			if of := [3]string{i.Kind, i.Name, i.Namespace}; first[of] == nil {
				first[of] = at
			} else {
				c.note(c.report(at, "these objects are in the list already").WithHint("put the fields into one entry"), first[of], "here")
			}
		}
	}
}

func (c *checker) ignoredKind(b beside, i spec.Ignored, at diag.Path) {
	k := site.ParseKind(i.Kind)
	wide, known := format.Builtin(k.Group, k.Kind)
	switch own := b.name + "-secrets"; {
	case strings.Contains(i.Kind, "*"):
		c.report(at.With("kind"), "%q is more than one kind", i.Kind).WithHint("name the kind; others get entries of their own")
	case i.Kind == "Namespace":
		c.report(at.With("kind"), "gen makes the namespace, and Argo CD would no longer set its labels").WithHint("leave it out")
	case !b.held(k):
		list := "kinds, or to clusterKinds where it is cluster-wide"
		if known {
			list = map[bool]string{true: "clusterKinds", false: "kinds"}[wide]
		}
		c.report(at.With("kind"), "%s may hold no objects of the kind %q", b.what, i.Kind).WithHint("add it to %s", list)
	case i.Namespace != "" && i.Namespace != cmp.Or(b.Namespace, b.name) && !slices.Contains(b.Namespaces, i.Namespace):
		c.report(at.With("namespace"), "%s may have no objects in %q", b.what, i.Namespace).WithHint("add it to namespaces, or leave it out here")
	case i.Kind == "Secret" && len(b.Secrets) > 0 && (i.Name == "" || i.Name == own):
		p := c.report(at, "the Secret %q would not follow its encrypted file any more", own).WithHint("name another Secret, the chart's own")
		c.note(p, b.at.With("secrets"), "what is in it")
	}
}

// held tells whether the chart or folder may hold objects of a kind.
func (b beside) held(k site.GroupKind) bool {
	kinds := b.kinds
	if b.at[0] == "charts" && kinds == nil {
		kinds = []string{"*"}
	}
	wide, known := format.Builtin(k.Group, k.Kind)
	return !wide && holds(kinds, k) || (wide || !known) && holds(b.ClusterKinds, k)
}

// holds tells whether a list of kinds has one among them.
func holds(kinds []string, k site.GroupKind) bool {
	return slices.ContainsFunc(kinds, func(text string) bool {
		of := site.ParseKind(text)
		return (of.Group == "*" || of.Group == k.Group) && (of.Kind == "*" || of.Kind == k.Kind)
	})
}

func (c *checker) ignoredFields(i spec.Ignored, at diag.Path) {
	if len(i.JSONPointers)+len(i.JQPathExpressions)+len(i.ManagedFieldsManagers) == 0 {
		c.report(at, "names no fields").WithHint("give it jsonPointers, jqPathExpressions or managedFieldsManagers")
	}
	for n, p := range i.JSONPointers {
		if !pointerRE().MatchString(p) {
			c.report(at.With("jsonPointers", n), "%q is no JSON pointer to a field", format.Shorten(p)).WithHint("write it like \"/data/admin-password\"; ~1 stands for a slash in a name, ~0 for a tilde")
		}
	}
	for n, e := range i.JQPathExpressions {
		if !strings.HasPrefix(e, ".") && !strings.HasPrefix(e, "(") {
			c.report(at.With("jqPathExpressions", n), "%q is no path of jq", format.Shorten(e)).WithHint("write it like \".webhooks[]?.clientConfig.caBundle\"")
		}
	}
	for n, m := range i.ManagedFieldsManagers {
		switch {
		case !managerRE().MatchString(m):
			c.report(at.With("managedFieldsManagers", n), "%q cannot be a field manager", format.Shorten(m)).WithHint("kubectl get -o yaml --show-managed-fields shows them")
		case m == "argocd-controller": // argo-cd common.ArgoCDSSAManager
			c.report(at.With("managedFieldsManagers", n), "Argo CD itself is %q, and would never change what it has made", m).WithHint("leave it out")
		}
	}
	c.twice(i.JSONPointers, at.With("jsonPointers"), strings.TrimSpace)
	c.twice(i.JQPathExpressions, at.With("jqPathExpressions"), strings.TrimSpace)
	c.twice(i.ManagedFieldsManagers, at.With("managedFieldsManagers"), strings.TrimSpace)
}
