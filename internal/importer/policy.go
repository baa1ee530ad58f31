package importer

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/tfread"
)

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
		ref := cmp.Or(textOf(v), textOf(at1(v, "id")))
		at := strings.TrimSuffix(ref, ".id")
		switch p := root.Resources[at]; {
		case p != nil && slices.Contains(policyKinds, p.Kind):
			found[at] = true
		case at1(v, "include") != cty.NilVal: // said in the application itself
			app.take(r, root, policy{textOf(at1(v, "name")), textOf(at1(v, "decision")), textOf(at1(v, "session_duration")), conditions(at1(v, "include"), nil), conditions(at1(v, "require"), nil), conditions(at1(v, "exclude"), nil)})
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
		app.take(r, root, policy{p.Text("name"), p.Text("decision"), p.Text("session_duration"), conditions(p.Attrs["include"].Value, p.Nested["include"]),
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
	name, decision, session   string
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

// take adds a policy to what an application says. A session of the policy's own counts in
// place of the application's (Cloudflare One docs, session management).
func (a *application) take(r *reading, root *root, p policy) {
	switch {
	case p.decision != "allow":
		a.why = "its policy " + p.name + " decides " + cmp.Or(p.decision, "what is in no file")
		return
	case len(p.require) > 0 || len(p.exclude) > 0:
		a.why = "its policy " + p.name + " has conditions under require or exclude: access of the spec can say them"
		return
	}
	a.name = cmp.Or(a.name, p.name)
	if !unresolved(p.session) && (!a.policySession || shorter(p.session, a.session)) {
		a.session, a.policySession = p.session, true
	}
	if why := a.who.add(root, p.include, 0); why != "" {
		a.why = "its policy " + p.name + " " + why
	}
}

func shorter(a, b string) bool {
	x, err1 := time.ParseDuration(a)
	y, err2 := time.ParseDuration(b)
	return err1 == nil && (err2 != nil || x < y)
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
				w.missing = cmp.Or(firstUnresolved(said), "an address")
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

func (w *who) empty() bool {
	return len(w.emails)+len(w.emailDomains)+len(w.ips) == 0 && w.missing == ""
}
