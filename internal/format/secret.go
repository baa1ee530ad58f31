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
	re    func() *regexp.Regexp // a group in it has to look random too
}

// secretShapes are the forms that their makers document, so that programs may
// find them. What is only long and random has no form, and is not found.
var secretShapes = []secretShape{
	{"a private key", []string{"PRIVATE KEY"}, Pattern(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY.*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-*|\z)`)},
	{"a secret age key", []string{"AGE-SECRET-KEY-", "AGE-PLUGIN-"}, Pattern(`AGE-(?:SECRET-KEY|PLUGIN)-[0-9A-Z-]{8,}`)},
	{"the address of a webhook", []string{"hooks.slack.com/", "/webhooks/", "webhook.office.com/", ".logic.azure.com", ".powerplatform.com", "chat.googleapis.com/",
		"hooks.slack-gov.com/", "outlook.office.com/", "outlook.office365.com/", "hooks.zapier.com/", "/hooks/"}, Pattern(
		`hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/-]{10,}` +
			`|discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]+/[\w-]{20,}|(?:webhook\.office|outlook\.office(?:365)?)\.com/webhook[\w@/-]{20,}` +
			`|hooks\.zapier\.com/hooks/catch/[\w/]{8,}|://[^/\s"]+/hooks/[a-z0-9]{26}\b` + // Mattermost's last
			`|\.(?:logic\.azure|powerplatform)\.com[^\s"]*[?&]sig=[\w%-]{10,}|chat\.googleapis\.com/[^\s"]*[?&]token=[\w%-]{10,}`)},
	{"a token of Cloudflare", []string{"cfk_", "cfut_", "cfat_"}, Pattern(`\bcf(?:k|ut|at)_[0-9A-Za-z]{40,}`)},
	{"an Origin CA key of Cloudflare", []string{"v1.0-"}, Pattern(`\bv1\.0-[0-9a-f]{24}-[0-9a-f]{100,}`)},
	{"the token of a tunnel", []string{"eyJhIjoi"}, Pattern(`\beyJhIjoi[0-9A-Za-z+/]{60,}`)},
	{"a token of k3s", []string{"::server:", "::node:"}, Pattern(`\bK10[0-9a-f]{64}::(?:server|node):[0-9a-f]{16,}`)},
	{"a token of GitHub", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, Pattern(`\bgh[pousr]_[A-Za-z0-9]{36,}`)},
	{"a token of GitHub", []string{"github_pat_"}, Pattern(`\bgithub_pat_[A-Za-z0-9_]{22,}`)},
	{"a token of GitLab", []string{"glpat-", "gldt-", "glrt-", "glptt-"}, Pattern(`\bgl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20,}`)},
	{"a token of Docker Hub", []string{"dckr_"}, Pattern(`\bdckr_[po]at_[A-Za-z0-9_-]{20,}`)},
	{"an access key of AWS", []string{"AKIA", "ASIA"}, Pattern(`\bA[KS]IA[0-9A-Z]{16}\b`)},
	{"an API key of Google", []string{"AIza"}, Pattern(`\bAIza[0-9A-Za-z_-]{35}`)},
	{"a token of DigitalOcean", []string{"_v1_"}, Pattern(`\bdo[por]_v1_[a-f0-9]{64}`)},
	{"a token of Slack", []string{"xox", "xapp-"}, Pattern(`\b(?:xox[abeprs]|xapp)-[0-9A-Za-z-]{10,}`)},
	{"a token of a Telegram bot", []string{":AA"}, Pattern(`\b(?:bot)?[0-9]{8,10}:AA[A-Za-z0-9_-]{33}`)},
	{"a secret key of Stripe", []string{"k_live_", "whsec_"}, Pattern(`\b(?:[sr]k_live|whsec)_[0-9A-Za-z]{16,}`)},
	{"a key of OpenAI", []string{"sk-proj-", "T3BlbkFJ"}, Pattern(`\bsk-(?:proj-[A-Za-z0-9_-]{40,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})`)},
	{"a key of Anthropic", []string{"sk-ant-"}, Pattern(`\bsk-ant-[A-Za-z0-9_-]{20,}`)},
	{"a key of SendGrid", []string{"SG."}, Pattern(`\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`)},
	{"a key of Tailscale", []string{"tskey-"}, Pattern(`\btskey-[a-z]+-[A-Za-z0-9-]{16,}`)},
	{"a token of Grafana", []string{"glsa_", "glc_"}, Pattern(`\bgl(?:sa|c)_[A-Za-z0-9_+/=]{32,}`)},
	{"a token of npm", []string{"npm_"}, Pattern(`\bnpm_[A-Za-z0-9]{36}`)},
	{"a token of HashiCorp Vault", []string{"hvs."}, Pattern(`\bhvs\.[A-Za-z0-9_-]{24,}`)},
	{"a signed web token", []string{"eyJ"}, Pattern(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+`)},
	{"a password hash", []string{"$"}, Pattern(`\$(?:[156y]|2[abxy]|7|gy|argon2(?:id?|d)|apr1)\$[A-Za-z0-9./=,$+-]{20,}`)},
	// $NAME and ${NAME} in the place of the password are a shell's, which has it from elsewhere.
	{"a URL with a password", []string{"://"}, Pattern(`://[^/@:\s]*:(?:[^/@\s"$]|\$[^/@\s"{A-Z_])[^/@\s"]*@`)},
	// A variable as shells set one, and in a comment as CUE does too.
	{"the value of a secret variable", []string{"TOKEN", "SECRET", "PASSWORD", "API_KEY", "ACCESS_KEY"}, Pattern(
		`(?:` + secretName + `=|//[^\n]*?` + secretName + `"?[ \t]*[=:])[ \t]*["'` + "`" + `]?([A-Za-z0-9+/=_.~-]{16,})`)},
}

const secretName = `\b(?:[A-Z0-9]+_)*(?:TOKEN|SECRET|PASSWORD|API_KEY|ACCESS_KEY)`

// find lists where the texts of this shape are.
func (s secretShape) find(text []byte) [][]int {
	if !slices.ContainsFunc(s.first, func(first string) bool { return bytes.Contains(text, []byte(first)) }) {
		return nil
	}
	re := s.re()
	if re.NumSubexp() == 0 {
		return re.FindAllIndex(text, -1)
	}
	all := re.FindAllSubmatchIndex(text, -1)
	return slices.DeleteFunc(all, func(at []int) bool { return !looksRandom(text[at[2]:at[3]]) })
}

// looksRandom tells a secret from a name or a placeholder: digits and letters take
// turns in it. One of letters alone is not found.
func looksRandom(text []byte) bool {
	const least = 3
	turns := 0
	for i := 1; i < len(text); i++ {
		if isDigit(text[i-1]) && isLetter(text[i]) || isLetter(text[i-1]) && isDigit(text[i]) {
			turns++
		}
	}
	return turns >= least
}

func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// SecretIn says what secret a text looks to hold, or "".
func SecretIn(text string) string {
	if !mayHoldSecret(text) {
		return ""
	}
	for _, s := range secretShapes {
		if len(s.find([]byte(text))) > 0 {
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
		for _, at := range slices.Backward(s.find([]byte(text))) {
			text = text[:at[0]] + "…" + text[at[1]:]
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
		for _, at := range s.find(text) {
			all = append(all, secretPlace{at[0], at[1], s.what})
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
