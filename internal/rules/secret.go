package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

func secretRules() []Rule {
	return []Rule{
		{ID: spec.SecretRule, Severity: diag.Error, Summary: "No secret stands in the spec, in its comments and in fields that nothing uses neither: no private key, token, password hash, address of a webhook or URL with a password.",
			Bad: `apps: invoices: env: DATABASE_URL: "postgres://invoices:hunter22@db.example.com/invoices"`, Good: `apps: invoices: secrets: ["DATABASE_URL"]`, value: true, check: checkSecrets},
		{ID: "example-key", Severity: diag.Error, Summary: "A site with a domain, an address, a repository or a mailbox that somebody has holds keys of its own: anybody may have the private halves of those in gen's examples.",
			Bad: `domains: "bakery.dk": {}`, Good: `domains: "cafe.example": {}`, check: checkPublishedKeys},
		{ID: "age-key", Severity: diag.Error, Summary: "Recipients are public age keys whose checksum is right.",
			Bad: `sops: argocd: "age1k99xa5dvvzchp0xgjyvms7xdck9u6jt0zn4lw96cqeu9d86a55dq4y0xdg"`, Good: `sops: people: maria: "age1npmgmwe3rxmyu278txlzhdwyldk9x02rqja4td9uuwkpp09j2ajs73pdex"`, value: true, check: checkAgeKeys},
		{ID: "sops-people", Severity: diag.Error, Summary: "Some person can read and re-encrypt the secrets.",
			Bad: `sops: people: {}`, Good: `sops: people: maria: "age1npmgmwe3rxmyu278txlzhdwyldk9x02rqja4td9uuwkpp09j2ajs73pdex"`, check: checkPeople},
		{ID: "recipient-twice", Severity: diag.Error, Summary: "No key is a recipient under two names.",
			Bad: `hosts: web1: age: "age1npmgmwe3rxmyu278txlzhdwyldk9x02rqja4td9uuwkpp09j2ajs73pdex"`, Good: `hosts: web1: age: "age1k99xa5dvvzchp0xgjyvms7xdck9u6jt0zn4lw96cqeu9d86a55dq4y0xdf"`, check: checkRecipientTwice},
	}
}

// checkSecrets finds secrets that a spec puts together; those that stand in its
// text were found before it was evaluated (secretsInText).
func checkSecrets(c *checker) {
	for _, o := range c.oddTexts() {
		if o.secret != "" {
			c.report(o.at, "looks like %s", o.secret).
				WithHint(spec.SecretHint)
		}
	}
}

// namesSecret tells whether a variable is called like something secret.
func namesSecret(name string) bool {
	name = strings.ToUpper(name)
	for _, end := range []string{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "SECRET_KEY", "ACCESS_KEY", "CREDENTIALS"} {
		if strings.HasSuffix(name, end) && (len(name) == len(end) || name[len(name)-len(end)-1] == '_') {
			return true
		}
	}
	return false
}

func checkAgeKeys(c *checker) {
	for name, h := range c.spec.Hosts {
		c.fault(diag.Path{"hosts", name, "age"}, format.AgeKey(h.Age, false))
	}
	for name, key := range c.spec.Sops.People {
		c.fault(diag.Path{"sops", "people", name}, format.AgeKey(key, true))
	}
	if key := c.spec.Sops.ArgoCD; key != "" {
		c.fault(diag.Path{"sops", "argocd"}, format.AgeKey(key, false))
	}
}

func checkPeople(c *checker) {
	if len(c.spec.Sops.People) == 0 {
		c.report(diag.Path{"sops", "people"}, "nobody could read or re-encrypt the secrets").WithHint("add a person: sops: people: maria: \"age1…\", the public key that age-keygen prints")
	}
}

func checkRecipientTwice(c *checker) {
	seen := map[string]diag.Path{}
	what := map[string]string{}
	add := func(key, name, hint string, at ...any) {
		if key == "" || format.AgeKey(key, true).Bad() {
			return
		}
		first, ok := seen[key]
		if !ok {
			seen[key], what[diag.Path(at).Key()] = at, name
			return
		}
		what[diag.Path(at).Key()] = name
		newer, older := c.later(at, first)
		p := c.report(newer, "is the key of %s too", what[older.Key()]).WithHint("%s", hint)
		c.note(p, older, "the other of the two")
	}
	own := "each has a key of its own: age-keygen makes one"
	for _, name := range slices.Sorted(maps.Keys(c.spec.Sops.People)) {
		add(c.spec.Sops.People[name], name, own, "sops", "people", name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Hosts)) {
		add(c.spec.Hosts[name].Age, "the host "+name, own, "hosts", name, "age")
	}
	add(c.spec.Sops.ArgoCD, "Argo CD", "leave sops.argocd out to use the server's key", "sops", "argocd")
}
