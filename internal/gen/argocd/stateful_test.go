package argocd

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/site"
)

// TestStateful holds that each pod of a stateful app has a name and volumes of its own,
// which nothing deletes.
func TestStateful(t *testing.T) {
	docs := manifests(t, newSite(t, `apps: search: {kind: "stateful", image: "docker.io/example/search:2.1.0", port: 9200, user: 1000, replicas: 3, internet: false, volumes: data: {mount: "/data", size: "5Gi"}}`))
	if docs["search/deployment.yaml"] != nil || docs["search/pvc-data.yaml"] != nil {
		t.Error("there is a Deployment, or a claim that all pods would share")
	}
	set, pods := docs["search/statefulset.yaml"][0], docs["search/service-pods.yaml"][0]
	if got := set.at("spec", "persistentVolumeClaimRetentionPolicy"); !cmp.Equal(got, any(object{"whenDeleted": "Retain", "whenScaled": "Retain"})) {
		t.Errorf("volumes go with their pods: %v", got)
	}
	if set.text("spec", "serviceName") != pods.text("metadata", "name") || pods.text("spec", "clusterIP") != "None" || pods.at("spec", "publishNotReadyAddresses") != true {
		t.Error("the pods have no names, or have them only when they are ready")
	}
	claim := set.at("spec", "volumeClaimTemplates", 0).(object)
	if claim.text("kind") != "PersistentVolumeClaim" || claim.text("apiVersion") != "v1" || claim.at("metadata", "namespace") != nil || claim.text("metadata", "annotations", syncOptions) != stays {
		t.Errorf("the claims are not in sync, or do not stay: %v", claim)
	}
	pod := set.at("spec", "template", "spec").(object)
	for _, v := range pod.list("volumes") {
		if v.(object)["persistentVolumeClaim"] != nil {
			t.Error("the pods have a claim in common")
		}
	}
	if mount := pod.at("containers", 0, "volumeMounts", 1); !cmp.Equal(mount, any(object{"mountPath": "/data", "name": "data"})) || pod.at("securityContext", "fsGroup") != 1000 {
		t.Errorf("mounts %v", mount)
	}
	policies := docs["search/networkpolicy.yaml"]
	own := object{"podSelector": object{"matchLabels": object{site.NameLabel: "search"}}}
	for direction, end := range map[string]string{"ingress": "from", "egress": "to"} {
		if !slices.ContainsFunc(policies[len(policies)-1].list("spec", direction), func(r any) bool { return cmp.Equal(r, any(object{end: []any{own}})) }) {
			t.Errorf("the pods do not reach each other: %s", direction)
		}
	}
	if len(docs["search/service.yaml"]) != 1 || len(docs["search/pdb.yaml"]) != 1 {
		t.Error("the app has no address, or its pods go down together")
	}
}

// TestSizesStay: another size of a volume that is there is refused by the API server, and
// would keep all else of the app back.
func TestSizesStay(t *testing.T) {
	docs := manifests(t, newSite(t))
	for name, want := range map[string]bool{"invoices": true, "db": false} {
		a := docs["apps/"+name+".yaml"][0]
		ignored := cmp.Equal(a.list("spec", "ignoreDifferences"), []any{object{"group": "", "kind": "PersistentVolumeClaim", "jsonPointers": []any{"/spec/resources/requests/storage"}}})
		if ignored != want || slices.Contains(a.list("spec", "syncPolicy", "syncOptions"), any("RespectIgnoreDifferences=true")) != want {
			t.Errorf("%s: the size of its volumes is left alone: %t", name, ignored)
		}
	}
}
