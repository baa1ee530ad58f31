package argocd

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/gentest"
)

// TestLonghorn holds its Application to what its chart reads (longhorn v1.12.1 chart/values.yaml), and claims to their class.
func TestLonghorn(t *testing.T) {
	t.Parallel()
	const three = `
storage: "longhorn"
apps: invoices: volumes: cache: {mount: "/cache", size: "1Gi", storage: "local-path"}
backup: {s3: {endpoint: "https://s3.example.com", bucket: "site-backup"}, schedule: "04:15", keep: daily: 9}
alerts: {email: "ops@example.com", smtp: {host: "smtp.example.net", user: "web1@example.com"}}
`
	read := func(more, path string) map[string]any {
		t.Helper()
		list, err := Files(gentest.Base(t, more))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if f.Path == "k8s/argocd-hetzner/"+path {
				var got map[string]any
				if err := yaml.Unmarshal(f.Data, &got); err != nil {
					t.Fatal(err)
				}
				return got
			}
		}
		return nil
	}
	dig := func(v any, names ...string) any {
		for _, name := range names {
			m, _ := v.(map[string]any)
			v = m[name]
		}
		return v
	}
	a := read(gentest.Servers()+three, "apps/longhorn.yaml")
	values := dig(dig(a, "spec", "sources").([]any)[0], "helm", "valuesObject")
	for _, c := range []struct {
		at   []string
		want any
	}{
		{[]string{"persistence", "defaultClass"}, true},
		{[]string{"persistence", "defaultClassReplicaCount"}, 3},
		{[]string{"defaultSettings", "defaultDataPath"}, "/var/lib/rancher/k3s/storage/longhorn"},
		{[]string{"defaultSettings", "nodeDownPodDeletionPolicy"}, "delete-both-statefulset-and-deployment-pod"},
		{[]string{"preUpgradeChecker", "jobEnabled"}, false},
		{[]string{"defaultBackupStore", "backupTarget"}, "s3://site-backup@us-east-1/hetzner/longhorn/"},
		{[]string{"defaultBackupStore", "backupTargetCredentialSecret"}, "longhorn-secrets"},
	} {
		if diff := cmp.Diff(c.want, dig(values, c.at...)); diff != "" {
			t.Errorf("%v: -want +got\n%s", c.at, diff)
		}
	}
	job := dig(dig(values, "extraObjects").([]any)[0], "spec")
	if dig(job, "cron") != "15 04 * * *" || dig(job, "retain") != 9 || dig(job, "task") != "backup" {
		t.Errorf("the backup of volumes: %v", job)
	}
	if ns := read(gentest.Servers()+three, "longhorn/namespace.yaml"); dig(ns, "metadata", "labels", "pod-security.kubernetes.io/enforce") != "privileged" {
		t.Errorf("its pods are refused: %v", ns)
	}
	for name, class := range map[string]string{"data": "longhorn", "cache": "local-path"} {
		if got := dig(read(gentest.Servers()+three, "invoices/pvc-"+name+".yaml"), "spec", "storageClassName"); got != class {
			t.Errorf("%s has the class %v", name, got)
		}
	}

	// The job takes those of the default group, and a claim says its own (longhorn enhancements/20230517-set-recurring-job-to-pvc.md).
	if groups := fmt.Sprint(dig(job, "groups")); groups != "[default]" {
		t.Errorf("the job is for %s", groups)
	}
	const out = three + `
apps: invoices: volumes: scratch: {mount: "/scratch", size: "1Gi", backup: false}
apps: search: {image: "ghcr.io/example/search:1.0.0", kind: "stateful", volumes: {data: {mount: "/data", size: "1Gi", backup: false}, log: {mount: "/log", size: "1Gi"}}}
`
	const group, source = "recurring-job-group.longhorn.io/", "recurring-job.longhorn.io/source"
	templates, _ := dig(read(gentest.Servers()+out, "search/statefulset.yaml"), "spec", "volumeClaimTemplates").([]any)
	if len(templates) != 2 {
		t.Fatalf("the stateful app's claims: %v", templates)
	}
	for name, c := range map[string]struct {
		claim any
		want  map[string]any
	}{
		"backed up":           {read(gentest.Servers()+out, "invoices/pvc-data.yaml"), map[string]any{"app.kubernetes.io/name": "invoices", source: "enabled", group + "default": "enabled"}},
		"left out":            {read(gentest.Servers()+out, "invoices/pvc-scratch.yaml"), map[string]any{"app.kubernetes.io/name": "invoices", source: "enabled", group + "left-out": "enabled"}},
		"on a host":           {read(gentest.Servers()+out, "invoices/pvc-cache.yaml"), map[string]any{"app.kubernetes.io/name": "invoices"}},
		"stateful, left out":  {templates[0], map[string]any{"app.kubernetes.io/name": "search", source: "enabled", group + "left-out": "enabled"}},
		"stateful, backed up": {templates[1], map[string]any{"app.kubernetes.io/name": "search", source: "enabled", group + "default": "enabled"}},
	} {
		if diff := cmp.Diff(any(c.want), dig(c.claim, "metadata", "labels")); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}

	// One volume alone wants it too, and is not the default then; without a backup there is no Secret.
	alone := read(gentest.Servers()+`apps: invoices: volumes: data: storage: "longhorn"`, "apps/longhorn.yaml")
	values = dig(dig(alone, "spec", "sources").([]any)[0], "helm", "valuesObject")
	if dig(values, "persistence", "defaultClass") != false || dig(values, "defaultBackupStore") != nil {
		t.Errorf("for one volume: %v", values)
	}
	if read("", "apps/longhorn.yaml") != nil {
		t.Error("nobody asked for it")
	}
}
