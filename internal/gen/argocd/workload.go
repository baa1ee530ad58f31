package argocd

import (
	"maps"
	"strings"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// addWorkload adds the folder of a client or an app.
func addWorkload(f *manifest.Files, s *site.Site, w *site.Workload) {
	w = served(w)
	dir := s.ArgoDir() + "/" + w.Folder + "/"
	k := manifest.Kustomization{}
	add := func(name string, documents ...any) {
		k.Resources = append(k.Resources, name)
		f.Add(dir+name, documents...)
	}
	if files := ownFiles(w); len(files) > 0 {
		add("configmap.yaml", manifest.NewConfigMap(filesMeta(w, files), files))
	}
	if !w.Stateful() {
		add("deployment.yaml", deployment(w))
	}
	if w.Kind == site.KindApp {
		add("namespace.yaml", newNamespace(w.Namespace, w.PodSecurity))
		policies := []any{defaultDeny(w.Namespace), allowDNS(w.Namespace), appPolicy(s, w)}
		if len(w.Jobs) > 0 {
			policies = append(policies, jobPolicy(s, w))
		}
		add("networkpolicy.yaml", policies...)
	}
	if w.Replicas > 1 {
		add("pdb.yaml", manifest.NewDisruptionBudget(meta(w), manifest.DisruptionBudgetSpec{
			MaxUnavailable: 1, Selector: selector(w),
		}))
	}
	for _, v := range w.Volumes {
		if !w.Stateful() {
			add("pvc-"+v.Name+".yaml", claim(w, v))
		}
	}
	for _, j := range w.Jobs {
		add("cronjob-"+j.Name+".yaml", cronJob(w, j))
	}
	add("service.yaml", manifest.NewService(meta(w), manifest.ServiceSpec{
		Ports:    servicePorts(w),
		Selector: w.PodSelector(),
	}))
	if w.Stateful() {
		add("service-pods.yaml", podsService(w))
		add("statefulset.yaml", statefulSet(w))
	}
	if len(w.Pages) > 0 {
		pages := pagesByKey(w)
		add("static.yaml", manifest.NewConfigMap(pagesMeta(w, pages), pages))
	}
	if len(w.SecretKeys()) > 0 {
		k.Generators = []string{"secret-generator.yaml"}
	}
	if w.Component != nil {
		k.Components = []string{strings.Repeat("../", strings.Count(dir, "/")) + w.Component.Path}
	}
	f.Add(dir+"kustomization.yaml", manifest.NewKustomization(k))
}

// selector finds the pods of a workload.
func selector(w *site.Workload) manifest.Selector {
	return manifest.Selector{MatchLabels: w.PodSelector()}
}

func meta(w *site.Workload) manifest.Meta {
	return manifest.Meta{Labels: map[string]string{site.NameLabel: w.Name}, Name: w.Name, Namespace: w.Namespace}
}

// claim is a volume on the node's disk. It stays when the app goes.
func claim(w *site.Workload, v site.Volume) manifest.Object[manifest.ClaimSpec] {
	m := meta(w)
	m.Name = v.Name
	m.Annotations = map[string]string{syncOptions: stays}
	if v.Storage == site.StorageLonghorn {
		m.Labels = maps.Clone(m.Labels)
		maps.Copy(m.Labels, site.LonghornLabels(v))
	}
	return manifest.NewClaim(m, manifest.ClaimSpec{
		AccessModes:      []string{"ReadWriteOnce"},
		Resources:        manifest.ClaimResource{Requests: map[string]string{"storage": v.Size}},
		StorageClassName: v.Storage,
	})
}

func podTemplate(w *site.Workload) manifest.PodTemplate {
	spec := manifest.PodSpec{
		Containers:      []manifest.Container{container(w)},
		InitContainers:  initContainers(w),
		SecurityContext: podSecurity(w),
		Volumes:         volumes(w),
	}
	if w.Replicas > 1 {
		spec.TopologySpreadConstraints = []manifest.TopologySpread{{
			LabelSelector: selector(w), MaxSkew: 1, TopologyKey: "kubernetes.io/hostname", WhenUnsatisfiable: "ScheduleAnyway",
		}}
	}
	return manifest.PodTemplate{Metadata: manifest.Meta{Labels: w.PodLabels()}, Spec: spec}
}

func deployment(w *site.Workload) manifest.Object[manifest.DeploymentSpec] {
	// The new pod is ready before the old one goes, unless they would write to one
	// volume at a time.
	strategy := manifest.Strategy{Type: "RollingUpdate", RollingUpdate: &manifest.RollingUpdate{MaxSurge: 1}}
	if len(w.Volumes) > 0 {
		strategy = manifest.Strategy{Type: "Recreate"}
	}
	return manifest.NewDeployment(meta(w), manifest.DeploymentSpec{
		Replicas: w.Replicas, RevisionHistoryLimit: 3, Selector: selector(w), Strategy: strategy,
		Template: podTemplate(w),
	})
}
