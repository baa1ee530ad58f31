package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"sitegen/internal/format"
)

// volume is a claim that a container mounts, as a volume of an app says it.
type volume struct{ name, mount, size string }

// An empty directory of gen's pods holds this much, whatever a pod's manifest says.
const scratchBytes = 1 << 30

// mounts reads what the container mounts: a claim is a volume of an app, an empty directory
// is writable. Where gen's claim would have another name, size or class, a pod would begin
// with an empty volume: then it is no app's.
func (w *workload) mounts() string {
	sources, used := map[string]any{}, map[string]bool{}
	for _, v := range items(w.deployment, "spec", "template", "spec", "volumes") {
		sources[text(v, "name")] = v
	}
	for _, m := range items(w.container, "volumeMounts") {
		name, mount := text(m, "name"), text(m, "mountPath")
		if more := beyond(m, "name", "mountPath"); len(more) > 0 {
			return more[0] + " of the mount of the volume " + name
		}
		if format.Mount(mount).Bad() || used[name] || used[mount] {
			return "the mount of the volume " + name + " at " + mount
		}
		used[name], used[mount] = true, true
		v := sources[name]
		switch claim := text(v, "persistentVolumeClaim", "claimName"); {
		case w.templates[name] != nil:
			claim = name
			fallthrough
		case claim != "":
			if why := w.claim(claim, mount); why != "" {
				return why
			}
		case at(v, "emptyDir") != nil:
			if why := w.scratch(v, mount); why != "" {
				return why
			}
		case at(v, "hostPath") != nil:
			return "the volume " + name + " is the folder " + text(v, "hostPath", "path") + " of the host (hostPath), which the spec has no field for"
		default:
			return "volumes." + name + " of the pods: the spec has claims and empty directories"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		if !used[name] && at(sources[name], "emptyDir") == nil {
			return "volumes." + name + " of the pods, which the container does not mount"
		}
	}
	if w.isJob {
		return ""
	}
	if len(w.volumes) != len(w.claims)+len(w.templates) {
		return "a claim that its pods do not mount"
	}
	if len(w.writable) > 0 {
		w.said.set("writable", w.writable)
	}
	return ""
}

func (w *workload) scratch(v any, mount string) string {
	size := text(v, "emptyDir", "sizeLimit")
	if more := beyond(v, "name", "emptyDir.sizeLimit"); len(more) > 0 && more[0] != "emptyDir" {
		return "volumes." + more[0] + " of the pods"
	}
	if n, err := resource.ParseQuantity(size); size != "" && (err != nil || n.Value() > scratchBytes) {
		return "the empty directory " + mount + " of " + size + ": gen's hold 1Gi"
	}
	if mount != "/tmp" {
		w.writable = append(w.writable, mount)
	}
	w.boundless = w.boundless || size == ""
	return ""
}

// claim takes a claim that gen would make just so: its name is the volume's, or that of a
// template, of which a StatefulSet makes NAME-APP-0 for the first pod.
func (w *workload) claim(name, mount string) string {
	c, said := w.claims[name], "the claim "+name
	if t := w.templates[name]; t != nil {
		c = t
	}
	if c == nil {
		return said + " is in no file of the folder"
	}
	if more := beyond(c, "apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations.argocd.argoproj.io/sync-options",
		"spec.accessModes", "spec.storageClassName", "spec.volumeMode", "spec.resources.requests.storage"); len(more) > 0 {
		return said + " has " + more[0] + ", and gen's would not"
	}
	class, size := text(c, "spec", "storageClassName"), text(c, "spec", "resources", "requests", "storage")
	switch {
	case class == "":
		return said + " names no storage class: say in its file the one that kubectl get pvc shows, and import again"
	case class != "local-path":
		return said + " is of the class " + class + ", and gen's would be of local-path"
	case !slices.Equal(texts(c, "spec", "accessModes"), []string{"ReadWriteOnce"}) || text(c, "spec", "volumeMode") == "Block":
		return said + " is not of the access mode ReadWriteOnce, as gen's are"
	case !sound(size):
		return said + " says no size that the spec takes"
	}
	w.volumes = append(w.volumes, volume{name, mount, size})
	return ""
}

// ordered are the fields of a StatefulSet that say what gen's does, and takes its templates
// of claims. Claims that go with it, or with fewer replicas, are none of gen's.
func (w *workload) ordered() []string {
	known := []string{"spec.serviceName", "spec.volumeClaimTemplates"}
	for _, t := range items(w.deployment, "spec", "volumeClaimTemplates") {
		if m, ok := t.(map[string]any); ok {
			w.templates[text(m, "metadata", "name")] = m
		}
	}
	for field, gens := range map[string]string{"podManagementPolicy": "OrderedReady", "updateStrategy.type": "RollingUpdate",
		"persistentVolumeClaimRetentionPolicy.whenDeleted": "Retain", "persistentVolumeClaimRetentionPolicy.whenScaled": "Retain"} {
		if text(w.deployment, append([]string{"spec"}, strings.Split(field, ".")...)...) == gens {
			known = append(known, "spec."+field)
		}
	}
	return known
}

// sound tells whether the spec takes a size.
func sound(size string) bool {
	n, err := resource.ParseQuantity(size)
	return err == nil && n.Value() >= 1<<20 && n.Value() <= 1<<50
}

// holds says the volumes of an app, and its jobs; or what keeps gen's from having the very
// claims that are there, and nothing beside them.
func (r *reading) holds(u *unit, w *workload, name, namespace string) string {
	if len(w.volumes)+len(w.cronJobs) == 0 && w.kind != "StatefulSet" {
		return ""
	}
	for _, d := range u.docs {
		if kind := text(d.m, "kind"); slices.Contains([]string{"PersistentVolumeClaim", "CronJob", "StatefulSet", "Deployment"}, kind) && u.namespaceOf(d.m) != namespace {
			return fmt.Sprintf("its %s %s is in the namespace %s, and its pods in %s", kind, text(d.m, "metadata", "name"), u.namespaceOf(d.m), namespace)
		}
	}
	own := text(w.deployment, "metadata", "name")
	switch {
	case namespace == site:
		return "volumes, a StatefulSet or CronJobs in the namespace " + site + ", where gen's clients have none"
	case namespace != name && len(w.volumes) > 0:
		return fmt.Sprintf("its data is in the namespace %s: gen's app %s has one of its own, where its volumes would be empty", namespace, name)
	case own != name && len(w.volumes) > 0:
		return fmt.Sprintf("its %s %s would run on beside gen's %s, and both would write to the volume %s", w.kind, own, name, w.volumes[0].name)
	case own != name && w.kind == "StatefulSet":
		return fmt.Sprintf("its StatefulSet is called %s, and its pods would be other ones as %s", own, name)
	case w.kind == "StatefulSet" && (w.headless == nil || text(w.headless, "metadata", "name") != name+"-pods" || text(w.deployment, "spec", "serviceName") != name+"-pods"):
		return "serviceName " + text(w.deployment, "spec", "serviceName") + " of the StatefulSet: with gen's, " + name + "-pods, its pods would have other names in the DNS"
	case w.kind != "StatefulSet" && len(w.volumes) > 0 && at(w.deployment, "spec", "replicas") != nil && text(w.deployment, "spec", "replicas") != "1":
		return "replicas of the Deployment, of which each would write to its volumes: gen's takes one, or a StatefulSet"
	}
	var volumes object
	for _, v := range w.volumes {
		if format.Label("a volume", v.name, 63-1-len(name)).Bad() {
			return "the name of the claim " + v.name
		}
		volumes.set(v.name, object{{name: "mount", value: v.mount}, {name: "size", value: v.size}})
	}
	jobs, why := r.jobs(w, name)
	if why != "" {
		return why
	}
	if w.kind == "StatefulSet" {
		w.said.set("kind", "stateful")
	}
	if len(volumes) > 0 {
		w.said.set("volumes", volumes)
	}
	if len(jobs) > 0 {
		w.said.set("jobs", jobs)
	}
	return ""
}

// namespaceOf is the namespace that an object of a unit comes to: its kustomization's, its
// own, or that of the Application.
func (u *unit) namespaceOf(m map[string]any) string {
	return cmp.Or(u.given(), text(m, "metadata", "namespace"), u.app.namespace)
}

// given is the namespace that a kustomization gives all objects, or "".
func (u *unit) given() string {
	for _, d := range u.docs {
		if ns := text(d.m, "namespace"); text(d.m, "kind") == "Kustomization" && ns != "" {
			return ns
		}
	}
	return ""
}
