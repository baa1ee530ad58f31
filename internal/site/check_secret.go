package site

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
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

// secretIn says what secret a text looks to hold, or "".
func secretIn(text string) string {
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

// redact hides what looks like a secret: a message may be seen by more people
// than the spec.
func redact(text string) string {
	for _, s := range secretShapes {
		if slices.ContainsFunc(s.first, func(first string) bool { return strings.Contains(text, first) }) {
			text = s.re.ReplaceAllString(text, "…")
		}
	}
	return text
}

// redacted hides secrets in every word of the problems.
func (ps Problems) redacted() Problems {
	for i := range ps {
		p := &ps[i]
		p.Message, p.Path, p.Hint = redact(p.Message), redact(p.Path), redact(p.Hint)
		for j := range p.Notes {
			p.Notes[j].Message = redact(p.Notes[j].Message)
		}
	}
	return ps
}

const secretHint = "take it out of the spec and of git's history, and make a new one: secrets go into the files that sops encrypts"

// secretsInText looks through the whole text of a spec file: a secret in a comment
// or in a field that nothing uses is read by as many people as any other. f is
// the parsed text, or nil where it does not parse. A spec with such a text is not
// evaluated at all, so that no other message can show a piece of it.
func secretsInText(name string, text []byte, f *ast.File) Problems {
	found := secretsIn(text)
	if len(found) == 0 {
		return nil
	}
	var problems Problems
	texts := textPlaces(f)
	for _, s := range found {
		p := Problem{Pos: posIn(name, text, s.from), Rule: secretRule, Severity: Error, Message: "looks like " + s.what, Hint: secretHint}
		i := slices.IndexFunc(texts, func(t *textPlace) bool { return t.from <= s.from && s.from < t.to })
		if i >= 0 {
			if texts[i].told {
				continue // one finding for one text
			}
			texts[i].told = true
			p.Path = texts[i].path
			if start := posIn(name, text, texts[i].from); start.Line == p.Pos.Line {
				p.Pos = start
			}
		}
		problems = append(problems, p)
	}
	return problems
}

func posIn(name string, text []byte, offset int) Pos {
	before := text[:offset]
	return Pos{File: name, Line: 1 + bytes.Count(before, []byte("\n")), Col: offset - bytes.LastIndexByte(before, '\n')}
}

// secretPlace is where a text holds a secret, from one offset to another.
type secretPlace struct {
	from, to int
	what     string
}

// secretsIn lists the secrets in a text, in order; none begins in another.
func secretsIn(text []byte) []secretPlace {
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
	slices.SortStableFunc(all, func(a, b secretPlace) int { return cmp.Compare(a.from, b.from) })
	end := 0
	return slices.DeleteFunc(all, func(s secretPlace) bool {
		inside := s.from < end
		end = max(end, s.to)
		return inside
	})
}

// textPlace is a text in a spec file, from one offset to another, and the path of
// the field whose value or name it is, where it is one as it stands.
type textPlace struct {
	from, to int
	path     string
	told     bool
}

// textPlaces lists the texts and the names of fields of a file.
func textPlaces(f *ast.File) []*textPlace {
	if f == nil {
		return nil
	}
	named := map[token.Pos]string{}
	for key, field := range newIndex([]*ast.File{f}).all() {
		path := keyPath(key).String()
		named[field.label], named[field.value.from] = path, path
	}
	var all []*textPlace
	ast.Walk(f, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.BasicLit, *ast.Interpolation, *ast.Ident:
			all = append(all, &textPlace{n.Pos().Offset(), n.End().Offset(), named[n.Pos()], false})
			return false
		}
		return true
	}, nil)
	return all
}
