package importer

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/tfread"
)

// application is an Access application: who may see a hostname.
type application struct {
	at      string
	domains []string // hostnames, each with a path behind it where it has one
	session string
	who     who
	name    string // of the policy, for that of the group
	why     string // it cannot be said in the spec
	file    *file
}

// who are conditions of Access.
type who struct {
	emails, emailDomains, ips []string
	missing                   string // an address that is in no file
}

// group is a group of the spec.
type group struct {
	name, session, why string
	include            who
	require, exclude   who
}

var knownOfApplication = []string{"zone_id", "account_id", "name", "domain", "session_duration", "type", "policies", "self_hosted_domains", "destinations"}

func (r *reading) application(root *root, f *file, at string, res *tfread.Resource) {
	app := &application{at: at, session: firstOf(res.Text("session_duration"), "24h"), file: f}
	r.moves = append(r.moves, move{from: at, app: app})
	if kind := res.Text("type"); kind != "self_hosted" && kind != "ssh" && kind != "" {
		f.say(needsYou, at+": an application of the type "+kind+"; gen makes none: keep it in a .tf file of your own in gen's root")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(res.Attrs)) {
		if !slices.Contains(knownOfApplication, name) {
			f.say(needsYou, at+": the spec has no field for its "+name)
		}
	}
	app.domains = append(app.domains, firstOf(res.Text("domain"), res.Attrs["domain"].Expr))
	for _, v := range append(listOf(res.Attrs["self_hosted_domains"].Value), listOf(res.Attrs["destinations"].Value)...) {
		app.domains = append(app.domains, firstOf(textOf(v), textOf(at1(v, "uri")), res.Attrs["domain"].Expr))
	}
	slices.Sort(app.domains)
	app.domains = slices.DeleteFunc(slices.Compact(app.domains), func(d string) bool { return d == "" })
	r.policies(root, app, res)
	r.apps = append(r.apps, app)
	if z := r.zoneOf(root, res); z != nil {
		z.apps = append(z.apps, app.domains...)
	}
	f.say(taken, "")
}

// policies finds those of an application: they name it, or it names them.
func (r *reading) policies(root *root, app *application, res *tfread.Resource) {
	self := tfAddress(res)
	found := map[string]bool{}
	for _, at := range slices.Sorted(maps.Keys(root.Resources)) {
		p := root.Resources[at]
		if slices.Contains(policyKinds, p.Kind) && strings.HasPrefix(p.Text("application_id"), self+".") {
			found[at] = true
		}
	}
	for _, v := range listOf(res.Attrs["policies"].Value) {
		ref := firstOf(textOf(v), textOf(at1(v, "id")))
		at := strings.TrimSuffix(ref, ".id")
		switch p := root.Resources[at]; {
		case p != nil && slices.Contains(policyKinds, p.Kind):
			found[at] = true
		case at1(v, "include") != cty.NilVal: // said in the application itself
			app.take(r, root, policy{textOf(at1(v, "name")), textOf(at1(v, "decision")), conditions(at1(v, "include"), nil), conditions(at1(v, "require"), nil), conditions(at1(v, "exclude"), nil)})
		default:
			app.why = "a policy of it is in no file"
		}
	}
	if v := res.Attrs["policies"]; v.Expr != "" && !v.Value.IsKnown() {
		app.why = "its policies are only known when Terraform runs"
	}
	for _, at := range slices.Sorted(maps.Keys(found)) {
		p := root.Resources[at]
		if p.Blocks["dynamic"] != "" {
			app.why = "its policy " + at + " has dynamic blocks"
		}
		app.take(r, root, policy{p.Text("name"), p.Text("decision"), conditions(p.Attrs["include"].Value, p.Nested["include"]),
			conditions(p.Attrs["require"].Value, p.Nested["require"]), conditions(p.Attrs["exclude"].Value, p.Nested["exclude"])})
	}
	if app.who.empty() && app.why == "" {
		app.why = "it has no policy, and lets nobody in"
	}
}

// tfAddress is the address of a resource.
func tfAddress(res *tfread.Resource) string {
	at := res.Kind + "." + res.Name
	if res.Key != "" {
		at += `["` + res.Key + `"]`
	}
	return at
}

type policy struct {
	name, decision            string
	include, require, exclude []values
}

// conditions are those of one list, in the form of version 5 or of version 4.
func conditions(v cty.Value, blocks []map[string]tfread.Attr) []values {
	var all []values
	for _, e := range listOf(v) {
		all = append(all, valuesOf(e))
	}
	for _, b := range blocks {
		one := values{}
		for name, a := range b {
			one[name] = a.Value
		}
		all = append(all, one)
	}
	return all
}

// take adds a policy to what an application says.
func (a *application) take(r *reading, root *root, p policy) {
	switch {
	case p.decision != "allow":
		a.why = "its policy " + p.name + " decides " + firstOf(p.decision, "what is in no file")
		return
	case len(p.require) > 0 || len(p.exclude) > 0:
		a.why = "its policy " + p.name + " has conditions under require or exclude: access of the spec can say them"
		return
	}
	a.name = firstOf(a.name, p.name)
	if why := a.who.add(root, p.include, 0); why != "" {
		a.why = "its policy " + p.name + " " + why
	}
}

// add adds conditions; it tells which one the spec has no field for.
func (w *who) add(root *root, conditions []values, depth int) string {
	for _, one := range conditions {
		for _, kind := range slices.Sorted(maps.Keys(one)) {
			if one[kind].IsNull() {
				continue
			}
			var into *[]string
			switch kind {
			case "email":
				into = &w.emails
			case "email_domain":
				into = &w.emailDomains
			case "group":
				if why := w.group(root, one[kind], depth); why != "" {
					return why
				}
				continue
			default:
				return "lets in by " + kind
			}
			said := one[kind]
			if v := valuesOf(said); v != nil { // version 5: email = { email = … }
				said = cty.TupleVal(slices.Collect(maps.Values(v)))
			}
			all, ok := allTexts(said)
			switch {
			case ok:
				*into = append(*into, all...)
			case kind == "email":
				w.missing = firstOf(firstUnresolved(said), "an address")
			default:
				return "lets in by a " + kind + " that is in no file"
			}
		}
	}
	return ""
}

func firstUnresolved(v cty.Value) string {
	for _, e := range listOf(v) {
		if t := textOf(e); t != "" && unresolved(t) {
			return t
		}
	}
	return ""
}

// group adds those of an Access group that a policy refers to.
func (w *who) group(root *root, v cty.Value, depth int) string {
	refs := listOf(v)
	if id := at1(v, "id"); id != cty.NilVal {
		refs = []cty.Value{id}
	}
	if depth > 5 || len(refs) == 0 {
		return "lets in a group that is in no file"
	}
	for _, ref := range refs {
		g := root.Resources[strings.TrimSuffix(textOf(ref), ".id")]
		if g == nil || !slices.Contains(groupKinds, g.Kind) {
			return "lets in a group that is in no file"
		}
		if g.Blocks["require"]+g.Blocks["exclude"]+g.Blocks["dynamic"]+g.Attrs["require"].Expr+g.Attrs["exclude"].Expr != "" {
			return "lets in a group with conditions under require or exclude"
		}
		if why := w.add(root, conditions(g.Attrs["include"].Value, g.Nested["include"]), depth+1); why != "" {
			return why
		}
	}
	return ""
}

func (w *who) empty() bool {
	return len(w.emails)+len(w.emailDomains)+len(w.ips) == 0 && w.missing == ""
}

func (w *who) object() object {
	var o object
	emails := slices.Compact(slices.Sorted(slices.Values(w.emails)))
	if w.missing != "" {
		emails = append(emails, placeholder)
		o.set("emails", emails, "TODO: "+w.missing+" is in no file")
	} else if len(emails) > 0 {
		o.set("emails", emails)
	}
	if len(w.emailDomains) > 0 {
		o.set("emailDomains", slices.Compact(slices.Sorted(slices.Values(w.emailDomains))))
	}
	return o
}

var variable = regexp.MustCompile(`\$\{var\.(\w+)\}|\bvar\.(\w+)`)

// resolveDomains finds what a variable in the hostnames of applications is, where only
// one value makes hostnames of the tunnel of all of them.
func (r *reading) resolveDomains() {
	fits := map[string][]string{}
	for _, app := range r.apps {
		for _, d := range app.domains {
			m := variable.FindStringSubmatch(d)
			if m == nil {
				continue
			}
			before, after, _ := strings.Cut(d, m[0])
			before, after = strings.TrimPrefix(before, `"`), strings.TrimSuffix(after, `"`)
			var found []string
			for _, rule := range r.rules {
				if h := rule.hostname; len(h) > len(before)+len(after) && strings.HasPrefix(h, before) && strings.HasSuffix(h, after) {
					found = append(found, h[len(before):len(h)-len(after)])
				}
			}
			name := firstOf(m[1], m[2])
			if old, ok := fits[name]; ok {
				found = slices.DeleteFunc(found, func(v string) bool { return !slices.Contains(old, v) })
			}
			slices.Sort(found)
			fits[name] = slices.Compact(found)
		}
	}
	put := func(d string) string {
		return variable.ReplaceAllStringFunc(d, func(ref string) string {
			if v := fits[ref[strings.LastIndex(ref, ".")+1:]]; len(v) == 1 {
				return v[0]
			}
			return ref
		})
	}
	for _, app := range r.apps {
		for i, d := range app.domains {
			app.domains[i] = put(d)
		}
	}
	for _, z := range r.zones {
		for i, d := range z.apps {
			z.apps[i] = put(d)
		}
		z.apps = slices.DeleteFunc(z.apps, unresolved)
		for i, d := range z.apps {
			z.apps[i], _, _ = strings.Cut(d, "/")
		}
	}
}

// groups makes the groups of the spec, and says which hostname is whose. What cannot be
// said is left to a group that lets in one placeholder: a hostname is never opened.
func (r *reading) groups() {
	names := map[string]string{} // by what a group says
	for _, app := range r.apps {
		g := &group{session: app.session, include: app.who, why: app.why}
		if app.why != "" {
			g.include = who{missing: "who it lets in"}
			app.file.say(needsYou, app.at+": "+app.why+": who may see "+strings.Join(app.domains, ", ")+" is for access of the spec to say")
		} else if app.who.missing != "" {
			app.file.say(needsYou, app.at+": "+app.who.missing+" is in no file; it stands as TODO in the spec")
		}
		base := firstOf(slug(app.name), "admins")
		if app.why != "" {
			base = "todo"
		}
		said, _ := inline(g.include.object())
		key := said + g.include.missing + g.session + app.why
		g.name = names[key]
		if g.name == "" {
			g.name = base
			for slices.ContainsFunc(r.access, func(o *group) bool { return o.name == g.name }) {
				g.name = base + "-" + slug(firstLabel(app.domains))
				base += "-x"
			}
			names[key] = g.name
			r.access = append(r.access, g)
		}
		for _, d := range app.domains {
			if unresolved(d) {
				app.file.say(needsYou, app.at+": its hostname is in no file: "+d)
				r.unsure = true
				continue
			}
			host, p, _ := strings.Cut(d, "/")
			if !slices.ContainsFunc(r.rules, func(ru rule) bool {
				return ru.hostname != "" && (matches(host, ru.hostname) || matches(ru.hostname, host))
			}) {
				app.file.say(needsYou, app.at+": no rule of the tunnel leads to "+host+", so that the spec does not have it: a route says it, or a .tf file of your own")
			}
			if p == "" || p == "*" {
				r.guard[host] = g.name
				continue
			}
			if r.paths[host] == nil {
				r.paths[host] = map[string]string{}
			}
			r.paths[host]["/"+strings.TrimSuffix(path.Clean(p), "/*")] = g.name
		}
	}
}

// matches tells whether a hostname is one of a pattern.
func matches(pattern, host string) bool {
	rest, ok := strings.CutPrefix(pattern, "*")
	return pattern == host || ok && strings.HasSuffix(host, rest)
}

func firstLabel(domains []string) string {
	if len(domains) == 0 {
		return "other"
	}
	label, _, _ := strings.Cut(strings.Trim(domains[0], `"*.`), ".")
	return label
}

// guardOf is the group that may see a hostname; "" where everybody may.
func (r *reading) guardOf(host string) string {
	if g := r.guard[host]; g != "" {
		return g
	}
	_, parent, _ := strings.Cut(host, ".")
	if g := r.guard["*."+parent]; g != "" {
		return g
	}
	if r.unsure {
		return r.todoGroup()
	}
	return ""
}

// open notes that nothing of the tree guards a hostname.
func (r *reading) open(hosts ...string) {
	r.public = append(r.public, hosts...)
}

// todoGroup is one for hostnames of which it is not known who may see them.
func (r *reading) todoGroup() string {
	const name = "todo-unsure"
	if !slices.ContainsFunc(r.access, func(g *group) bool { return g.name == name }) {
		r.access = append(r.access, &group{name: name, session: "24h", include: who{missing: "who may see these hostnames"}})
	}
	return name
}
