package summary

import (
	"slices"
	"strings"
)

// step is what is done on a host.
type step struct{ do, host string }

const (
	install = "scripts/install-HOST.sh"
	reboot  = "nixos-rebuild boot and a reboot of HOST"
	rebuild = "nixos-rebuild switch of HOST"
)

// order says in which order the change is brought about. A push comes before tofu: pods
// wait for what Terraform makes for them, and what goes is let go by the tunnel first.
func order(s Summary, old, new Side) []Item {
	if s.Written+s.Deleted == 0 {
		return nil
	}
	steps := []string{"commit and push"}
	if tofu := bootstrap(old, new); tofu != "" {
		steps = append(steps, tofu)
	}
	if slices.ContainsFunc(s.Fields, func(f Field) bool { return strings.Contains(f.Takes, "tofu, then a push") }) {
		slices.Reverse(steps)
	}
	if slices.ContainsFunc(s.Fields, func(f Field) bool { return slices.Contains(f.Class, "keys") }) {
		steps = slices.Insert(steps, 0, "sops updatekeys for the files whose readers change")
	}
	for _, i := range s.Items {
		if i.step.do != "" {
			steps = append(steps, strings.Replace(i.step.do, "HOST", i.step.host, 1))
		}
	}
	return []Item{{Layer: Order, Text: strings.Join(steps, "; then ")}}
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
