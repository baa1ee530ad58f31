package importer

import (
	"cmp"
	"maps"
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

	policySession bool   // session is a policy's
	why           string // it cannot be said in the spec
	file          *file
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
}

var knownOfApplication = []string{"zone_id", "account_id", "name", "domain", "session_duration", "type", "policies", "self_hosted_domains", "destinations"}

func (r *reading) application(root *root, f *file, at string, res *tfread.Resource) {
	app := &application{at: at, session: cmp.Or(res.Text("session_duration"), "24h"), file: f}
	if kind := res.Text("type"); kind != "self_hosted" && kind != "ssh" && kind != "" {
		f.say(needsYou, at+": an application of the type "+kind+"; gen makes none: keep it in a .tf file of your own in gen's root")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(res.Attrs)) {
		v := res.Attrs[name].Value
		empty := v != cty.NilVal && v.IsKnown() && (v.IsNull() || v.CanIterateElements() && v.LengthInt() == 0)
		if !slices.Contains(knownOfApplication, name) && !empty && !(name == "app_launcher_visible" && truth(v)) {
			f.say(needsYou, at+": the spec has no field for its "+name)
		}
	}
	app.domains = append(app.domains, cmp.Or(res.Text("domain"), res.Attrs["domain"].Expr))
	for _, v := range append(listOf(res.Attrs["self_hosted_domains"].Value), listOf(res.Attrs["destinations"].Value)...) {
		app.domains = append(app.domains, cmp.Or(textOf(v), textOf(at1(v, "uri")), res.Attrs["domain"].Expr))
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
			name := cmp.Or(m[1], m[2])
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
