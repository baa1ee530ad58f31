package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func nameRules() []Rule {
	return []Rule{
		{ID: "name", Severity: diag.Error, Summary: "Names are DNS labels: lower-case letters, digits and hyphens, so that they can name hosts, files and Kubernetes objects alike.",
			Bad: `apps: Invoices_EU: {image: "ghcr.io/example/invoices:3.1.0"}`, Good: `apps: "invoices-eu": {image: "ghcr.io/example/invoices:3.1.0"}`, value: true, check: checkNames},
		{ID: "reserved-name", Severity: diag.Error, Summary: "No workload, chart, folder or host has a name that the cluster or the output uses itself.",
			Bad: `apps: argocd: {image: "ghcr.io/example/argocd:1.0.0"}`, Good: `apps: deploy: {image: "ghcr.io/example/deploy:1.0.0"}`, value: true, check: checkReservedNames},
		{ID: "name-clash", Severity: diag.Error, Summary: "No two clients, apps, charts or folders make Argo CD Applications of one name.",
			Bad: `apps: "website-bakery": {image: "ghcr.io/example/admin:1.0.0"}`, Good: `apps: "bakery-admin": {image: "ghcr.io/example/admin:1.0.0"}`, check: checkNameClashes},
	}
}

// Limits on names. A label has 63 characters; what gen puts in front of a name,
// or behind it, comes off.
const (
	maxLabel     = 63
	maxClient    = maxLabel - len("website-")
	maxSite      = 48 // k8s/terraform-NAME, NAME.tfstate, the tunnel
	maxHost      = maxLabel - len("ssh-")
	maxRelease   = 53 // of Helm (helm pkg/chart/common/util, ValidateReleaseName)
	maxSet       = 52 // of a StatefulSet or a CronJob, to which pods and jobs add eleven characters (kubernetes#64023; kubernetes.io/docs, CronJob)
	maxInterface = 15 // of an interface in Linux (IFNAMSIZ)
	maxShort     = 27 // disks, arrays, cards: names of partitions and of /dev/md devices (md takes 32 with the host's)
)

func checkNames(c *checker) {
	s := c.spec
	c.fault(diag.Path{"name"}, format.Label("the site", s.Name, maxSite))
	names(c, s.Hosts, "a host", maxHost, "hosts")
	names(c, s.Access, "an access group", maxLabel, "access")
	for group, g := range s.Access {
		for i, token := range g.ServiceTokens {
			c.fault(diag.Path{"access", group, "serviceTokens", i}, format.Label("a service token", token, maxLabel))
		}
	}
	names(c, s.Registries, "a registry", maxLabel, "registries")
	names(c, s.IdPs, "an identity provider", maxLabel, "idps")
	names(c, s.Clients, "a client", maxClient, "clients")
	names(c, s.Apps, "an app", maxLabel, "apps")
	names(c, s.Charts, "a chart", maxRelease, "charts")
	names(c, s.Folders, "a folder", maxLabel, "folders")
	names(c, s.Sops.People, "a person", maxLabel, "sops", "people")
	for host, h := range s.Hosts {
		names(c, h.Disks, "a disk", maxShort, "hosts", host, "disks")
		names(c, h.Arrays, "an array", maxShort, "hosts", host, "arrays")
		names(c, h.Pools, "a pool", maxShort, "hosts", host, "pools")
		names(c, h.NICs, "a network card", maxShort, "hosts", host, "nics")
		names(c, h.VLANs, "a VLAN", maxInterface, "hosts", host, "vlans")
		names(c, h.Bonds, "a bond", maxInterface, "hosts", host, "bonds")
	}
	for app, a := range s.Apps {
		if a.Kind == "stateful" && len(app) > maxSet {
			c.faultName(diag.Path{"apps", app}, format.Label("a stateful app", app, maxSet))
		}
		names(c, a.Jobs, "a job", maxSet-1-len(app), "apps", app, "jobs")
		names(c, a.Volumes, "a volume", maxLabel-1-len(app), "apps", app, "volumes")
	}
	for _, w := range c.containers {
		names(c, w.Init, "an init container", maxLabel, w.at.With("init")...)
		names(c, w.Sidecars, "a sidecar", maxLabel, w.at.With("sidecars")...)
		if w.name != "" && w.name[0] >= '0' && w.name[0] <= '9' && format.LabelRE().MatchString(w.name) {
			c.reportName(w.at, "%q cannot name a workload: it starts with a digit", w.name).
				WithHint("the name of a Service starts with a letter (RFC 1035): %q", "x"+w.name)
		}
	}
	if t := s.Tunnel.Name; t != strings.TrimSpace(t) || len(t) > maxLabel*4 {
		c.report(diag.Path{"tunnel", "name"}, "%q cannot name a tunnel", format.Shorten(t)).WithHint("no blanks at the ends, 252 characters at most")
	}
}

// names checks the names of a map. Two that differ in case only would be one
// file on a disk that folds case: the capitals are refused, and the note says so.
func names[V any](c *checker, m map[string]V, what string, limit int, at ...any) {
	for name := range m {
		f := format.Label(what, name, limit)
		if !f.Bad() {
			continue
		}
		p := c.reportName(diag.Path(at).With(name), "%s", f.What).WithHint("%s", f.Advice())
		if low := format.Slug(name); low != name {
			if _, ok := m[low]; ok {
				p.WithHint("beside %q it would be the same file where case does not count; give it another name", low)
				c.note(p, diag.Path(at).With(low), "the other name")
			}
		}
	}
}

// reservedNamespaces belong to Kubernetes, k3s, Cilium or gen. An app's name is
// its namespace and its folder. kube- is Kubernetes' own (kubernetes.io/docs,
// concepts, namespaces).
func reservedNamespace(name string) string {
	switch name {
	case "argocd", "cloudflared", "app-of-apps", "apps", "projects", site.WebsitesNamespace, site.WebsitesBaselineNamespace:
		return "gen uses it for what it makes itself"
	case "default", "cilium-secrets":
		return "it is a namespace of the cluster"
	}
	if strings.HasPrefix(name, "kube-") {
		return "names that start with kube- are Kubernetes' own"
	}
	return ""
}

// reservedName is one of these, or what Longhorn has where the site wants it.
func (c *checker) reservedName(name string) string {
	if c.site.Longhorn() && (name == site.StorageLonghorn || name == site.LonghornNamespace) {
		return "storage: \"longhorn\" makes it"
	}
	return reservedNamespace(name)
}

func checkReservedNames(c *checker) {
	for name := range c.spec.Apps {
		if why := c.reservedName(name); why != "" {
			c.reportName(diag.Path{"apps", name}, "an app cannot be called %q: %s", name, why).WithHint("say %q, or what it is for", name+"-app")
		}
	}
	for _, b := range besides(c.spec) {
		why := c.reservedName(b.name)
		if strings.HasPrefix(b.name, "kube-") { // a release may be called so; its namespace is another rule's
			why = ""
		}
		if why == "" && slices.Contains([]string{"kustomization", "platform", "workloads"}, b.name) {
			why = "gen uses it among the projects"
		}
		if why != "" {
			c.reportName(b.at, "%s cannot be called %q: %s", b.what, b.name, why).WithHint("say %q, or what it is for", b.name+"-own")
		}
	}
	for name := range c.spec.Hosts {
		if name == "localhost" {
			c.reportName(diag.Path{"hosts", name}, "a host cannot be called %q: every machine calls itself that", name).WithHint("say \"web1\", or what it is for")
		}
	}
}

func checkNameClashes(c *checker) {
	taken := map[string]diag.Path{}
	for name := range c.spec.Clients {
		taken["website-"+name] = diag.Path{"clients", name}
	}
	for name := range c.spec.Apps {
		client, _ := strings.CutPrefix(name, "website-")
		if at, clash := taken[name]; clash {
			p := c.reportName(diag.Path{"apps", name}, "the app and the client %q would both make an Application called %q", client, name).
				WithHint("say %q", client+"-app")
			c.note(p, at, "the client")
		}
		taken[name] = diag.Path{"apps", name}
	}
	for _, b := range besides(c.spec) {
		if at, clash := taken[b.name]; clash {
			newer, older := c.later(b.at, at)
			p := c.reportName(newer, "there is %q under %s already, and both would make an Application called %q", older[1], older[0], b.name).
				WithHint("give one of them another name")
			c.note(p, older, "the other one")
		}
		taken[b.name] = b.at
	}
}

// unknownName reports a name that nothing has. Names that are used already are not suggested.
func unknownName[V any](c *checker, at diag.Path, what, name string, m map[string]V, used ...string) *diag.Problem {
	p := c.report(at, "there is no %s %q", what, name)
	if len(m) == 0 || c.compared > maxSuggest {
		return p
	}
	known := slices.Sorted(maps.Keys(m))
	free := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return slices.Contains(used, k) })
	if best := c.near(name, free); best != "" {
		p.WithHint("%s", format.DidYouMean(best))
	} else if len(known) < 12 {
		p.WithHint("declared are: %s", format.AllOf(known))
	}
	return p
}
