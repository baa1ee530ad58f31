package site

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/spec"
)

func TestMadeRecords(t *testing.T) {
	made := func(d spec.Domain) []string {
		var all []string
		for _, r := range MadeRecords("example.com", &d) {
			text := fmt.Sprintf("%s %s %s", r.Name, r.Type, r.Content)
			if r.Priority != nil {
				text += fmt.Sprint(" ", *r.Priority)
			}
			if r.CAA != nil {
				text += r.CAA.Tag + " " + r.CAA.Value
			}
			if r.TTL != 1 {
				t.Errorf("%s has the ttl %d", text, r.TTL)
			}
			all = append(all, text)
		}
		return all
	}
	for _, c := range []struct {
		domain spec.Domain
		want   []string
	}{
		{domain: spec.Domain{}},
		{domain: spec.Domain{Mail: &spec.Mail{SPFAll: "-all"}}}, // nothing is said of who sends
		{spec.Domain{Mail: &spec.Mail{SPF: []string{}, SPFAll: "-all", MX: []string{"."}}}, []string{"@ MX . 0", "@ TXT v=spf1 -all"}},
		{spec.Domain{CAA: []string{"ca.example"}, Mail: &spec.Mail{
			MX: []string{"a.example", "b.example"}, SPF: []string{"mx", "include:c.example"}, SPFAll: "~all",
			DKIM:  map[string]string{"t": "t.dkim.example", "s": "v=DKIM1; p=abc"},
			DMARC: &spec.DMARC{Policy: "none", Subdomains: "reject", RUA: []string{"a@example.com", "b@example.com"}},
		}}, []string{
			"@ CAA issue ca.example", "@ CAA issuewild ca.example", "@ MX a.example 10", "@ MX b.example 20", "@ TXT v=spf1 mx include:c.example ~all",
			"s._domainkey TXT v=DKIM1; p=abc", "t._domainkey CNAME t.dkim.example",
			"_dmarc TXT v=DMARC1; p=none; sp=reject; rua=mailto:a@example.com,mailto:b@example.com",
		}},
	} {
		if diff := cmp.Diff(c.want, made(c.domain)); diff != "" {
			t.Error(diff)
		}
	}
}
