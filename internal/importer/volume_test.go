package importer

import (
	"os"
	"strings"
	"testing"
)

func manifest(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// one is a tree with one Application, in whose folder one file lies.
func one(t *testing.T, name, all string, change ...string) *Result {
	t.Helper()
	return read(t, map[string]string{
		"apps/" + name + ".yaml":    strings.NewReplacer(change...).Replace(strings.ReplaceAll(argo(name, "own/"+name, ""), "websites", name)),
		"own/" + name + "/all.yaml": strings.NewReplacer(change...).Replace(all),
	})
}

// kept wants a folder, for a reason.
func kept(t *testing.T, r *Result, name, why string) {
	t.Helper()
	if strings.Contains(r.Spec, "\napps:") || !strings.Contains(r.Spec, "\nfolders:") {
		t.Errorf("it is an app:\n%s", r.Spec)
	}
	if notes := strings.Join(r.line("own/"+name+"/all.yaml").Notes, "\n"); !strings.Contains(notes, why) {
		t.Errorf("nothing is said of %q: %s", why, notes)
	}
}

// TestVolumes: claims, empty directories and CronJobs are an app's where gen's would be the
// same; where one would be another, which is empty, all stays as it is.
func TestVolumes(t *testing.T) {
	board := manifest(t, "board")
	r := one(t, "board", board)
	has(t, r, "apps: board", `volumes: data: {mount: "/data", size: "5Gi"}`, `writable: ["/cache"]`, `jobs: tidy: {`, `schedule: "15 3 * * *"`, `timeZone: "Europe/Berlin"`, `timeout:  "900s"`,
		`retries:  6`, `volumes: ["data"]`, `args: ["tidy"]`, `env: LEVEL: "debug"`)
	if strings.Contains(r.Spec, "folders") {
		t.Error(r.Spec)
	}
	if needs := strings.Join(r.line("own/board/all.yaml").Needs, "\n"); !strings.Contains(needs, "hold 1Gi each") {
		t.Error(needs)
	}
	const patch = "patch deployment board --type=merge"
	rolling := one(t, "board", board, "  strategy: {type: Recreate}\n", "")
	if strings.Contains(strings.Join(r.Report.Steps, "\n"), patch) || !strings.Contains(strings.Join(rolling.Report.Steps, "\n"), patch) {
		t.Errorf("%q and %q", r.Report.Steps, rolling.Report.Steps)
	}
	for why, change := range map[string][]string{
		"names no storage class":                     {"  storageClassName: local-path\n", ""},
		"is of the class fast":                       {"storageClassName: local-path", "storageClassName: fast"},
		"access mode ReadWriteOnce":                  {"[ReadWriteOnce]", "[ReadWriteMany]"},
		"says no size":                               {"storage: 5Gi", "storage: 5"},
		"has spec.volumeName":                        {"storageClassName: local-path", "storageClassName: local-path\n  volumeName: pv-1"},
		"its data is in the namespace prod":          {"namespace: board", "namespace: prod"},
		"is in the namespace other, and its pods":    {"metadata: {name: data, namespace: board}", "metadata: {name: data, namespace: other}"},
		"both would write to the volume data":        {"kind: Deployment\nmetadata: {name: board,", "kind: Deployment\nmetadata: {name: board-web,"},
		"the claim data is in no file":               {"metadata: {name: data,", "metadata: {name: board-data,"},
		"the folder /srv of the host":                {"{name: cache, emptyDir: {}}", "{name: cache, hostPath: {path: /srv}}"},
		"gen's hold 1Gi":                             {"emptyDir: {}", "emptyDir: {sizeLimit: 2Gi}"},
		"volumes.emptyDir.medium":                    {"emptyDir: {}", "emptyDir: {medium: Memory}"},
		"subPath of the mount":                       {"mountPath: /data}, {name: cache", "mountPath: /data, subPath: x}, {name: cache"},
		"replicas of the Deployment":                 {"  strategy: {type: Recreate}\n", "  replicas: 2\n"},
		"securityContext.fsGroup":                    {"fsGroup: 1000", "fsGroup: 2000"},
		"that its pods do not mount":                 {"---\napiVersion: batch", "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: old, namespace: board}\n---\napiVersion: batch"},
		"its CronJob nightly would run on":           {"name: board-tidy", "name: nightly"},
		"concurrencyPolicy Replace":                  {"  schedule:", "  concurrencyPolicy: Replace\n  schedule:"},
		"suspend of the CronJob":                     {"  schedule:", "  suspend: true\n  schedule:"},
		"the app's variable LEVEL":                   {"            env: [{name: LEVEL, value: debug}]\n", ""},
		"the image of the app without a command":     {"            args: [tidy]\n", ""},
		"backoffLimit or activeDeadlineSeconds":      {"activeDeadlineSeconds: 900", "activeDeadlineSeconds: 5"},
		"the volume data, which the app has not":     {"            volumeMounts: [{name: files, mountPath: /data}]", "            volumeMounts: [{name: files, mountPath: /other}]"},
		"the user of the CronJob":                    {"            securityContext: {runAsUser: 1000}\n", ""},
		"spec.jobTemplate.spec.parallelism":          {"activeDeadlineSeconds: 900", "parallelism: 2"},
		"resources of the container: gen's has":      {"            resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}\n", ""},
		"the empty directory /cache2, which the app": {"volumeMounts: [{name: files, mountPath: /data}]\n          volumes: [", "volumeMounts: [{name: files, mountPath: /data}, {name: c, mountPath: /cache2}]\n          volumes: [{name: c, emptyDir: {}}, "},
		"the schedule of the CronJob":                {"15 3 * * *", "15 3 * *"},
	} {
		t.Run(why, func(t *testing.T) { kept(t, one(t, "board", board, change...), "board", why) })
	}
	_, job, _ := strings.Cut(board, "storage: 5Gi}}\n---\n")
	kept(t, one(t, "board", job), "board", "CronJob board-tidy without a Deployment")
}

// TestStatefulSet: gen's has its pods and claims by name once the old one is deleted, and its pods are not.
func TestStatefulSet(t *testing.T) {
	search := manifest(t, "search")
	r := one(t, "search", search)
	has(t, r, "apps: search", `kind:        "stateful"`, `volumes: index: {mount: "/index", size: "5Gi"}`, "replicas: 3")
	if then := strings.Join(r.Report.Then, "\n"); then != "kubectl -n search delete statefulset search --cascade=orphan" {
		t.Error(then)
	}
	if after := strings.Join(r.Report.After, "\n"); strings.Contains(after, "search-pods") {
		t.Error(after)
	}
	has(t, one(t, "search", search, "app.kubernetes.io/name: search", "app: search"), `kind:        "stateful"`, `selector: app: "search"`)
	for why, change := range map[string][]string{
		"serviceName search of":                {"serviceName: search-pods", "serviceName: search"},
		"spec.podManagementPolicy":             {"  replicas: 3", "  podManagementPolicy: Parallel\n  replicas: 3"},
		"persistentVolumeClaimRetentionPolicy": {"  replicas: 3", "  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n  replicas: 3"},
		"spec.ordinals":                        {"  replicas: 3", "  ordinals: {start: 1}\n  replicas: 3"},
		"its data is in the namespace prod":    {"namespace: search", "namespace: prod"},
		"would run on beside gen's search":     {"kind: StatefulSet\nmetadata: {name: search,", "kind: StatefulSet\nmetadata: {name: engine,"},
		"is of the class fast":                 {"storageClassName: local-path", "storageClassName: fast"},
	} {
		t.Run(why, func(t *testing.T) { kept(t, one(t, "search", search, change...), "search", why) })
	}
}
