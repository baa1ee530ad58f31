package importer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sitegen/internal/format"
)

// jobs are the CronJobs of a unit as jobs of the app; or what a job of gen's would do
// otherwise. One of another name would run beside gen's.
func (r *reading) jobs(w *workload, app string) (object, string) {
	var all object
	for _, m := range w.cronJobs {
		name := text(m, "metadata", "name")
		short, ok := strings.CutPrefix(name, app+"-")
		if !ok || format.Label("a job", short, 51-len(app)).Bad() {
			return nil, fmt.Sprintf("its CronJob %s would run on beside gen's, which is called %s-NAME", name, app)
		}
		job, why := r.job(w, m, app+".jobs."+short)
		if why != "" {
			return nil, why + " of the CronJob " + name
		}
		all.set(short, job)
	}
	return all, ""
}

// job is one CronJob. Kubernetes makes up for what it does not say: six retries, no
// timeout, the clock of the machine that runs the control plane (kubernetes.io/docs,
// CronJob and Job).
func (r *reading) job(w *workload, m map[string]any, at1 string) (object, string) {
	const pod = "spec.jobTemplate.spec.template.spec."
	if more := beyond(m, "apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.labels", "spec.schedule", "spec.timeZone", "spec.concurrencyPolicy",
		"spec.startingDeadlineSeconds", "spec.successfulJobsHistoryLimit", "spec.failedJobsHistoryLimit", "spec.suspend", "spec.jobTemplate.metadata.labels",
		"spec.jobTemplate.spec.backoffLimit", "spec.jobTemplate.spec.activeDeadlineSeconds", "spec.jobTemplate.spec.template.metadata.labels", pod+"containers", pod+"volumes",
		pod+"restartPolicy", pod+"securityContext", pod+"automountServiceAccountToken", pod+"enableServiceLinks"); len(more) > 0 {
		return nil, more[0]
	}
	if policy := text(m, "spec", "concurrencyPolicy"); policy != "" && policy != "Forbid" {
		return nil, "concurrencyPolicy " + policy
	}
	if text(m, "spec", "suspend") == "true" {
		return nil, "suspend"
	}
	j := &workload{deployment: map[string]any{"spec": map[string]any{"template": at(m, "spec", "jobTemplate", "spec", "template")}}, claims: w.claims, kind: "CronJob", isJob: true}
	for _, read := range []func() string{j.single, j.containers, j.resources, j.security, j.mounts} {
		if why := read(); why != "" {
			return nil, why
		}
	}
	if why := j.fits(w); why != "" {
		return nil, why
	}
	o := object{{name: "schedule", value: text(m, "spec", "schedule")}}
	if format.Schedule(text(m, "spec", "schedule")).Bad() {
		return nil, "the schedule"
	}
	if zone := text(m, "spec", "timeZone"); zone != "" {
		o.set("timeZone", zone)
	} else if len(r.hostList) > 0 && r.hostList[0].said("time.timeZone") != "" {
		o.set("timeZone", r.hostList[0].said("time.timeZone"), "its manifest says none, which is the host's")
	} else if len(r.hostList) == 0 {
		r.todo("apps.%s.timeZone: its manifest says none, which is that of the host", at1)
	}
	retries, limit := number(m, "spec", "jobTemplate", "spec", "backoffLimit"), number(m, "spec", "jobTemplate", "spec", "activeDeadlineSeconds")
	if text(m, "spec", "jobTemplate", "spec", "backoffLimit") == "" {
		retries = 6
	}
	week := int((7 * 24 * time.Hour).Seconds())
	if retries > 10 || limit != 0 && (limit < 10 || limit > week) {
		return nil, "backoffLimit or activeDeadlineSeconds"
	}
	if limit == 0 {
		o.set("timeout", "168h", "its manifest has none; this is the longest")
	} else {
		o.set("timeout", fmt.Sprintf("%ds", limit))
	}
	if retries > 0 {
		o.set("retries", retries)
	}
	var volumes []string
	for _, v := range j.volumes {
		volumes = append(volumes, v.name)
	}
	if len(volumes) > 0 {
		o.set("volumes", volumes)
	}
	return append(o, j.said...), ""
}

// fits changes what a job says into what it says beside its app; or tells what it would
// get of the app that it does not have.
func (w *workload) fits(app *workload) string {
	for _, v := range w.volumes {
		if app.kind == "StatefulSet" || !slices.ContainsFunc(app.volumes, func(a volume) bool { return a.name == v.name && a.mount == v.mount }) {
			return "the volume " + v.name + ", which the app has not at " + v.mount + ","
		}
	}
	for _, dir := range w.writable {
		if !slices.Contains(app.writable, dir) {
			return "the empty directory " + dir + ", which the app has not,"
		}
	}
	image, own := w.said.text("image"), app.said.text("image")
	if image == own && !w.said.has("command") && !w.said.has("args") {
		return "the image of the app without a command"
	}
	for _, f := range app.said {
		if env, ok := f.value.(object); ok && f.name == "env" && image == own {
			for _, v := range env {
				if mine := w.said.object("env"); !mine.has(v.name) {
					return "the app's variable " + v.name + ", which is not one"
				}
			}
		}
	}
	if w.said.has("podSecurity") && !app.said.has("podSecurity") {
		return "securityContext, with less than the app's,"
	}
	if app.said.has("user") && !w.said.has("user") {
		return "the user"
	}
	writes := w.said.has("readOnly")
	w.said = slices.DeleteFunc(w.said, func(f field) bool {
		return f.name == "podSecurity" || f.name == "readOnly" || f.name == "image" && image == own
	})
	if writes != app.said.has("readOnly") {
		w.said.set("readOnly", !writes)
	}
	return ""
}

// text and object are values of fields.
func (o object) text(name string) string {
	for _, f := range o {
		if t, ok := f.value.(string); ok && f.name == name {
			return t
		}
	}
	return ""
}

func (o object) object(name string) object {
	for _, f := range o {
		if inner, ok := f.value.(object); ok && f.name == name {
			return inner
		}
	}
	return nil
}
