package verify

import (
	"net/url"
	"regexp"
	"strconv"

	"sitegen/internal/ingress"
)

// cloudflared has the program load each configuration, and asks which rule it
// takes for each hostname: the one that the model of it takes.
func cloudflared(j *job) string {
	for _, artifact := range j.artifacts {
		config := j.file(artifact)
		out, err := j.start(j.copy, "tunnel", "--config", config, "ingress", "validate")
		if j.refused(artifact, out, err) {
			continue
		}
		if regexp.MustCompile(`(?i)unused keys`).Match(out.Stdout) {
			j.problem(artifact, 0, "%s", j.tidy(string(out.Stdout)))
		}
		j.askRules(artifact, config)
	}
	return ""
}

// askRules asks about a request for each rule of a configuration, several at a time.
func (j *job) askRules(artifact, config string) {
	rules := j.rules(artifact)
	var urls []string
	for _, r := range rules {
		if paths := ingress.SamplePaths(r.Path); len(paths) > 0 {
			urls = append(urls, (&url.URL{Scheme: "https", Host: ingress.Sample(r.Hostname), Path: paths[0]}).String())
		}
	}
	table := ingress.New(rules)
	ask := job{work: j.work, ctx: j.ctx, program: j.program, artifacts: urls}
	ask.each(func(j *job, address string) {
		out, err := j.start(j.copy, "tunnel", "--config", config, "ingress", "rule", address)
		if j.refused(artifact, out, err) {
			return
		}
		u, _ := url.Parse(address)
		want := table.First(u.Host, u.Path)
		if got, ok := matched(out.Stdout); !ok {
			j.problem(artifact, 0, "%s: unreadable answer %q", address, j.tidy(string(out.Stdout)))
		} else if got != want {
			j.problem(artifact, 0, "%s is led by rule %d (%s), expected rule %d (%s)", address, got+1, serviceOf(rules, got), want+1, rules[want].Service)
		}
	})
	j.problems, j.notes = append(j.problems, ask.problems...), append(j.notes, ask.notes...)
}

// matched reads "Matched rule #3"; cloudflared counts from 0.
func matched(out []byte) (int, bool) {
	m := regexp.MustCompile(`Matched rule #(-?\d+)`).FindSubmatch(out)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(m[1]))
	return n, err == nil
}

func serviceOf(rules []ingress.Rule, i int) string {
	if i < 0 || i >= len(rules) {
		return "none"
	}
	return rules[i].Service
}
