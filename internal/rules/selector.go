package rules

import (
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func selectorRules() []Rule {
	return []Rule{
		{ID: "selector", Severity: diag.Error, Summary: "A selector has keys and values of labels as Kubernetes takes them.",
			Bad: `clients: bakery: selector: {"app name": "bakery-nginx"}`, Good: `clients: bakery: selector: {app: "bakery-nginx"}`, value: true, check: checkSelectors},
		{ID: "selector-own", Severity: diag.Error, Summary: "A selector has none of the labels by which gen's network policies and Kubernetes' controllers tell pods apart.",
			Bad: `clients: bakery: selector: {app: "bakery-nginx", internet: "allowed"}`, Good: `clients: bakery: {selector: {app: "bakery-nginx"}, internet: true}`, check: checkOwnLabels},
		{ID: "selector-clash", Severity: diag.Error, Summary: "No workload's selector finds the pods of another one in its namespace.",
			Bad:  "clients: {\n\tbakery: selector: app: \"nginx\"\n\tcafe: {domain: \"cafe.example\", image: \"ghcr.io/example/cafe-site:1.0\", selector: {app: \"nginx\", site: \"cafe\"}}\n}",
			Good: "clients: {\n\tbakery: selector: app: \"bakery-nginx\"\n\tcafe: {domain: \"cafe.example\", image: \"ghcr.io/example/cafe-site:1.0\", selector: app: \"cafe-nginx\"}\n}", check: checkSelectorClashes},
	}
}

func checkSelectors(c *checker) {
	for _, w := range c.site.Workloads() {
		for key, value := range w.Selector {
			at := w.At().With("selector", key)
			c.faultName(at, format.LabelKey(key))
			c.fault(at, format.LabelValue(value))
		}
	}
}

// checkOwnLabels: a label of gen's opens the internet or an app to pods, whatever the spec
// says of them; one of a controller's is another for each pod or template (kubernetes.io/docs,
// labels-annotations-taints).
func checkOwnLabels(c *checker) {
	for _, w := range c.site.Workloads() {
		for key := range w.Selector {
			why := ""
			switch key {
			case site.InternetLabel, site.JobLabel:
				why = "gen's network policies tell pods apart by it"
			case "pod-template-hash", "controller-revision-hash", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index":
				why = "Kubernetes gives it to pods itself, each another value"
			default:
				continue
			}
			c.reportName(w.At().With("selector", key), "pods cannot be selected by the label %q: %s", key, why).
				WithHint("keep such a workload in a folder of your own, under folders")
		}
	}
}

// checkSelectorClashes: the Service of a workload leads to all pods with the labels of its
// selector, and network policies are for all of them.
func checkSelectorClashes(c *checker) {
	workloads := c.site.Workloads()
	if !slices.ContainsFunc(workloads, (*site.Workload).TakenOver) {
		return // all have their names
	}
	type label struct{ namespace, key, value string }
	with := map[label][]*site.Workload{}
	for _, w := range workloads {
		for key, value := range w.PodLabels() {
			l := label{w.Namespace, key, value}
			with[l] = append(with[l], w)
		}
	}
	found := map[[2]*site.Workload]bool{}
	for _, w := range workloads {
		selector := w.PodSelector()
		var rarest []*site.Workload
		for key, value := range selector {
			if all := with[label{w.Namespace, key, value}]; rarest == nil || len(all) < len(rarest) {
				rarest = all
			}
		}
		i := slices.IndexFunc(rarest, func(other *site.Workload) bool { return other != w && selects(selector, other.PodLabels()) })
		if i < 0 || found[[2]*site.Workload{rarest[i], w}] {
			continue
		}
		other := rarest[i]
		found[[2]*site.Workload{w, other}] = true
		at, note := w.At().With("selector"), other.At()
		if !w.TakenOver() {
			at, note = other.At().With("selector"), w.At()
		} else if other.TakenOver() {
			at, note = c.later(at, other.At().With("selector"))
		}
		p := c.report(at, "the Service of the %s %q would lead to the pods of the %s %q too", w.Kind, w.Name, other.Kind, other.Name).
			WithHint("give one of them another name and no selector, so that it starts beside what runs; or keep it in a folder of your own, under folders")
		c.note(p, note, "the other one")
	}
}

// selects tells whether labels have all of a selector's.
func selects(selector, labels map[string]string) bool {
	for key, value := range selector {
		if got, ok := labels[key]; !ok || got != value {
			return false
		}
	}
	return true
}
