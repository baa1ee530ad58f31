package argocd

import (
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// ownHealth keeps a run that failed from making the app unhealthy, which would hold
// back what Argo CD makes after it (argo-cd docs/operator-manual/upgrading, 3.1 to 3.2).
const ownHealth = "argocd.argoproj.io/ignore-healthcheck"

// jobSelector finds the pods of an app's jobs. They are not the app's own pods: neither its
// Service nor its disruption budget finds them.
func jobSelector(w *site.Workload) map[string]string {
	return map[string]string{site.JobLabel: w.Name}
}

// cronJob starts a job once at a time. One that was missed for longer than it may take is
// left out: without a deadline, a hundred missed starts would stop it for good
// (kubernetes.io/docs, CronJob limitations).
func cronJob(w *site.Workload, j site.Job) manifest.Object[manifest.CronJobSpec] {
	own := *w // what the pod has of the app's volumes
	own.Volumes = j.Volumes
	m := meta(w)
	m.Name = w.CronJobName(j)
	m.Annotations = map[string]string{ownHealth: "true"}
	container := process(&own, j.Process)
	volumes := slices.DeleteFunc(volumes(&own), func(v manifest.PodVolume) bool {
		return !slices.ContainsFunc(container.VolumeMounts, func(m manifest.VolumeMount) bool { return m.Name == v.Name })
	})
	pod := manifest.PodSpec{
		Containers:      []manifest.Container{container},
		RestartPolicy:   "Never",
		SecurityContext: podSecurity(&own),
		Volumes:         volumes,
	}
	return manifest.NewCronJob(m, manifest.CronJobSpec{
		ConcurrencyPolicy: "Forbid", FailedJobsHistoryLimit: 3, SuccessfulJobsHistoryLimit: 1,
		Schedule: j.Schedule, TimeZone: j.TimeZone, StartingDeadlineSeconds: max(j.Seconds, 60),
		JobTemplate: manifest.JobTemplate{Spec: manifest.JobSpec{
			ActiveDeadlineSeconds: j.Seconds, BackoffLimit: j.Retries,
			Template: manifest.PodTemplate{Metadata: manifest.Meta{Labels: jobSelector(w)}, Spec: pod},
		}},
	})
}
