package argocd

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/site"
)

// TestJobs holds that a job has what the app has where it runs its image, is started
// once at a time, and is no pod of the app's Service.
func TestJobs(t *testing.T) {
	docs := manifests(t, newSite(t, `apps: invoices: {user: 1000, jobs: {
	report: {schedule: "15 3 * * *", timeZone: "Europe/Copenhagen", args: ["report"], volumes: ["data"], timeout: "90m", retries: 2}
	rates: {schedule: "@hourly", image: "ghcr.io/example/rates:1.0.0", resources: {requests: memory: "1Gi", limits: memory: "1Gi"}}
}}`))
	report, rates := docs["invoices/cronjob-report.yaml"][0], docs["invoices/cronjob-rates.yaml"][0]
	if report.text("metadata", "name") != "invoices-report" || report.text("spec", "concurrencyPolicy") != "Forbid" || report.text("spec", "timeZone") != "Europe/Copenhagen" ||
		report.at("spec", "startingDeadlineSeconds") != 5400 || rates.text("spec", "timeZone") != "UTC" {
		t.Errorf("report is started otherwise: %v", report)
	}
	if report.text("metadata", "annotations", ownHealth) != "true" {
		t.Error("a night without a report keeps other apps from being made")
	}
	job := report.at("spec", "jobTemplate", "spec").(object)
	if job.at("activeDeadlineSeconds") != 5400 || job.at("backoffLimit") != 2 {
		t.Errorf("it ends otherwise: %v", job)
	}
	template := job.at("template").(object)
	if diff := cmp.Diff(any(object{site.JobLabel: "invoices"}), template.at("metadata", "labels")); diff != "" {
		t.Errorf("the Service would find it: -want +got\n%s", diff)
	}
	pod := template.at("spec").(object)
	if pod.text("restartPolicy") != "Never" || pod.at("automountServiceAccountToken") != false || pod.at("securityContext", "runAsNonRoot") != true || pod.at("securityContext", "fsGroup") != 1000 {
		t.Errorf("the pod is not held to what the app's is: %v", pod)
	}
	claims := func(pod object) (names []any) {
		for _, v := range pod.list("volumes") {
			if c := v.(object).at("persistentVolumeClaim", "claimName"); c != nil {
				names = append(names, c)
			}
		}
		return names
	}
	other := rates.at("spec", "jobTemplate", "spec", "template", "spec").(object)
	if len(claims(pod)) != 1 || claims(other) != nil {
		t.Errorf("report has the volumes %v, rates %v", claims(pod), claims(other))
	}
	if len(pod.list("containers", 0, "env")) != 3 || len(other.list("containers", 0, "env")) != 0 || other.text("containers", 0, "resources", "limits", "memory") != "1Gi" {
		t.Error("a job has not the variables or the resources that it should have")
	}
	for _, p := range []string{"livenessProbe", "lifecycle", "ports"} {
		if pod.at("containers", 0, p) != nil {
			t.Errorf("a job has %s", p)
		}
	}
}

// TestJobPolicies holds that jobs reach what the app reaches and the app itself, and
// nobody reaches them.
func TestJobPolicies(t *testing.T) {
	docs := manifests(t, newSite(t, `apps: invoices: jobs: report: {schedule: "@daily", args: ["report"]}`))
	policies := docs["invoices/networkpolicy.yaml"]
	app, jobs := policies[len(policies)-2], policies[len(policies)-1]
	peer := func(label string) any {
		return object{"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": "invoices"}}, "podSelector": object{"matchLabels": object{label: "invoices"}}}
	}
	db := docs["db/networkpolicy.yaml"]
	if diff := cmp.Diff([]any{peer(site.NameLabel), peer(site.JobLabel)}, db[len(db)-1].list("spec", "ingress", 0, "from")); diff != "" {
		t.Errorf("who reaches the database: -want +got\n%s", diff)
	}
	if jobs.list("spec", "ingress") != nil || !cmp.Equal(jobs.at("spec", "podSelector", "matchLabels"), any(object{site.JobLabel: "invoices"})) || !cmp.Equal(jobs.list("spec", "policyTypes"), []any{"Ingress", "Egress"}) {
		t.Errorf("the jobs' policy: %v", jobs)
	}
	to := jobs.list("spec", "egress")
	for _, rule := range app.list("spec", "egress") {
		if !slices.ContainsFunc(to, func(r any) bool { return cmp.Equal(r, rule) }) {
			t.Errorf("a job does not reach %v, and the app does", rule)
		}
	}
	if len(to) != len(app.list("spec", "egress"))+1 {
		t.Errorf("a job reaches %v", to)
	}
}
