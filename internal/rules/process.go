package rules

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

func processRules() []Rule {
	return []Rule{
		{ID: "process-name", Severity: diag.Error, Summary: "The containers of a pod have names that differ: the workload's own, those of init containers, and those of sidecars.",
			Bad: `apps: invoices: sidecars: invoices: {image: "ghcr.io/example/proxy:1.2.0"}`, Good: `apps: invoices: sidecars: proxy: {image: "ghcr.io/example/proxy:1.2.0"}`, check: checkProcessNames},
		{ID: "process-command", Severity: diag.Error, Summary: "What runs the workload's own image beside it has a command, arguments or variables of its own: without, it would be the workload once more, which an init container would wait for without end.",
			Bad: `apps: invoices: init: migrate: {}`, Good: `apps: invoices: init: migrate: args: ["migrate"]`, check: checkProcessCommands},
		{ID: "process-port", Severity: diag.Error, Summary: "The containers of a pod listen on ports that differ: they have one address.",
			Bad: `apps: invoices: sidecars: proxy: {image: "ghcr.io/example/proxy:1.2.0", port: 3000}`, Good: `apps: invoices: sidecars: proxy: {image: "ghcr.io/example/proxy:1.2.0", port: 8081}`, check: checkProcessPorts},
		{ID: "process-health", Severity: diag.Error, Summary: "A sidecar that is asked how it is says at which port.",
			Bad: `apps: invoices: sidecars: proxy: {image: "ghcr.io/example/proxy:1.2.0", health: "/healthz"}`, Good: `apps: invoices: sidecars: proxy: {image: "ghcr.io/example/proxy:1.2.0", port: 8081, health: "/healthz"}`, check: checkProcessHealth},
		{ID: "process-secret", Severity: diag.Error, Summary: "The secrets of an init container, a sidecar or a job are the app's, each once.",
			Bad: `apps: invoices: sidecars: proxy: {image: "ghcr.io/example/proxy:1.2.0", secrets: ["TOKEN"]}`, Good: `apps: invoices: sidecars: proxy: {image: "ghcr.io/example/proxy:1.2.0", secrets: ["API_KEY"]}`, check: checkProcessSecrets},
		{ID: "job-schedule", Severity: diag.Error, Summary: "Schedules are cron's five fields, or @daily and its like, and name a moment that comes.",
			Bad: `apps: invoices: jobs: report: {schedule: "03:15", args: ["report"]}`, Good: `apps: invoices: jobs: report: {schedule: "15 3 * * *", args: ["report"]}`, value: true, check: checkSchedules},
		{ID: "job-timeout", Severity: diag.Error, Summary: "A job has between ten seconds and a week, in the units h, m and s.",
			Bad: `apps: invoices: jobs: report: {schedule: "@daily", args: ["report"], timeout: "1d"}`, Good: `apps: invoices: jobs: report: {schedule: "@daily", args: ["report"], timeout: "24h"}`, value: true, check: checkTimeouts},
		{ID: "job-volume", Severity: diag.Error, Summary: "The volumes of a job are the app's, each once; those of a stateful app belong to its pods.",
			Bad: `apps: invoices: jobs: report: {schedule: "@daily", args: ["report"], volumes: ["cache"]}`, Good: `apps: invoices: jobs: report: {schedule: "@daily", args: ["report"], volumes: ["data"]}`, check: checkJobVolumes},
	}
}

// part is a container: that of a client or an app, or one that runs with it.
type part struct {
	container // whose it is, or runs with; at is its own place
	with      *spec.Process

	Image     string
	Command   []string
	Env       map[string]string
	Health    spec.Health
	Resources *spec.Resources // nil: the workload's
}

// imageSaid tells whether it names an image: without one it runs the workload's, or is
// the web server of a static folder.
func (p part) imageSaid() bool { return p.Image != "" }

// ownImage tells whether it runs the workload's image.
func (p part) ownImage() bool { return p.Image == "" || p.Image == p.Container.Image }

// parts are the containers of all pods, those of a workload together.
func parts(containers []container) []part {
	var all []part
	for _, w := range containers {
		all = append(all, part{container: w, Image: w.Image, Command: w.Command, Env: w.Env, Health: w.Health, Resources: &w.Resources})
		with := func(at diag.Path, p *spec.Process, health spec.Health, r *spec.Resources) {
			own := w
			own.at = at
			all = append(all, part{container: own, with: p, Image: p.Image, Command: p.Command, Env: p.Env, Health: health, Resources: r})
		}
		for _, name := range slices.Sorted(maps.Keys(w.Init)) {
			with(w.at.With("init", name), &w.Init[name].Process, spec.Health{}, w.Init[name].Resources)
		}
		for _, name := range slices.Sorted(maps.Keys(w.Sidecars)) {
			s := w.Sidecars[name]
			with(w.at.With("sidecars", name), &s.Process, s.Health, &s.Resources)
		}
		if w.app == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(w.app.Jobs)) {
			with(w.at.With("jobs", name), &w.app.Jobs[name].Process, spec.Health{}, w.app.Jobs[name].Resources)
		}
	}
	return all
}

// pod is what the scheduler looks for on a node for one pod of a workload: what runs at
// the same time, and no less than an init container asks for beside the sidecars
// (kubernetes.io/docs, sidecar containers, resource sharing).
func (q quantities) pod(w container, what string) (resource.Quantity, bool) {
	sound := true
	of := func(r spec.Resources) *resource.Quantity {
		text := r.Requests.Memory
		if what == "cpu" {
			text = r.Requests.CPU
		}
		n := q.parse(text)
		if n == nil {
			sound, n = false, &resource.Quantity{}
		}
		return n
	}
	running, before := of(w.Resources).DeepCopy(), resource.Quantity{}
	for _, s := range w.Sidecars {
		running.Add(*of(s.Resources))
		if s.Image != "" && s.Image != w.Image {
			before.Add(*of(s.Resources))
		}
	}
	for _, i := range w.Init {
		r := i.Resources
		if r == nil {
			r = &w.Resources
		}
		starting := of(*r).DeepCopy()
		starting.Add(before)
		if starting.Cmp(running) > 0 {
			running = starting
		}
	}
	return running, sound
}

func checkProcessNames(c *checker) {
	for _, w := range c.containers {
		for _, name := range slices.Sorted(maps.Keys(w.Init)) {
			if _, both := w.Sidecars[name]; both {
				newer, older := c.later(w.at.With("init", name), w.at.With("sidecars", name))
				c.note(c.reportName(newer, "a pod has one container called %q, and this would be the second", name).WithHint("give one of them another name"), older, "the other one")
			}
		}
		for _, at := range []diag.Path{w.at.With("init", w.name), w.at.With("sidecars", w.name)} {
			if c.ix.Has(at) {
				c.reportName(at, "%q is the workload's own container already", w.name).WithHint("call it after what it does: \"migrate\", \"proxy\"")
			}
		}
	}
}

func checkProcessCommands(c *checker) {
	for _, p := range c.parts {
		if p.with != nil && p.ownImage() && len(p.Command)+len(p.with.Args)+len(p.Env) == 0 {
			c.reportName(p.at, "it would run what %q itself runs", p.name).WithHint("say what it runs instead: command: [\"/bin/%s\", \"migrate\"], or args, or env, or another image", p.name)
		}
	}
}

func checkProcessPorts(c *checker) {
	for _, w := range c.containers {
		ports := map[int]diag.Path{w.Port: w.at.With("port")}
		for _, name := range slices.Sorted(maps.Keys(w.Sidecars)) {
			port, at := w.Sidecars[name].Port, w.at.With("sidecars", name, "port")
			first, taken := ports[port]
			switch {
			case port == 0:
			case !taken:
				ports[port] = at
			case c.ix.Has(first):
				c.note(c.report(at, "another container of the pod listens on port %d", port).WithHint("let one of them listen elsewhere"), first, "here")
			default:
				c.report(at, "the workload itself listens on port %d, the default", port).WithHint("let one of them listen elsewhere")
			}
		}
	}
}

func checkProcessHealth(c *checker) {
	for _, w := range c.containers {
		for name, s := range w.Sidecars {
			if s.Health.HTTP() != "" && s.Port == 0 {
				c.report(w.at.With("sidecars", name, "health"), "there is no port that could be asked").WithHint("say port")
			}
		}
	}
}

func checkProcessSecrets(c *checker) {
	for _, p := range c.parts {
		if p.with == nil {
			continue
		}
		var known []string
		if p.app != nil {
			known = p.app.Secrets
		}
		for i, key := range p.with.Secrets {
			at := p.at.With("secrets", i)
			first, file := slices.Index(p.with.Secrets, key), fileAlone(p, key, known)
			switch {
			case file != nil:
				f := c.report(at, "%q is the secret of a file alone, and no variable of %q", format.Shorten(key), p.name).WithHint("list it under secrets of the app too")
				c.note(f, file, "the file")
			case !slices.Contains(known, key):
				c.report(at, "%q is no secret of %q", format.Shorten(key), p.name).WithHint("%s", secretHint(p, key, known))
			case first < i:
				c.note(c.report(at, "%q is in the list already", key), p.at.With("secrets", first), "here")
			}
		}
		has := p.with.Secrets
		if has == nil && p.ownImage() {
			has = known
		}
		for name := range p.Env {
			if i := slices.Index(has, name); i >= 0 {
				at := p.at.With("secrets", i)
				if p.with.Secrets == nil {
					at = diag.Path{"apps", p.name, "secrets", slices.Index(known, name)}
				}
				c.note(c.report(p.at.With("env", name), "%q is a secret that it has already", name).WithHint("leave one of them out, or list the secrets that it has under secrets"), at, "the secret")
			}
		}
	}
}

// fileAlone is the file of an app that has a secret which no variable has, nil for none.
func fileAlone(p part, key string, known []string) diag.Path {
	if p.app == nil || slices.Contains(known, key) {
		return nil
	}
	for _, path := range slices.Sorted(maps.Keys(p.app.Files)) {
		if p.app.Files[path].Secret == key {
			return diag.Path{"apps", p.name, "files", path}
		}
	}
	return nil
}

func secretHint(p part, key string, known []string) string {
	if p.app == nil {
		return "a website has no secrets: make it an app"
	}
	if hint := format.NearestHint(key, known); hint != "" {
		return hint
	}
	return "list it under secrets of the app first"
}
