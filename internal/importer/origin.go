package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/format"
)

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
	return namespace == site && (slices.ContainsFunc(r.clients, func(c field) bool { return !c.value.(object).has("podSecurity") }) || r.besideClients())
}

// besideClients tells whether a folder has objects among the clients.
func (r *reading) besideClients() bool {
	return slices.ContainsFunc(r.folders, func(f field) bool {
		for _, said := range f.value.(object) {
			if list, ok := said.value.([]string); ok && said.name == "namespaces" && slices.Contains(list, site) {
				return true
			}
		}
		return false
	})
}
