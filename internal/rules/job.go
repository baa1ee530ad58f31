package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// eachJob is called with every job of the apps.
func (c *checker) eachJob(do func(app *spec.App, j *spec.Job, at diag.Path)) {
	for _, app := range slices.Sorted(maps.Keys(c.spec.Apps)) {
		a := c.spec.Apps[app]
		for _, name := range slices.Sorted(maps.Keys(a.Jobs)) {
			do(a, a.Jobs[name], diag.Path{"apps", app, "jobs", name})
		}
	}
}

func checkSchedules(c *checker) {
	c.eachJob(func(_ *spec.App, j *spec.Job, at diag.Path) {
		c.fault(at.With("schedule"), format.Schedule(j.Schedule))
	})
}

const (
	shortestJob = 10 * time.Second
	longestJob  = 7 * 24 * time.Hour
)

func checkTimeouts(c *checker) {
	c.eachJob(func(_ *spec.App, j *spec.Job, at diag.Path) {
		at = at.With("timeout")
		days, isDays := strings.CutSuffix(j.Timeout, "d")
		switch d, err := time.ParseDuration(j.Timeout); {
		case err != nil || !sessionRE().MatchString(j.Timeout) || d%time.Second != 0:
			p := c.report(at, "%q is no time in whole seconds", format.Shorten(j.Timeout)).WithHint("write it like \"90s\", \"45m\" or \"1h30m\"")
			if h, err := time.ParseDuration(days + "h"); isDays && err == nil && h > 0 && 24*h <= longestJob {
				p.WithHint("%s", format.DidYouMean(fmt.Sprintf("%dh", 24*int(h.Hours()))))
			}
		case d < shortestJob:
			c.report(at, "%q is less than the %s that a pod takes to start", j.Timeout, shortestJob).WithHint("say the longest time that the job may take")
		case d > longestJob:
			c.report(at, "%q is more than a week", j.Timeout).WithHint("what never ends is an app of its own, or a sidecar")
		}
	})
}

func checkJobVolumes(c *checker) {
	c.eachJob(func(a *spec.App, j *spec.Job, at diag.Path) {
		for i, name := range j.Volumes {
			at := at.With("volumes", i)
			switch first := slices.Index(j.Volumes, name); {
			case a.Volumes[name] == nil:
				unknownName(c, at, "volume", name, a.Volumes, j.Volumes...)
			case a.Kind == "stateful":
				c.report(at, "each pod of the stateful app has a volume %q of its own", name).WithHint("let the job ask the app, or run as a sidecar of its pods")
			case first < i:
				c.note(c.report(at, "%q is in the list already", name), at.Parent().With(first), "here")
			}
		}
	})
}
