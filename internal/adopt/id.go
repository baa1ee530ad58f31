package adopt

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"

	"sitegen/internal/tfread"
)

// importID is the id by which gen's resource of a kind imports what a resource of the state
// stands for: the Import section of each resource's page, of cloudflare 5.22, kubernetes
// 3.2, helm 3.1, alekc/kubectl 2.4.
func (p *plan) importID(kind string, in tfread.Instance) string {
	id := in.Text("id")
	switch t := p.identify(in.Kind, in); t.what {
	case "tunnel", "policy":
		return p.accountOf(in) + "/" + id
	case "record":
		return in.Text("zone_id") + "/" + id
	case "application", "group", "identity provider", "service token":
		return "accounts/" + p.accountOf(in) + "/" + id
	case "ruleset":
		return "zones/" + in.Text("zone_id") + "/" + id
	case "zone", "dnssec":
		return cmp.Or(in.Text("zone_id"), id)
	case "release":
		return t.name
	case "object":
		return objectID(kind, t.name)
	}
	return id
}

// accountOf is the account of a resource of Cloudflare: its own, that of its zone, or the only one
// that the state tells; ACCOUNT where it tells none.
func (p *plan) accountOf(in tfread.Instance) string {
	account := cmp.Or(in.Text("account_id"), p.accounts[in.Text("zone_id")])
	if account = cmp.Or(account, p.accounts[""]); account == "" {
		p.tell("the state tells no account of Cloudflare: write its id in adopt.tf where ACCOUNT stands")
		return "ACCOUNT"
	}
	return account
}

// objectID is the id of an object of the cluster, by the kind of gen's resource for it.
func objectID(kind, name string) string {
	parts := strings.Split(name, "//")
	switch strings.TrimSuffix(kind, "_v1") {
	case "kubernetes_namespace":
		return parts[2]
	case "kubernetes_secret", "kubernetes_config_map":
		return cmp.Or(strings.Join(parts[3:], ""), "default") + "/" + parts[2]
	}
	return name
}

// describe says what a resource of the state is, for who has to find it again, in a line.
func (p *plan) describe(in tfread.Instance) string {
	text := p.said(in)
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

func (p *plan) said(in tfread.Instance) string {
	switch t := p.identify(in.Kind, in); {
	case t.what == "object":
		parts := strings.Split(t.name, "//")
		if len(parts) == 4 {
			return parts[1] + " " + parts[2] + " in the namespace " + parts[3]
		}
		return parts[1] + " " + parts[2]
	case in.Text("application_id") != "":
		return "policy " + in.Text("name") + ", which Cloudflare deletes when its application has gen's"
	case t.what != "":
		return t.what + " " + t.name
	}
	return cmp.Or(in.Text("name"), in.Text("domain"), in.Text("id"))
}
