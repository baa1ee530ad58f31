package differ

import (
	"slices"
	"strings"
)

// set are lists whose order means nothing to the program that reads them.
type set struct {
	kinds []string // of objects; nil: all that have pods
	ends  []string // of the keys' path
	why   string
}

var sets = []set{
	{[]string{"NetworkPolicy", "CiliumNetworkPolicy"}, []string{"ingress", "egress", "from", "to", "ports", "policyTypes", "except", "fromEndpoints", "toEndpoints", "toPorts", "toCIDRSet", "toEntities"},
		"the entries are joined by or (kubernetes, api/networking/v1/types.go; cilium, pkg/policy/api/rule.go)"},
	{[]string{"AppProject"}, []string{"destinations", "sourceRepos", "namespaceResourceWhitelist", "clusterResourceWhitelist"},
		"what one entry permits is permitted (argo-cd, pkg/apis/application/v1alpha1/app_project_types.go)"},
	{[]string{"Kustomization"}, []string{"resources", "generators", "configMapGenerator", "files"},
		"Argo CD sorts what it applies by wave, kind and name (gitops-engine, pkg/sync/sync_tasks.go)"},
	{nil, []string{"volumes", "containers.ports", "initContainers.ports", "volumeMounts", "capabilities.drop", "capabilities.add", "topologySpreadConstraints"},
		"the entries are known by name, port or path, and each holds (kubernetes, api/core/v1/types.go, listType=map)"},
	{[]string{"Service"}, []string{"spec.ports"}, "the entries are known by name and port (kubernetes, api/core/v1/types.go, listType=map)"},
	{[]string{"Application"}, []string{"syncOptions", "finalizers"}, "each option is looked for by its name (argo-cd, pkg/apis/application/v1alpha1/types.go, HasOption)"},
	{[]string{"StorageClass", "PersistentVolumeClaim", "StatefulSet"}, []string{"accessModes"}, "a volume has to have each (kubernetes, api/core/v1/types.go)"},
}

var pods = []string{"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod"}

// isSet tells whether the order of a list means nothing.
func isSet(kind, way string) bool {
	return slices.ContainsFunc(sets, func(s set) bool { return s.has(kind, way) })
}

func (s set) has(kind, way string) bool {
	kinds := s.kinds
	if kinds == nil {
		kinds = pods
	}
	return slices.Contains(kinds, kind) && slices.ContainsFunc(s.ends, func(end string) bool { return way == end || strings.HasSuffix(way, "."+end) })
}
