package prove

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// versions are the API versions of the kinds that are followed.
var versions = map[string]string{
	"Application": "argoproj.io/v1alpha1", "AppProject": "argoproj.io/v1alpha1", "CiliumNetworkPolicy": "cilium.io/v2", "ConfigMap": "v1", "CronJob": "batch/v1",
	"DaemonSet": "apps/v1", "Deployment": "apps/v1", "Job": "batch/v1", "Kustomization": "kustomize.config.k8s.io/v1beta1", "Namespace": "v1", "NetworkPolicy": "networking.k8s.io/v1",
	"PersistentVolumeClaim": "v1", "PodDisruptionBudget": "policy/v1", "Secret": "v1", "Service": "v1", "StatefulSet": "apps/v1", "ksops": "viaduct.ai/v1",
}

// words are the values that a field of these kinds has, wherever it stands.
var words = map[string][]string{
	"protocol":                           {"TCP", "UDP", "SCTP", "ANY"},
	"concurrencyPolicy":                  {"Allow", "Forbid", "Replace"},
	"whenUnsatisfiable":                  {"ScheduleAnyway", "DoNotSchedule"},
	"imagePullPolicy":                    {"Always", "IfNotPresent", "Never"},
	"fsGroupChangePolicy":                {"OnRootMismatch", "Always"},
	"pod-security.kubernetes.io/enforce": {"privileged", "baseline", "restricted"},
	"pod-security.kubernetes.io/warn":    {"privileged", "baseline", "restricted"},
}

// listWords are the entries that a list has.
var listWords = map[string][]string{
	"policyTypes": {"Ingress", "Egress"},
	"accessModes": {"ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany"},
	"toEntities":  {"world", "host", "remote-node", "cluster", "all", "kube-apiserver", "init", "health", "unmanaged", "none", "ingress"},
}

// required are the fields without which the API server refuses an object, or it does nothing.
var required = map[string][][]string{
	"Deployment":            {{"spec", "selector"}, {"spec", "template", "spec", "containers"}},
	"StatefulSet":           {{"spec", "selector"}, {"spec", "template", "spec", "containers"}, {"spec", "serviceName"}},
	"CronJob":               {{"spec", "schedule"}, {"spec", "jobTemplate", "spec", "template", "spec", "containers"}},
	"Service":               {{"spec", "ports"}},
	"NetworkPolicy":         {{"spec", "podSelector"}, {"spec", "policyTypes"}},
	"CiliumNetworkPolicy":   {{"spec", "endpointSelector"}},
	"PersistentVolumeClaim": {{"spec", "accessModes"}, {"spec", "resources", "requests", "storage"}},
	"PodDisruptionBudget":   {{"spec", "selector"}},
	"Application":           {{"spec", "project"}, {"spec", "destination", "server"}},
	"AppProject":            {{"spec", "destinations"}, {"spec", "sourceRepos"}},
}

// proveShapes holds each object to its kind.
func (p *Proof) proveShapes() {
	for _, o := range p.objects {
		if want, ok := versions[o.kind]; ok && (o.app != nil || p.byID[o.id()] == o) && text(o.node, "apiVersion") != want {
			p.find(RuleDangling, o.at("apiVersion"), "the kind %s is of %s, and not of %q", o.kind, want, text(o.node, "apiVersion"))
		}
		if p.byID[o.id()] != o || o.node == nil {
			continue
		}
		if o.name == "" {
			p.find(RuleDangling, o.at(), "the %s has no name", o.kind)
		}
		for _, keys := range required[o.kind] {
			if n := at(o.node, keys...); n == nil || n.Kind == yaml.ScalarNode && n.Value == "" {
				p.find(RuleDangling, o.at(), "%s has no %s", o.said(), strings.Join(keys, "."))
			}
		}
		if versions[o.kind] != "" {
			p.proveWords(o, "", o.node)
		}
		switch o.kind {
		case "Application":
			p.proveSync(o)
		case "NetworkPolicy":
			p.provePeers(o)
			p.proveInternet(o)
		case "Deployment":
			if t := text(o.node, "spec", "strategy", "type"); t != "" && t != "RollingUpdate" && t != "Recreate" {
				p.find(RuleDangling, o.at("spec", "strategy"), "a Deployment knows no strategy %q", t)
			}
		case "CronJob":
			if r := text(o.node, "spec", "jobTemplate", "spec", "template", "spec", "restartPolicy"); r != "OnFailure" && r != "Never" {
				p.find(RuleDangling, o.at("spec", "jobTemplate"), "the pods of a job want restartPolicy OnFailure or Never")
			}
		}
		p.proveKept(o)
	}
}

// proveWords looks for values that a field does not have.
func (p *Proof) proveWords(o *object, key string, n *yaml.Node) {
	n = resolve(n)
	if n == nil || o.kind == "ConfigMap" || o.kind == "Secret" {
		return
	}
	for k, v := range pairs(n) {
		if want, ok := words[k.Value]; ok && v.Kind == yaml.ScalarNode && !slices.Contains(want, v.Value) && o.app != nil {
			p.find(RuleDangling, o.place(v), "%s is no value of %s", v.Value, k.Value)
		}
		p.proveWords(o, k.Value, v)
	}
	if n.Kind == yaml.SequenceNode {
		for _, c := range n.Content {
			if want := listWords[key]; want != nil && !slices.Contains(want, c.Value) {
				p.find(RuleDangling, o.place(c), "%s is no value of %s", c.Value, key)
			}
			p.proveWords(o, key, c)
		}
	}
}

var syncOption = regexp.MustCompile(`^(PruneLast|ServerSideApply|SkipDryRunOnMissingResource|RespectIgnoreDifferences|CreateNamespace|ApplyOutOfSyncOnly|Prune|Delete|Replace|Validate|FailOnSharedResource)=(true|false)$`)

// proveSync wants an Application to be applied without anybody's doing.
func (p *Proof) proveSync(o *object) {
	if at(o.node, "spec", "syncPolicy", "automated") == nil {
		p.find(RuleDangling, o.at("spec", "syncPolicy"), "nothing applies what the Application %s reads: syncPolicy.automated is missing", o.name)
	}
	for key, why := range map[string]string{"prune": "what goes from git stays in the cluster", "selfHeal": "what somebody changes in the cluster stays so"} {
		if text(o.node, "spec", "syncPolicy", "automated", key) != "true" && strings.HasPrefix(o.file, p.argoDir+"/") {
			p.find(RuleDangling, o.at("spec", "syncPolicy"), "%s of the Application %s: syncPolicy.automated.%s is not true", why, o.name, key)
		}
	}
	for _, n := range items(o.node, "spec", "syncPolicy", "syncOptions") {
		if !syncOption.MatchString(n.Value) {
			p.find(RuleDangling, o.place(n), "Argo CD knows no option %q", n.Value)
		}
	}
	for key, n := range pairs(o.node, "metadata", "annotations") {
		if strings.HasSuffix(key.Value, "sync-wave") {
			if _, err := strconv.Atoi(n.Value); err != nil {
				p.find(RuleDangling, o.place(n), "%q is no wave", n.Value)
			}
		}
	}
	for _, n := range items(o.node, "metadata", "finalizers") {
		if !strings.HasPrefix(n.Value, "resources-finalizer.argocd.argoproj.io") || !slices.Contains([]string{"", "/foreground", "/background"}, strings.TrimPrefix(n.Value, "resources-finalizer.argocd.argoproj.io")) {
			p.find(RuleDangling, o.place(n), "nobody knows the finalizer %q, so that the Application never goes", n.Value)
		}
	}
	if s := text(o.node, "spec", "destination", "server"); s != "https://kubernetes.default.svc" && s != "" {
		p.find(RuleDangling, o.at("spec", "destination", "server"), "the cluster of the tree is https://kubernetes.default.svc, and not %q", s)
	}
}

// proveKept wants volumes and namespaces of gen's folders kept when they go from git: Argo CD
// would delete the data.
func (p *Proof) proveKept(o *object) {
	if o.kind != "PersistentVolumeClaim" && o.kind != "Namespace" || o.app == nil || !strings.HasPrefix(o.file, p.argoDir+"/") {
		return
	}
	const key = "argocd.argoproj.io/sync-options"
	options := strings.Split(text(o.node, "metadata", "annotations", key), ",")
	if !slices.Contains(options, "Prune=false") || !slices.Contains(options, "Delete=false") {
		p.find(RuleDangling, o.at("metadata", "annotations"), "Argo CD deletes %s, with the data, when it goes from git: %s has no Delete=false,Prune=false", o.said(), key)
	}
}

// proveUnused finds what a Terraform root declares and nothing refers to.
func (p *Proof) proveUnused() {
	for _, r := range p.tf {
		for _, u := range r.Unused() {
			if strings.HasSuffix(u.Text, "local.tunnel_id") {
				continue // there for files of the user's
			}
			p.find(RuleOrphan, tfPlace(u.Pos), "%s", u.Text)
		}
	}
}
