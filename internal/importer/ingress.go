package importer

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/format"
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
	f.say(taken, "cloudflared's rules")
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
	for _, v := range list {
		o := at1(v, "origin_request")
		if l := listOf(o); len(l) > 0 {
			o = l[0]
		}
		origin := map[string]any{}
		for name, v := range valuesOf(o) {
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
		r.rules = append(r.rules, rule{textOf(at1(v, "hostname")), textOf(at1(v, "path")), textOf(at1(v, "service")), origin, f})
	}
	f.say(taken, "the tunnel's rules, which gen has in cloudflared's own configuration")
}

// originName is a name of originRequest as cloudflared's own configuration has it.
func originName(name string) string {
	parts := strings.Split(name, "_")
	for i, p := range parts[1:] {
		if p != "" {
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	name = strings.Join(parts, "")
	switch name {
	case "noTlsVerify":
		return "noTLSVerify"
	case "matchSnItoHost", "matchSniToHost":
		return "matchSNItoHost"
	}
	return name
}

// originFields are the options that routes have, by the schemes that they say anything of.
var originFields = map[string][]string{
	"https": {"noTLSVerify", "originServerName", "matchSNItoHost", "http2Origin", "tlsTimeout"},
	"http":  {"httpHostHeader", "disableChunkedEncoding", "keepAliveTimeout"},
	"":      {"connectTimeout", "tcpKeepAlive", "keepAliveConnections"},
}

// originOf is what a rule says of how its origin is spoken to, as far as its scheme knows it.
func (ru rule) originOf(to string) object {
	var o object
	scheme, _, ok := strings.Cut(to, "://")
	if !ok {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(ru.origin)) {
		has := func(of string) bool { return slices.Contains(originFields[of], name) }
		if !has("https") && !has("http") && !has("") {
			ru.file.say(needsYou, fmt.Sprintf("originRequest.%s of %s: routes have no such field, or have it otherwise", name, ru.hostname))
			continue
		}
		if has("https") && scheme != "https" || has("http") && scheme != "https" && scheme != "http" {
			continue
		}
		switch v := ru.origin[name].(type) {
		case bool:
			if v {
				o.set(name, v)
			}
		case string:
			o.setText(name, v)
		case int:
			if name == "keepAliveConnections" {
				o.set(name, v)
			} else {
				o.set(name, fmt.Sprintf("%ds", v))
			}
		}
	}
	return o
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

// to is where a rule leads, as routes say it. What they cannot say is an answer that says
// so, until a person has decided.
func (r *reading) to(ru rule) string {
	const nowhere = "http_status:503"
	t, ok := ru.target()
	if !ok {
		if _, fault := format.ParseOrigin(ru.service); fault.Bad() {
			ru.file.say(needsYou, ru.hostname+ru.path+" leads to "+ru.service+", which routes do not say: it would answer 503")
			r.todo("routes.%q: leads to %s", ru.hostname, ru.service)
			return nowhere
		}
		return ru.service
	}
	for _, u := range r.unitList {
		if u.moved && u.has("Service", t.service) && t.namespace == site {
			t.namespace = u.name
		}
	}
	if !r.reaches(t.namespace) {
		ru.file.say(needsYou, ru.hostname+ru.path+" leads to the Service "+t.service+" of the namespace "+t.namespace+", which no Application of the tree has: it would answer 503")
		r.todo("routes.%q: leads to %s, of a namespace that charts or folders have to have", ru.hostname, ru.service)
		return nowhere
	}
	to := t.scheme + "://" + t.service + "." + t.namespace
	if t.port != "" {
		to += ":" + t.port
	}
	if _, fault := format.ParseOrigin(to); fault.Bad() {
		ru.file.say(needsYou, ru.hostname+ru.path+" leads to "+ru.service+", which routes do not say: it would answer 503")
		return nowhere
	}
	return to
}

// site is the namespace of gen's clients.
const site = "websites"

// reaches tells whether routes may lead into a namespace.
func (r *reading) reaches(namespace string) bool {
	if namespace == "default" || namespace == "kube-system" {
		return true
	}
	for _, all := range [][]field{r.folders, r.charts} {
		for _, f := range all {
			home := f.name
			for _, said := range f.value.(object) {
				if said.name == "namespace" {
					home = said.value.(string)
				}
			}
			if home == namespace {
				return true
			}
		}
	}
	if slices.ContainsFunc(r.appFields, func(f field) bool { return f.name == namespace }) {
		return true
	}
	return namespace == site && slices.ContainsFunc(r.clients, func(c field) bool { return !c.value.(object).has("podSecurity") })
}
