package verify

import (
	"path"
	"regexp"

	"sitegen/internal/ingress"
)

// ingressFiles lists the configurations of cloudflared: config.yaml with rules, and
// config-1.yaml of the next tunnel.
func (w *work) ingressFiles() []string {
	return w.match(func(p string) bool {
		return configRE.MatchString(path.Base(p)) && len(w.rules(p)) > 0
	})
}

var configRE = regexp.MustCompile(`^config(-\d+)?\.ya?ml$`)

// rules reads the rules of a configuration.
func (w *work) rules(p string) []ingress.Rule {
	var config struct {
		Ingress []ingress.Rule `yaml:"ingress"`
	}
	if decode(w.read(p), &config) != nil {
		return nil
	}
	return config.Ingress
}

// reachable wants every rule to be the first that matches some request for its own
// hostname and path: cloudflared accepts rules behind one that takes all they are
// for.
func reachable(j *job) string {
	for _, artifact := range j.artifacts {
		rules := j.rules(artifact)
		if why := ingress.Fault(rules); why != "" {
			j.problem(artifact, 0, "%s", why)
			continue
		}
		table := ingress.New(rules)
		for i := range rules {
			j.reach(artifact, table, i)
		}
	}
	return ""
}

func (j *job) reach(artifact string, table *ingress.Table, i int) {
	by, unsure := table.Unreached(i)
	r := table.Rules[i]
	switch {
	case by < 0:
	case unsure:
		j.note("%s: rule %d: no path was found that %q matches", artifact, i+1, r.Path)
	case r.Path != "":
		j.problem(artifact, 0, "rule %d (%q, %q) is never reached: rule %d (%q, %q) matches first", i+1, r.Hostname, r.Path, by+1, table.Rules[by].Hostname, table.Rules[by].Path)
	default:
		j.problem(artifact, 0, "rule %d (%q) is never reached: rule %d (%q) matches first", i+1, r.Hostname, by+1, table.Rules[by].Hostname)
	}
}
