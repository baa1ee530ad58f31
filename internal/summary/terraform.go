package summary

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"sitegen/internal/format"
	"sitegen/internal/tfread"
)

// terraform compares the resources of each Terraform root. One that moves between roots
// goes from one and comes into the other.
func terraform(old, new Side) []Item {
	var items []Item
	dirs := map[string]bool{}
	for _, files := range []map[string][]byte{old.Files, new.Files} {
		for p := range files {
			if path.Ext(p) == ".tf" {
				dirs[path.Dir(p)] = true
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		if !differ(old, new, dir) {
			continue
		}
		var was, is root
		var both sync.WaitGroup
		both.Go(func() { was = readRoot(dir, below(old.Files, dir)) })
		both.Go(func() { is = readRoot(dir, below(new.Files, dir)) })
		both.Wait()
		items = append(items, plan(dir, was, is)...)
	}
	return items
}

// below are the files of a folder and of those in it.
func below(files map[string][]byte, dir string) map[string][]byte {
	some := map[string][]byte{}
	for p, data := range files {
		if strings.HasPrefix(p, dir+"/") {
			some[p] = data
		}
	}
	return some
}

func differ(old, new Side, dir string) bool {
	return !maps.EqualFunc(below(old.Files, dir), below(new.Files, dir), func(a, b []byte) bool { return string(a) == string(b) })
}

// plan says what Terraform will say of a root.
func plan(dir string, was, is root) []Item {
	var imported, created, changed, replaced, destroyed, lost, older []string
	var leaps []Item
	old := was.moved(is)
	for _, at := range slices.Sorted(maps.Keys(is.resources)) {
		before, ok := old[at]
		switch {
		case !ok && slices.Contains(is.Imports, at):
			imported = append(imported, at)
		case !ok:
			created = append(created, at)
		case replaces(at, before, is.resources[at]) && returns(at):
			replaced = append(replaced, at)
		case replaces(at, before, is.resources[at]):
			replaced, lost = append(replaced, at), append(lost, at)
		case !maps.Equal(before, is.resources[at]):
			changed = append(changed, at)
			leaps = append(leaps, leap(Terraform, is.Resources[at].Text("chart"), before["version"], is.resources[at]["version"])...)
		}
	}
	for _, at := range slices.Sorted(maps.Keys(old)) {
		_, stays := is.resources[at]
		switch {
		case stays || is.forgotten(at):
		case tfread.OfCloudflare4(strings.SplitN(at, ".", 2)[0]):
			older = append(older, at)
		case returns(at):
			destroyed = append(destroyed, at)
		default:
			destroyed, lost = append(destroyed, at), append(lost, at)
		}
	}
	text := ""
	for _, part := range []struct {
		what string
		all  []string
	}{{"import", imported}, {"create", created}, {"change", changed}, {"replace", replaced}, {"destroy", destroyed}} {
		if len(part.all) > 0 {
			text += fmt.Sprintf(", %d to %s", len(part.all), part.what)
		}
	}
	var items []Item
	if text != "" {
		items = append(items, Item{Layer: Terraform, Text: dir + ": " + strings.TrimPrefix(text, ", "),
			Detail: detail("import", imported) + detail("create", created) + detail("change", changed) + detail("replace", replaced) + detail("destroy", destroyed)})
	}
	if len(older) > 0 {
		items = append(items, Item{Layer: Terraform, Text: "version 5 of provider cloudflare does not know " + some(older) + ": no plan is made while the state has them",
			Why: "gen adopt --state FILE says how gen's files take over what they stand for", Detail: detail("unknown", older)})
	}
	if len(lost) > 0 {
		items = append(items, Item{Layer: Terraform, Danger: Destroy, Text: "Terraform destroys " + some(lost),
			Why: why(lost)})
	}
	return append(items, leaps...)
}

func detail(what string, all []string) string {
	var b strings.Builder
	for _, at := range all {
		fmt.Fprintf(&b, "%-7s %s\n", what, at)
	}
	return b.String()
}

// some names the first of a list.
func some(all []string) string {
	if len(all) <= 4 {
		return format.AllOf(all)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:3], ", "), len(all)-3)
}

// replaces tells whether a change is one that the provider cannot make in place
// (RequiresReplace, or ForceNew, in the schemas of the providers).
func replaces(at string, was, is attributes) bool {
	kind, _, _ := strings.Cut(at, ".")
	return slices.ContainsFunc(map[string][]string{
		"cloudflare_dns_record":                          {"zone_id"},
		"cloudflare_zero_trust_access_application":       {"account_id"},
		"cloudflare_zero_trust_access_identity_provider": {"account_id"},
		"cloudflare_zero_trust_access_policy":            {"account_id"},
		"cloudflare_zero_trust_access_service_token":     {"account_id"},
		"cloudflare_zero_trust_tunnel_cloudflared":       {"account_id", "config_src"},
		"cloudflare_zone":                                {"account", "name"},
		"helm_release":                                   {"name", "namespace"},
		"kubernetes_namespace_v1":                        {"metadata"},
		"kubernetes_secret_v1":                           {"metadata", "type"},
	}[kind], func(name string) bool {
		before, said := was[name]
		// The provider takes the place of no tunnel whose config_src was not said, and local is its default.
		return before != unknown && before != is[name] && (said || name != "config_src")
	})
}

// returns tells whether what a resource stands for is made again by the same lines:
// records, log-ins and rules are, what has data, ids or secrets of its own is not.
func returns(at string) bool {
	kind, _, _ := strings.Cut(at, ".")
	return slices.Contains([]string{
		"cloudflare_dns_record", "cloudflare_ruleset", "cloudflare_zone_setting", "cloudflare_zero_trust_access_application",
		"cloudflare_zero_trust_access_group", "cloudflare_zero_trust_access_policy", "kubernetes_config_map_v1", "kubernetes_config_map_v1_data",
		"kubernetes_secret_v1", "terraform_data", "null_resource",
	}, kind)
}

// why says what goes with the first resource of a kind that has something to say.
func why(lost []string) string {
	for _, at := range lost {
		switch kind, _, _ := strings.Cut(at, "."); kind {
		case "cloudflare_zone", "cloudflare_zone_dnssec":
			return "the plan stops at it; docs/RUNBOOK.md, Giving up a zone, and Ending DNSSEC"
		case "cloudflare_zero_trust_tunnel_cloudflared", "random_bytes":
			return "every hostname of the tunnel is down until cloudflared has the new one's credentials"
		case "kubernetes_namespace_v1":
			return "Kubernetes deletes all that is in a namespace, volumes too"
		case "helm_release":
			return "Helm uninstalls it with everything that the chart made"
		case "cloudflare_zero_trust_access_service_token":
			return "who has the token is locked out; a new one has another secret"
		case "cloudflare_zero_trust_access_identity_provider":
			return "nobody logs in with it any more"
		}
	}
	return "read the plan before it is applied"
}
