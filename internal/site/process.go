package site

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"sitegen/internal/spec"
)

// CronJobName is what a job is called beside the others of its namespace.
func (w *Workload) CronJobName(j Job) string { return w.Name + "-" + j.Name }

// Process is a container that runs with a workload. Image, Env, Secrets and ReadOnly
// are what it has, with what follows from the workload.
type Process struct {
	spec.Process
	Name      string
	Resources spec.Resources
	Before    bool        // of a sidecar: it starts before the init containers, which may use it
	Port      int         // of a sidecar; 0: none
	Health    spec.Health // of a sidecar
}

// Job is what an app runs on a schedule.
type Job struct {
	Process
	Schedule, TimeZone string
	Seconds            int // that it has
	Retries            int
	Volumes            []Volume // of the app's; sorted by name
}

func resolveProcesses(w *Workload) {
	for _, name := range slices.Sorted(maps.Keys(w.App.Jobs)) {
		j := w.App.Jobs[name]
		job := Job{Process: w.process(name, j.Process), Schedule: j.Schedule, TimeZone: j.TimeZone, Retries: j.Retries}
		if j.Resources != nil {
			job.Resources = *j.Resources
		}
		if d, err := time.ParseDuration(j.Timeout); err == nil {
			job.Seconds = int(d.Seconds())
		}
		for _, v := range w.Volumes {
			if slices.Contains(j.Volumes, v.Name) {
				job.Volumes = append(job.Volumes, v)
			}
		}
		w.Jobs = append(w.Jobs, job)
	}
	for _, name := range slices.Sorted(maps.Keys(w.App.Init)) {
		i := w.App.Init[name]
		p := w.process(name, i.Process)
		if i.Resources != nil {
			p.Resources = *i.Resources
		}
		w.Init = append(w.Init, p)
	}
	for _, name := range slices.Sorted(maps.Keys(w.App.Sidecars)) {
		s := w.App.Sidecars[name]
		p := w.process(name, s.Process)
		p.Resources, p.Port, p.Health = s.Resources, s.Port, s.Health
		w.Sidecars = append(w.Sidecars, p)
	}
}

// process is one with what it has of the workload: with another image it is a program
// of somebody else's, and gets no secret and no variable that it does not ask for.
func (w *Workload) process(name string, p spec.Process) Process {
	other := p.Image != "" && p.Image != w.Image
	if !other {
		env := maps.Clone(w.Env)
		if env == nil {
			env = map[string]string{}
		}
		maps.Copy(env, p.Env)
		p.Env = env
		if p.Secrets == nil {
			p.Secrets = w.Secrets
		}
	}
	p.Image, p.Secrets = cmp.Or(p.Image, w.Image), Sorted(p.Secrets)
	if p.ReadOnly == nil {
		p.ReadOnly = &w.ReadOnly
	}
	return Process{Process: p, Name: name, Resources: w.Resources, Before: other}
}
