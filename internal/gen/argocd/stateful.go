package argocd

import (
	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// statefulSet keeps the volumes of pods that go. Its claims come from templates, which
// Argo CD does not track, and which it compares as they stand: without their kind they
// would never be in sync (argo-cd#11143).
func statefulSet(w *site.Workload) manifest.Object[manifest.StatefulSetSpec] {
	var claims []manifest.Object[manifest.ClaimSpec]
	for _, v := range w.Volumes {
		c := claim(w, v)
		c.Metadata.Namespace = ""
		claims = append(claims, c)
	}
	return manifest.NewStatefulSet(meta(w), manifest.StatefulSetSpec{
		Retention: manifest.Retention{WhenDeleted: "Retain", WhenScaled: "Retain"},
		Replicas:  w.Replicas, RevisionHistoryLimit: 3, Selector: selector(w),
		ServiceName: w.PodsName(), Template: podTemplate(w), VolumeClaimTemplates: claims,
	})
}

// podsService gives each pod a name, before it is ready: those of a cluster find each
// other in order to become it.
func podsService(w *site.Workload) manifest.Object[manifest.ServiceSpec] {
	m := meta(w)
	m.Name = w.PodsName()
	return manifest.NewService(m, manifest.ServiceSpec{
		ClusterIP: "None", Ports: servicePorts(w),
		PublishNotReadyAddresses: true, Selector: w.PodSelector(),
	})
}

// keepSizes has Argo CD leave the size of a claim as it was made with: local-path takes
// no other, so that the API server refuses the change, and with it all of the sync
// (k3s manifests/local-storage.yaml has no allowVolumeExpansion).
func keepSizes(a *application) {
	a.Spec.IgnoreDifferences = []manifest.Ignored{{Kind: "PersistentVolumeClaim", JSONPointers: []string{"/spec/resources/requests/storage"}}}
	respectIgnored(a)
}

// respectIgnored has a sync leave alone what the comparison does: otherwise each one
// would write the ignored fields anew (argo-cd docs/user-guide/sync-options.md).
func respectIgnored(a *application) {
	a.Spec.SyncPolicy.SyncOptions = append(a.Spec.SyncPolicy.SyncOptions, "RespectIgnoreDifferences=true")
}
