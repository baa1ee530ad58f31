package gen

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/site"
)

// isTerraform tells files that Terraform or OpenTofu reads of a root.
func isTerraform(p string) bool {
	return slices.ContainsFunc([]string{".tf", ".tf.json", ".tofu", ".tofu.json"}, func(end string) bool { return strings.HasSuffix(p, end) })
}

// overrides tells Terraform's override files, which are merged instead.
func overrides(p string) bool {
	name, _, _ := strings.Cut(path.Base(p), ".")
	return name == "override" || strings.HasSuffix(name, "_override")
}

// unread says where Terraform's language ends in a file, and why.
func unread(p string, diags hcl.Diagnostics) Beside {
	b := Beside{Path: p, What: "Terraform reads every file of this folder, and cannot read this one", Clash: true}
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			b.Line = d.Subject.Start.Line
			b.What += ": " + strings.ToLower(d.Summary)
			break
		}
	}
	return b
}

// secondRulesets looks for rulesets of the user's that redirect requests. Cloudflare
// takes one of the phase for a zone, and gen's redirects are it where the zone has any.
func (r *Result) secondRulesets(p string, data []byte) []Beside {
	var zones []string
	for _, redirect := range r.Site.Redirects {
		zones = append(zones, redirect.Zone)
	}
	zones = slices.Compact(site.Sorted(zones))
	file, diags := parseTerraform(p, data)
	if len(zones) == 0 || diags.HasErrors() {
		return nil
	}
	var found []Beside
	content, _, _ := file.Body.PartialContent(&hcl.BodySchema{Blocks: once()[:1]})
	for _, b := range content.Blocks {
		attrs, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "phase"}, {Name: "zone_id"}}})
		if b.Labels[0] != "cloudflare_ruleset" || text(attrs.Attributes["phase"]) != site.RedirectPhase {
			continue
		}
		is := Beside{Path: p, Line: b.DefRange.Start.Line}
		switch zone := zoneOf(attrs.Attributes["zone_id"]); {
		case slices.Contains(zones, zone):
			is.Clash = true
			is.What = fmt.Sprintf("a second ruleset of the phase %s for %s, and Cloudflare takes one: say it under redirects", site.RedirectPhase, zone)
		case zone == "":
			is.What = fmt.Sprintf("a zone has one ruleset of the phase %s, and gen's redirects are that of %s", site.RedirectPhase, strings.Join(zones, ", "))
		default:
			continue
		}
		found = append(found, is)
	}
	return found
}

// text is the value of an attribute that is a text alone.
func text(a *hcl.Attribute) string {
	if a == nil {
		return ""
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// zoneOf is the zone whose id an attribute is, as local.zone_ids["example.com"]; "" for
// another expression.
func zoneOf(a *hcl.Attribute) string {
	if a == nil {
		return ""
	}
	t, diags := hcl.AbsTraversalForExpr(a.Expr)
	if diags.HasErrors() || len(t) != 3 || t.RootName() != "local" {
		return ""
	}
	name, _ := t[1].(hcl.TraverseAttr)
	index, ok := t[2].(hcl.TraverseIndex)
	if !ok || name.Name != "zone_ids" || index.Key.Type() != cty.String {
		return ""
	}
	return index.Key.AsString()
}
