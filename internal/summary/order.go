package summary

import (
	"slices"
	"strings"
)

// step is what is done on a host.
type step struct{ do, host string }

const (
	first   = "scripts/install-HOST.sh"
	install = "a backup, and scripts/install-HOST.sh"
	repair  = "docs/RUNBOOK.md, A dead disk, for HOST"
	reboot  = "nixos-rebuild boot and a reboot of HOST"
	rebuild = "nixos-rebuild switch of HOST"
)

// order says in which order the change is brought about. A push comes before tofu: pods
// wait for what Terraform makes for them, and what goes is let go by the tunnel first. Where
// nodes come, hosts let them in before anything else is told of them.
func order(s Summary, old, new Side) []Item {
	if s.Written+s.Deleted == 0 {
		return nil
	}
	if old.Site != nil && new.Site != nil && len(old.Site.Servers) == 1 && len(new.Site.Servers) > 1 {
		return []Item{{Layer: Order, Text: "docs/RUNBOOK.md, From one server to three, step by step"}}
	}
	steps := []string{"commit and push"}
	if tofu := bootstrap(old, new); tofu != "" {
		steps = append(steps, tofu)
	}
	if slices.ContainsFunc(s.Fields, func(f Field) bool { return strings.Contains(f.Takes, "tofu, then a push") }) {
		slices.Reverse(steps)
	}
	var rebuilds, others []string
	for _, i := range s.Items {
		text := strings.Replace(i.step.do, "HOST", i.step.host, 1)
		switch {
		case i.step.do == rebuild && nodesChange(old, new):
			rebuilds = append(rebuilds, text)
		case text != "":
			others = append(others, text)
		}
	}
	steps = slices.Concat(slices.Insert(steps, 1, rebuilds...), others)
	if slices.ContainsFunc(s.Fields, func(f Field) bool { return slices.Contains(f.Class, "keys") }) {
		steps = slices.Insert(steps, 0, "sops updatekeys for the files whose readers change")
	}
	return []Item{{Layer: Order, Text: strings.Join(steps, "; then ")}}
}

// nodesChange tells whether a host comes or goes.
func nodesChange(old, new Side) bool {
	if old.Site == nil || new.Site == nil {
		return false
	}
	before, after := byName(old.Site), byName(new.Site)
	for name := range union(before, after) {
		if before[name] == nil || after[name] == nil {
			return true
		}
	}
	return false
}

// bootstrap is the script that has Terraform make the change; "" where it has nothing to do.
func bootstrap(old, new Side) string {
	name := "SITE"
	if new.Site != nil {
		name = new.Site.Name
	}
	for p, data := range both(old.Files, new.Files) {
		if data[0] != data[1] && strings.HasPrefix(p, "k8s/") && !strings.HasPrefix(p, "k8s/argocd-") {
			return "scripts/bootstrap-" + name + "-k8s.sh --via-tunnel, which shows Terraform's plan"
		}
	}
	return ""
}
