package rules

import (
	"net/url"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func alertRules() []Rule {
	return []Rule{
		{ID: "alerts-way", Severity: diag.Error, Summary: "Alerts go somewhere: email and the relay smtp go together, a token goes to ntfy, and one way at least is said.",
			Bad: `alerts: email: "ops@example.com"`, Good: `alerts: {email: "ops@example.com", smtp: {host: "smtp.example.com", user: "web1@example.com"}}`, check: checkAlertsWay},
		{ID: "alerts-ntfy", Severity: diag.Error, Summary: "ntfy is the address of a topic, which is one name below its server.",
			Bad: `alerts: ntfy: "https://ntfy.example"`, Good: `alerts: ntfy: "https://ntfy.example/site"`, value: true, check: checkNtfy},
	}
}

// byMail is what mail takes: each part alone is refused.
const byMail = `{email: "ops@example.com", smtp: {host: "smtp.example.com", user: "web1@example.com"}}`

func checkAlertsWay(c *checker) {
	a := c.spec.Alerts
	if a == nil {
		return
	}
	at, together := diag.Path{"alerts"}, "both go in at once: gen set alerts '"+byMail+"'"
	if a.Ntfy != "" || a.Webhook != "" { // which that would take away
		together = "both go together: alerts: " + byMail
	}
	switch {
	case a.Email != "" && a.SMTP == nil:
		c.report(at.With("email"), "no mail can be sent: no relay is said").WithHint("%s; its password goes into the encrypted file", together)
	case a.Email == "" && a.SMTP != nil:
		c.report(at.With("smtp"), "nobody gets the mail that the relay would send").WithHint("%s; or leave smtp out", together)
	case a.Email == "" && a.Ntfy == "" && a.Webhook == "":
		c.report(at, "alerts go nowhere").WithHint("say email and smtp, ntfy, or webhook; leave alerts out for the journal alone")
	}
	if a.NtfyToken && a.Ntfy == "" {
		c.report(at.With("ntfyToken"), "a token for ntfy, and no topic that it is for").WithHint("say alerts.ntfy: \"https://ntfy.example/site\"")
	}
}

// topicRE is a topic of ntfy (server/server.go, topicRegex); its server has no path of its
// own (docs/config.md, base-url).
var topicRE = format.Pattern(`^[-_A-Za-z0-9]{1,64}$`)

func checkNtfy(c *checker) {
	a := c.spec.Alerts
	if a == nil || a.Ntfy == "" || format.URL(a.Ntfy).Bad() {
		return
	}
	u, err := url.Parse(a.Ntfy)
	if err != nil {
		return // rule url
	}
	if topic := strings.TrimPrefix(u.Path, "/"); !topicRE().MatchString(topic) || u.RawQuery != "" || u.Fragment != "" {
		c.report(diag.Path{"alerts", "ntfy"}, "%q is no topic of ntfy", a.Ntfy).WithHint("write its server and the topic, up to 64 letters, digits, - and _: \"https://%s/site\"", u.Host)
	}
}
