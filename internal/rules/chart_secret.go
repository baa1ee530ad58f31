package rules

import (
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func chartSecretRules() []Rule {
	return []Rule{
		{ID: "chart-secret", Severity: diag.Warning, Summary: "Values that are called passwords come from a Secret that the chart is told of, not from the spec.",
			Bad:  `charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.1.0", values: adminPassword: "changeme"}`,
			Good: `charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.1.0", secrets: ["admin-password"], values: admin: existingSecret: "grafana-secrets"}`, value: true, check: checkChartSecrets},
	}
}

// checkChartSecrets looks at names: what looks like a secret itself is refused by
// another rule.
func checkChartSecrets(c *checker) {
	for name, ch := range c.spec.Charts {
		c.passwords(diag.Path{"charts", name, "values"}, map[string]any(ch.Values))
	}
}

func (c *checker) passwords(at diag.Path, v any) {
	switch v := v.(type) {
	case map[string]any:
		c.passwordEntry(at, v)
		for name, x := range v {
			if text, ok := x.(string); ok && text != "" && namesPassword(name) {
				c.report(at.With(name), "%q is called like a secret, and everybody who reads the repository would read its value", format.Shorten(name)).
					WithHint("list a key under secrets, and tell the chart the Secret %q, which most call existingSecret", at[1].(string)+"-secrets")
			}
			c.passwords(at.With(name), x)
		}
	case []any:
		for i, x := range v {
			c.passwords(at.With(i), x)
		}
	}
}

// passwordEntry looks at an entry of a list of variables: {name: "PGPASSWORD", value: "…"}.
func (c *checker) passwordEntry(at diag.Path, v map[string]any) {
	name, _ := v["name"].(string)
	value, _ := v["value"].(string)
	if value != "" && !strings.HasPrefix(value, "$(") && namesPassword(name) {
		c.report(at.With("value"), "%q is called like a secret, and everybody who reads the repository would read its value", format.Shorten(name)).
			WithHint("list a key under secrets, and say valueFrom: secretKeyRef: {name: %q, key: \"KEY\"} in place of value", at[1].(string)+"-secrets")
	}
}

// namesPassword tells whether a value is called a password: adminPassword,
// db_password. Those that end in Key or Secret mostly name a Secret.
func namesPassword(name string) bool {
	low := strings.ToLower(name)
	return slices.ContainsFunc([]string{"password", "passwd", "passphrase"}, func(end string) bool { return strings.HasSuffix(low, end) })
}
