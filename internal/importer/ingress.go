package importer

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/ingress"
	"sitegen/internal/tfread"
)

// rule is one of cloudflared's rules.
type rule struct {
	hostname, path, service string
	origin                  map[string]any
	file                    *file
}

// cloudflaredConfig takes a configuration of cloudflared: as a file, or in a ConfigMap.
func (r *reading) cloudflaredConfig(f *file, m map[string]any) {
	if r.configAt != nil && r.configAt != f {
		f.say(needsYou, "a second configuration of cloudflared, beside "+r.configAt.path+": merge its rules into routes of the spec")
		return
	}
	r.configAt = f
	f.say(taken, "cloudflared's rules: stays as long as your cloudflared reads it")
	if name := text(m, "tunnel"); name != "" && !uuid.MatchString(name) && r.tunnelName == "" {
		r.tunnelName = name
	}
	for _, more := range beyond(m, "tunnel", "credentials-file", "no-autoupdate", "metrics", "ingress", "originRequest", "loglevel", "protocol") {
		f.say(needsYou, more+": gen's configuration of cloudflared has no such field")
	}
	for _, i := range items(m, "ingress") {
		origin := maps.Clone(mapping(m, "originRequest"))
		if origin == nil {
			origin = map[string]any{}
		}
		maps.Copy(origin, mapping(i, "originRequest"))
		r.rules = append(r.rules, rule{text(i, "hostname"), text(i, "path"), text(i, "service"), origin, f})
	}
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}$`)

// tunnelConfig takes rules that lie in the dashboard, by Terraform.
func (r *reading) tunnelConfig(f *file, at string, res *tfread.Resource) {
	config := valuesOf(res.Attrs["config"].Value)
	if n := res.Nested["config"]; len(n) > 0 {
		config = values{}
		for name, a := range n[0] {
			config[name] = a.Value
		}
	}
	list := listOf(config["ingress"])
	if len(list) == 0 {
		list = listOf(config["ingress_rule"])
	}
	if len(list) == 0 {
		f.say(needsYou, at+": its rules are only known when Terraform runs: routes of the spec have to say them")
		return
	}
	all := originSaid(config["origin_request"])
	for _, v := range list {
		origin := maps.Clone(all)
		maps.Copy(origin, originSaid(at1(v, "origin_request")))
		r.rules = append(r.rules, rule{textOf(at1(v, "hostname")), textOf(at1(v, "path")), textOf(at1(v, "service")), origin, f})
	}
	for _, name := range slices.Sorted(maps.Keys(config)) {
		if v := config[name]; !slices.Contains([]string{"ingress", "ingress_rule", "origin_request"}, name) && v != cty.NilVal && !v.IsNull() {
			f.say(needsYou, at+": "+name+": gen's configuration of cloudflared has no such field")
		}
	}
	f.say(taken, "the tunnel's rules, which gen has in cloudflared's own configuration")
}

// originSaid is what origin_request says, in the words of cloudflared's own configuration.
func originSaid(v cty.Value) map[string]any {
	if l := listOf(v); len(l) > 0 {
		v = l[0]
	}
	origin := map[string]any{}
	for name, v := range valuesOf(v) {
		if name = originName(name); v.IsNull() {
			continue
		}
		switch n, ok := whole(v); {
		case ok:
			origin[name] = n
		case v.IsKnown() && v.Type() == cty.Bool:
			origin[name] = v.True()
		default:
			origin[name] = textOf(v)
		}
	}
	return origin
}

// hostnames are those of the rules, in their order, with the rules of each. What no
// request reaches is told.
func (r *reading) hostnames() (names []string, rules map[string][]rule) {
	rules = map[string][]rule{}
	var table []ingress.Rule
	for _, ru := range r.rules {
		table = append(table, ingress.Rule{Hostname: ru.hostname, Path: ru.path, Service: ru.service})
	}
	if fault := ingress.Fault(table); fault != "" && len(table) > 0 {
		r.rules[0].file.say(needsYou, "cloudflared does not take its rules: "+fault)
		r.rules[0].file.say(needsYou, "its rules are left out of the spec")
		return nil, rules
	}
	t := ingress.New(table)
	for i, ru := range r.rules {
		if i == len(r.rules)-1 {
			if ru.service != "http_status:404" {
				ru.file.say(needsYou, "the last rule leads what has no rule to "+ru.service+"; with gen it answers 404: a route for each hostname, or for *.DOMAIN")
			}
			continue
		}
		if by, _ := t.Unreached(i); by >= 0 {
			ru.file.say(needsYou, fmt.Sprintf("the rule for %s%s is never reached, for rule %d takes its requests: left out", ru.hostname, ru.path, by+1))
			continue
		}
		if ru.hostname == "" {
			ru.file.say(needsYou, "a rule for the path "+ru.path+" of every hostname: paths of routes say it for each")
			continue
		}
		if rules[ru.hostname] == nil {
			names = append(names, ru.hostname)
		}
		rules[ru.hostname] = append(rules[ru.hostname], ru)
	}
	return names, rules
}

// target is where a rule leads: a Service of the cluster, or something else.
type target struct {
	scheme, service, namespace, port string
}

var targetRE = regexp.MustCompile(`^(\w+)://([a-z0-9-]+)\.([a-z0-9-]+)(\.svc(\.cluster\.local)?)?(:\d+)?/?$`)

func (ru rule) target() (target, bool) {
	m := targetRE.FindStringSubmatch(ru.service)
	if m == nil {
		return target{}, false
	}
	return target{m[1], m[2], m[3], strings.TrimPrefix(m[6], ":")}, true
}
