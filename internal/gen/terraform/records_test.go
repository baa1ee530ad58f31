package terraform

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/site"
)

var recordLocals = map[string]string{"cname": "cname_records", "record": "records", "more": "more_records", "ns": "ns_records"}

// recordEntries are the records that the spec gives, by "RESOURCE KEY".
func recordEntries(t *testing.T, s *site.Site) map[string]cty.Value {
	t.Helper()
	locals := lastLocals(t, generate(t, s)["cloudflare.tf"])
	all := map[string]cty.Value{}
	for resource, local := range recordLocals {
		for key, v := range value(t, locals, local).AsValueMap() {
			all[resource+" "+key] = v
		}
	}
	return all
}

// atCloudflare is what Terraform makes of a site's records, by "RESOURCE KEY": name,
// type and content.
func atCloudflare(t *testing.T, s *site.Site) map[string][3]string {
	t.Helper()
	all := map[string][3]string{}
	for place, v := range recordEntries(t, s) {
		all[place] = [3]string{v.GetAttr("name").AsString(), v.GetAttr("type").AsString(), v.GetAttr("content").AsString()}
	}
	for _, r := range s.Routes {
		all["tunnel "+r.Hostname] = [3]string{r.Hostname, "CNAME", "tunnel"}
	}
	return all
}

// change is one thing that Terraform does to a record.
type change struct{ what, place string }

func (c change) resource() string { r, _, _ := strings.Cut(c.place, " "); return r }

// changes are what an apply does, sorted.
func changes(before, after map[string][3]string) []change {
	var all []change
	for place, old := range before {
		if now, ok := after[place]; !ok {
			all = append(all, change{"destroy", place})
		} else if now != old {
			all = append(all, change{"update", place})
		}
	}
	for place := range after {
		if _, ok := before[place]; !ok {
			all = append(all, change{"create", place})
		}
	}
	slices.SortFunc(all, func(a, b change) int { return strings.Compare(a.place+a.what, b.place+b.what) })
	return all
}

// dependencies reads which resource of records depends on which.
func dependencies(t *testing.T, s *site.Site) map[string]map[string]bool {
	t.Helper()
	on := map[string]map[string]bool{}
	for _, b := range body(t, generate(t, s)["cloudflare.tf"]).Blocks {
		if b.Type != "resource" || b.Labels[0] != "cloudflare_dns_record" {
			continue
		}
		on[b.Labels[1]] = map[string]bool{}
		if d := b.Body.Attributes["depends_on"]; d != nil {
			for _, e := range d.Expr.(*hclsyntax.TupleConsExpr).Exprs {
				if ref := e.Variables()[0]; ref.RootName() == "cloudflare_dns_record" {
					on[b.Labels[1]][ref[1].(hcl.TraverseAttr).Name] = true
				}
			}
		}
	}
	return on
}

// before tells whether Terraform ends change a before it begins b (docs/destroying.md
// and DestroyEdgeTransformer of Terraform; the same in OpenTofu; tried with 1.11):
// a destroy comes before whatever happens to what it depended on, anything else after.
// dependsOn is transitive, since the resources name each other in full or in a row.
func before(on map[string]map[string]bool, a, b change) bool {
	if a.what == "destroy" && dependsOn(on, a.resource(), b.resource()) {
		return true
	}
	return b.what != "destroy" && dependsOn(on, b.resource(), a.resource())
}

func dependsOn(on map[string]map[string]bool, a, b string) bool {
	for next := range on[a] {
		if next == b || dependsOn(on, next, b) {
			return true
		}
	}
	return false
}

// refused tells whether Cloudflare takes no record b while there is a.
func refused(a, b [3]string) bool {
	address := func(r [3]string) bool { return r[1] == "A" || r[1] == "AAAA" || r[1] == "CNAME" }
	switch {
	case a[0] != b[0]:
		return false
	case a == b:
		return true
	case a[1] == "NS" || b[1] == "NS":
		return a[1] != b[1]
	}
	return (a[1] == "CNAME" || b[1] == "CNAME") && address(a) && address(b)
}

// clashes are the pairs of changes of which Cloudflare may refuse the second.
func clashes(on map[string]map[string]bool, old, now map[string][3]string) []string {
	var all []string
	list := changes(old, now)
	for _, goes := range list {
		was, there := old[goes.place]
		for _, comes := range list {
			if is, ok := now[comes.place]; there && ok && goes.place != comes.place && refused(was, is) && !before(on, goes, comes) {
				all = append(all, fmt.Sprintf("%v (%v) beside %v (%v)", comes, is, goes, was))
			}
		}
	}
	return all
}

// withRecords is a site with these routes and records instead of its own.
func withRecords(base *site.Site, hostnames []string, records ...string) *site.Site {
	s := *base
	s.Routes, s.Zones = nil, slices.Clone(s.Zones)
	z := bakery(&s)
	z.Records = nil
	for _, h := range hostnames {
		s.Routes = append(s.Routes, site.Route{Hostname: h, Zone: "bakery.example", Kind: site.RouteClient})
	}
	for _, r := range records {
		f := strings.Fields(r)
		z.Records = append(z.Records, site.Record{Name: f[0], Type: f[1], Content: f[2], TTL: 1})
	}
	return &s
}

// TestRecordChanges: one record of a name and type is updated in place, and a second
// one renames nothing.
func TestRecordChanges(t *testing.T) {
	base := small(t)
	for _, tc := range []struct {
		name       string
		old, now   []string
		want       []change
		oldH, nowH []string
	}{
		{name: "a CNAME's target", old: []string{"x CNAME a.example"}, now: []string{"x CNAME b.example"}, want: []change{{"update", "cname x CNAME"}}},
		{name: "an address", old: []string{"x A 192.0.2.1"}, now: []string{"x A 192.0.2.2"}, want: []change{{"update", "record x A"}}},
		{name: "a second", old: []string{"x MX a.example"}, now: []string{"x MX a.example", "x MX b.example"}, want: []change{{"create", "more x MX b.example"}}},
		{name: "back to one", old: []string{"x MX a.example", "x MX b.example"}, now: []string{"x MX a.example"}, want: []change{{"destroy", "more x MX b.example"}}},
		{name: "another spelling", old: []string{"x A 192.0.2.1", "x AAAA 2001:db8::1", "x AAAA 2001:db8::2"}, now: []string{"x A 192.0.2.1", "x AAAA 2001:DB8::1", "x AAAA 2001:db8:0::2"}},
		{name: "the first goes", old: []string{"x TXT a", "x TXT b", "x TXT c"}, now: []string{"x TXT b", "x TXT c"},
			want: []change{{"destroy", "more x TXT b"}, {"update", "record x TXT"}}},
		{name: "the order", old: []string{"x TXT a", "x TXT b", "x TXT c"}, now: []string{"x TXT a", "x TXT c", "x TXT b"}},
		{name: "a CNAME becomes an address", old: []string{"x CNAME a.example"}, now: []string{"x A 192.0.2.1"}, want: []change{{"destroy", "cname x CNAME"}, {"create", "record x A"}}},
		{name: "a delegation", old: []string{"x A 192.0.2.1", "x A 192.0.2.2"}, now: []string{"x NS a.example"},
			want: []change{{"destroy", "more x A 192.0.2.2"}, {"create", "ns x NS a.example"}, {"destroy", "record x A"}}},
		{name: "the site moves in", old: []string{"x A 192.0.2.1"}, nowH: []string{"x"}, want: []change{{"destroy", "record x A"}, {"create", "tunnel x"}}},
	} {
		before, after := atCloudflare(t, withRecords(base, tc.oldH, tc.old...)), atCloudflare(t, withRecords(base, tc.nowH, tc.now...))
		if diff := cmp.Diff(tc.want, changes(before, after), cmp.AllowUnexported(change{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// TestRecordOrder walks from one set of records to the next, as sites change, and
// wants Cloudflare to take every step whatever Terraform does at the same time.
func TestRecordOrder(t *testing.T) {
	rnd, base := rand.New(rand.NewPCG(1, 2)), small(t)
	on := dependencies(t, withRecords(base, nil))
	old, steps := map[string][3]string{}, 0
	for range 150 {
		s := randomRecords(rnd, base)
		now := atCloudflare(t, s)
		if found := clashes(on, old, now); len(found) > 0 {
			t.Fatalf("%v\nfrom %v\nto   %v", found, old, now)
		}
		steps += len(changes(old, now))
		old = now
	}
	if steps < 400 {
		t.Errorf("only %d changes were looked at", steps)
	}
	// What is not ordered is found: the tunnel's record beside the address that it replaces.
	delete(on, "tunnel")
	old, now := atCloudflare(t, withRecords(base, nil, "x A 192.0.2.1")), atCloudflare(t, withRecords(base, []string{"x"}))
	if len(clashes(on, old, now)) == 0 {
		t.Error("the test finds no clash where there is one")
	}
}

// randomRecords are records at three names that the rules would let pass.
func randomRecords(rnd *rand.Rand, base *site.Site) *site.Site {
	var hostnames, records []string
	taken := map[[3]string]bool{}
	for range rnd.IntN(8) {
		name := string("xyz"[rnd.IntN(3)])
		kind := []string{"A", "AAAA", "CNAME", "MX", "NS", "TXT", "tunnel"}[rnd.IntN(7)]
		n := 1 + rnd.IntN(3)
		r := [3]string{name, kind, map[string]string{"A": "192.0.2.", "AAAA": "2001:db8::"}[kind] + fmt.Sprint(n)}
		if kind == "tunnel" {
			r = [3]string{name, "CNAME", "tunnel"}
		}
		if slices.ContainsFunc(slices.Collect(maps.Keys(taken)), func(other [3]string) bool { return refused(other, r) }) {
			continue
		}
		taken[r] = true
		if kind == "tunnel" {
			hostnames = append(hostnames, name)
		} else {
			records = append(records, strings.Join(r[:], " "))
		}
	}
	return withRecords(base, hostnames, records...)
}
