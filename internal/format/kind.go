package format

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

var (
	groupRE   = Pattern(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	kindRE    = Pattern(`^([A-Z][A-Za-z0-9]*|\*)$`)
	versionRE = Pattern(`^v[0-9]+((alpha|beta)[0-9]+)?$`)
)

// ObjectKind wants a kind of Kubernetes objects: GROUP/KIND, a KIND of the group that
// has no name, or * for all.
func ObjectKind(text string) Fault {
	if text == "*" {
		return Fault{}
	}
	but := func(better, why string, args ...any) Fault {
		return Fault{What: fmt.Sprintf("%q ", text) + fmt.Sprintf(why, args...), Meant: Suggest(better, ObjectKind)}
	}
	parts := strings.Split(text, "/")
	kind := parts[len(parts)-1]
	switch {
	case len(parts) > 1 && versionRE().MatchString(parts[len(parts)-2]):
		return but(strings.Join(append(parts[:len(parts)-2:len(parts)-2], kind), "/"), "has a version in it, and kinds are allowed in all versions")
	case len(parts) == 1 && strings.Contains(kind, "."):
		name, group, _ := strings.Cut(kind, ".")
		return but(group+"/"+name, "is no kind of objects: the group stands in front")
	case len(parts) > 2 || !kindRE().MatchString(kind) || len(parts) == 2 && !groupRE().MatchString(parts[0]):
		return Fault{What: fmt.Sprintf("%q is no kind of objects", text), Hint: "GROUP/KIND as manifests have it, \"apps/Deployment\"; \"ConfigMap\" for a kind without a group; \"*\" for all"}
	case len(parts) == 1:
		if _, ok := Builtin("", kind); ok {
			break
		}
		for group, kinds := range builtinKinds() {
			if _, ok := kinds[kind]; ok {
				return but(group+"/"+kind, "is of the group %s", group)
			}
		}
		return Fault{What: fmt.Sprintf("%q is no kind of Kubernetes' own, so that it has a group", text), Hint: "GROUP/KIND: the group is what stands before the / of a manifest's apiVersion"}
	}
	return Fault{}
}

// Builtin tells of a kind of Kubernetes' own whether its objects are cluster-wide.
func Builtin(group, kind string) (clusterWide, known bool) {
	clusterWide, known = builtinKinds()[group][kind]
	return clusterWide, known
}

// GroupsOf are the groups of Kubernetes' own that have a kind of that name, sorted; own tells
// whether the group is one of Kubernetes' own at all.
func GroupsOf(group, kind string) (groups []string, own bool) {
	for _, g := range slices.Sorted(maps.Keys(builtinKinds())) {
		if _, ok := builtinKinds()[g][kind]; ok {
			groups = append(groups, g)
		}
	}
	_, own = builtinKinds()[group]
	return groups, own
}

// builtinKinds are the kinds that a manifest may hold of Kubernetes 1.35's API
// (`kubectl api-resources`), by group; true for cluster-wide ones.
var builtinKinds = sync.OnceValue(func() map[string]map[string]bool {
	of := func(namespaced, clusterWide string) map[string]bool {
		kinds := map[string]bool{}
		for k := range strings.FieldsSeq(namespaced) {
			kinds[k] = false
		}
		for k := range strings.FieldsSeq(clusterWide) {
			kinds[k] = true
		}
		return kinds
	}
	return map[string]map[string]bool{
		"": of("ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
			"Namespace Node PersistentVolume"),
		"admissionregistration.k8s.io": of("", "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration "+
			"ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration"),
		"apiextensions.k8s.io":         of("", "CustomResourceDefinition"),
		"apiregistration.k8s.io":       of("", "APIService"),
		"apps":                         of("ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", ""),
		"autoscaling":                  of("HorizontalPodAutoscaler", ""),
		"batch":                        of("CronJob Job", ""),
		"certificates.k8s.io":          of("PodCertificateRequest", "CertificateSigningRequest ClusterTrustBundle"),
		"coordination.k8s.io":          of("Lease LeaseCandidate", ""),
		"discovery.k8s.io":             of("EndpointSlice", ""),
		"events.k8s.io":                of("Event", ""),
		"flowcontrol.apiserver.k8s.io": of("", "FlowSchema PriorityLevelConfiguration"),
		"networking.k8s.io":            of("Ingress NetworkPolicy", "IngressClass IPAddress ServiceCIDR"),
		"node.k8s.io":                  of("", "RuntimeClass"),
		"policy":                       of("PodDisruptionBudget", ""),
		"rbac.authorization.k8s.io":    of("Role RoleBinding", "ClusterRole ClusterRoleBinding"),
		"resource.k8s.io":              of("ResourceClaim ResourceClaimTemplate", "DeviceClass DeviceTaintRule ResourceSlice"),
		"scheduling.k8s.io":            of("", "PriorityClass"),
		"storage.k8s.io":               of("CSIStorageCapacity", "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass"),
	}
})
