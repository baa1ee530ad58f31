package meant

import (
	"regexp"
	"strings"
)

// reason is why a change of a value changes nothing that runs. What a reader sees as
// the same anyway (comments, order of keys, of sets) needs none.
type reason struct {
	class *regexp.Regexp // of mutations: kind, way and how
	line  *regexp.Regexp // the line that was
	same  bool           // only where the same objects come into the cluster
	why   string
}

var reasons = []reason{
	{regexp.MustCompile(` drop$`), regexp.MustCompile(`^(protocol: TCP|failureThreshold: 3|periodSeconds: 10|type: Opaque|replicas: 1|automountServiceAccountToken: true)$`), false,
		"it is the default (kubernetes, pkg/apis/core/v1/defaults.go, apps/v1/defaults.go)"},
	{regexp.MustCompile(`^\S+ metadata\.namespace drop$`), nil, true, "Argo CD puts an object into the namespace of its Application (argo-cd, destination.namespace)"},
	{regexp.MustCompile(`^(ConfigMap|CronJob|Deployment|NetworkPolicy|PersistentVolumeClaim|PodDisruptionBudget|Secret|Service|StatefulSet) metadata\.labels\S* (change|drop)$`), nil, true,
		"nothing of the tree selects these objects by a label (what selects pods is in the template)"},
	{regexp.MustCompile(`pod-security\.kubernetes\.io/warn\S* (change|drop)$`), nil, false, "it warns whoever applies, and refuses nothing (kubernetes, pod-security-admission)"},
	{regexp.MustCompile(`^(NetworkPolicy|PodDisruptionBudget) metadata\.name change$`), nil, false, "nobody calls it by its name"},
	{regexp.MustCompile(`(description|comment) (change|drop)$`), nil, false, "it is read by people"},
	{regexp.MustCompile(`manifest-generate-paths\S* (change|drop)$`), nil, false, "it spares Argo CD work after a push elsewhere (argo-cd, docs/operator-manual/high_availability.md)"},
	{regexp.MustCompile(`^Kustomization (apiVersion|kind) drop$`), nil, false, "kustomize takes a file of that name for one (kustomize, api/types/kustomization.go, FixKustomizationPostUnmarshal)"},
}

func reasonFor(m mutation) *reason {
	line := strings.TrimPrefix(strings.TrimSpace(m.was), "- ")
	for i, r := range reasons {
		if r.class.MatchString(m.class) && (r.line == nil || r.line.MatchString(line)) {
			return &reasons[i]
		}
	}
	return nil
}
