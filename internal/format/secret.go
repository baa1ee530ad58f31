package format

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// secretShape is a kind of text that is a secret by its looks. Each such text has
// one of the pieces in first, so that most texts need no look at the pattern.
type secretShape struct {
	what  string
	first []string
	re    *regexp.Regexp
}

// secretShapes are the forms that their makers document, so that programs may
// find them. What is only long and random has no form, and is not found.
var secretShapes = []secretShape{
	{"a private key", []string{"PRIVATE KEY"}, regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY.*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-*|\z)`)},
	{"a secret age key", []string{"AGE-SECRET-KEY-", "AGE-PLUGIN-"}, regexp.MustCompile(`AGE-(?:SECRET-KEY|PLUGIN)-[0-9A-Z-]{8,}`)},
	{"the address of a webhook", []string{"hooks.slack.com/", "/webhooks/", "webhook.office.com/", ".logic.azure.com", ".powerplatform.com", "chat.googleapis.com/"}, regexp.MustCompile(
		`hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{10,}` +
			`|discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]+/[\w-]{20,}|webhook\.office\.com/webhook[\w@/-]{20,}` +
			`|\.(?:logic\.azure|powerplatform)\.com[^\s"]*[?&]sig=[\w%-]{10,}|chat\.googleapis\.com/[^\s"]*[?&]token=[\w%-]{10,}`)},
	{"a token of Cloudflare", []string{"cfk_", "cfut_", "cfat_"}, regexp.MustCompile(`\bcf(?:k|ut|at)_[0-9A-Za-z]{40,}`)},
	{"the token of a tunnel", []string{"eyJhIjoi"}, regexp.MustCompile(`\beyJhIjoi[0-9A-Za-z+/]{60,}`)},
	{"a token of k3s", []string{"::server:", "::node:"}, regexp.MustCompile(`\bK10[0-9a-f]{64}::(?:server|node):[0-9a-f]{16,}`)},
	{"a token of GitHub", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}`)},
	{"a token of GitHub", []string{"github_pat_"}, regexp.MustCompile(`\bgithub_pat_[A-Za-z0-9_]{22,}`)},
	{"a token of GitLab", []string{"glpat-", "gldt-", "glrt-", "glptt-"}, regexp.MustCompile(`\bgl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20,}`)},
	{"a token of Docker Hub", []string{"dckr_"}, regexp.MustCompile(`\bdckr_[po]at_[A-Za-z0-9_-]{20,}`)},
	{"an access key of AWS", []string{"AKIA", "ASIA"}, regexp.MustCompile(`\bA[KS]IA[0-9A-Z]{16}\b`)},
	{"an API key of Google", []string{"AIza"}, regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`)},
	{"a token of DigitalOcean", []string{"_v1_"}, regexp.MustCompile(`\bdo[por]_v1_[a-f0-9]{64}`)},
	{"a token of Slack", []string{"xox", "xapp-"}, regexp.MustCompile(`\b(?:xox[abeprs]|xapp)-[0-9A-Za-z-]{10,}`)},
	{"a token of a Telegram bot", []string{":AA"}, regexp.MustCompile(`\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}`)},
	{"a secret key of Stripe", []string{"k_live_", "whsec_"}, regexp.MustCompile(`\b(?:[sr]k_live|whsec)_[0-9A-Za-z]{16,}`)},
	{"a key of OpenAI", []string{"sk-proj-", "T3BlbkFJ"}, regexp.MustCompile(`\bsk-(?:proj-[A-Za-z0-9_-]{40,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})`)},
	{"a key of Anthropic", []string{"sk-ant-"}, regexp.MustCompile(`\bsk-ant-[A-Za-z0-9_-]{20,}`)},
	{"a key of SendGrid", []string{"SG."}, regexp.MustCompile(`\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`)},
	{"a key of Tailscale", []string{"tskey-"}, regexp.MustCompile(`\btskey-[a-z]+-[A-Za-z0-9-]{16,}`)},
	{"a token of Grafana", []string{"glsa_", "glc_"}, regexp.MustCompile(`\bgl(?:sa|c)_[A-Za-z0-9_+/=]{32,}`)},
	{"a token of npm", []string{"npm_"}, regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}`)},
	{"a token of HashiCorp Vault", []string{"hvs."}, regexp.MustCompile(`\bhvs\.[A-Za-z0-9_-]{24,}`)},
	{"a signed web token", []string{"eyJ"}, regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+`)},
	{"a password hash", []string{"$"}, regexp.MustCompile(`\$(?:[156y]|2[abxy]|7|gy|argon2(?:id?|d)|apr1)\$[A-Za-z0-9./=,$+-]{20,}`)},
	{"a URL with a password", []string{"://"}, regexp.MustCompile(`://[^/@:\s]*:[^/@\s"]+@`)},
}

// in finds the first text of this shape, as the regexp package does.
func (s secretShape) in(text []byte) []int {
	if !slices.ContainsFunc(s.first, func(first string) bool { return bytes.Contains(text, []byte(first)) }) {
		return nil
	}
	return s.re.FindIndex(text)
}

// SecretIn says what secret a text looks to hold, or "".
func SecretIn(text string) string {
	if !mayHoldSecret(text) {
		return ""
	}
	for _, s := range secretShapes {
		if slices.ContainsFunc(s.first, func(first string) bool { return strings.Contains(text, first) }) && s.re.MatchString(text) {
			return s.what
		}
	}
	return ""
}

// mayHoldSecret tells at once of most texts that they hold none: each of the
// shapes has a long word in it, or one of a few marks.
func mayHoldSecret(text string) bool {
	const word = 12
	run := 0
	for i := range len(text) {
		switch b := text[i]; {
		case b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b == '-' || b == '_':
			if run++; run >= word {
				return true
			}
		case b == '$' || b == ':' && strings.HasPrefix(text[i:], "://"):
			return true
		default:
			run = 0
		}
	}
	return strings.Contains(text, "PRIVATE KEY")
}

// Redact hides what looks like a secret: a message may be seen by more people
// than the spec.
func Redact(text string) string {
	for _, s := range secretShapes {
		if slices.ContainsFunc(s.first, func(first string) bool { return strings.Contains(text, first) }) {
			text = s.re.ReplaceAllString(text, "…")
		}
	}
	return text
}

// secretPlace is where a text holds a secret, from one offset to another.
type secretPlace struct {
	From, to int
	What     string
}

// SecretsIn lists the secrets in a text, in order; none begins in another.
func SecretsIn(text []byte) []secretPlace {
	var all []secretPlace
	for _, s := range secretShapes {
		for from := 0; from < len(text); {
			at := s.in(text[from:])
			if at == nil {
				break
			}
			all = append(all, secretPlace{from + at[0], from + at[1], s.what})
			from += max(at[1], 1)
		}
	}
	slices.SortStableFunc(all, func(a, b secretPlace) int { return cmp.Compare(a.From, b.From) })
	end := 0
	return slices.DeleteFunc(all, func(s secretPlace) bool {
		inside := s.From < end
		end = max(end, s.to)
		return inside
	})
}
