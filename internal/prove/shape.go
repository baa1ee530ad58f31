package prove

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml/goyaml.v3"
)

// versions are the API versions of the kinds that are followed.
var versions = map[string]string{
	"Application": "argoproj.io/v1alpha1", "AppProject": "argoproj.io/v1alpha1", "CiliumNetworkPolicy": "cilium.io/v2", "ConfigMap": "v1", "CronJob": "batch/v1",
	"DaemonSet": "apps/v1", "Deployment": "apps/v1", "Job": "batch/v1", "Kustomization": "kustomize.config.k8s.io/v1beta1", "Namespace": "v1", "NetworkPolicy": "networking.k8s.io/v1",
	"PersistentVolumeClaim": "v1", "PodDisruptionBudget": "policy/v1", "Secret": "v1", "Service": "v1", "StatefulSet": "apps/v1", "ksops": "viaduct.ai/v1",
}

// words are the values that a field has, wherever it stands; "" is none.
var words = map[string][]string{
	"protocol":                           {"TCP", "UDP", "SCTP", "ANY"},
	"concurrencyPolicy":                  {"Allow", "Forbid", "Replace"},
	"whenUnsatisfiable":                  {"ScheduleAnyway", "DoNotSchedule"},
	"imagePullPolicy":                    {"Always", "IfNotPresent", "Never"},
	"fsGroupChangePolicy":                {"OnRootMismatch", "Always"},
	"clusterIP":                          {"None"},
	"pod-security.kubernetes.io/enforce": {"privileged", "baseline", "restricted"},
	"pod-security.kubernetes.io/warn":    {"privileged", "baseline", "restricted"},
}

// lists are the entries that a list has.
var listWords = map[string][]string{
	"policyTypes": {"Ingress", "Egress"},
	"accessModes": {"ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany"},
	"drop":        nil,
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
		if want, ok := versions[o.kind]; ok && (o.app != nil || p.byID[o.id()] == o || o.kind == "Kustomization" && p.beside(o.file)) && text(o.node, "apiVersion") != want {
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
		p.proveWords(o, "", o.node)
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

// provePeers wants what a policy names to be there.
func (p *Proof) provePeers(o *object) {
	for _, direction := range [][2]string{{"ingress", "from"}, {"egress", "to"}} {
		for _, rule := range items(o.node, "spec", direction[0]) {
			for _, peer := range items(rule, direction[1]) {
				p.provePeer(o, peer)
			}
			for _, port := range items(rule, "ports") {
				if number := text(port, "port"); direction[0] == "ingress" && number != "" && !p.anyPort(o, number) {
					p.find(RuleDangling, o.place(port), "no pod that %s selects has the port %s", o.said(), number)
				}
			}
		}
	}
}

func (p *Proof) provePeer(o *object, peer *yaml.Node) {
	namespace := o.namespace
	if s := at(peer, "namespaceSelector"); s != nil {
		if namespace = text(s, "matchLabels", "kubernetes.io/metadata.name"); namespace == "" {
			return
		}
	}
	if p.get("Namespace", "", namespace) == nil && !slices.Contains(builtIn, namespace) {
		p.find(RuleDangling, o.place(peer), "there is no namespace %q", namespace)
		return
	}
	if s := at(peer, "podSelector"); s != nil && len(p.workloads(namespace)) > 0 && !p.charted(namespace) {
		p.peerPods(o, s, namespace)
	}
	if namespace == "kube-system" && text(peer, "podSelector", "matchLabels", "k8s-app") != "kube-dns" {
		p.find(RuleDangling, o.place(peer), "no pods of kube-system are known but those of kube-dns")
	}
}

func (p *Proof) peerPods(o *object, selector *yaml.Node, namespace string) {
	for _, w := range p.some(namespace, labels(selector, "matchLabels")) {
		if matches(selector, w.labels) {
			return
		}
	}
	p.find(RuleDangling, o.place(selector), "no pod of the namespace %s has the labels", namespace)
}

func (p *Proof) anyPort(o *object, port string) bool {
	found := false
	for _, w := range p.workloads(o.namespace) {
		if matches(at(o.node, "spec", "podSelector"), w.labels) {
			if number, _ := w.port(port); number != 0 {
				return true
			}
			found = true
		}
	}
	return !found
}

// proveNames wants the pods of every namespace that is closed to find names: kube-dns.
func (p *Proof) proveNames() {
	for _, o := range p.objects {
		w := podsOf(o)
		if w == nil || p.byID[o.id()] != o {
			continue
		}
		for _, direction := range []string{"Ingress", "Egress"} {
			if strings.HasPrefix(o.file, p.argoDir+"/") && !p.closed(w, direction) {
				p.find(RuleUnguarded, o.at(), "no network policy selects the pods of %s for %s: all is let through", o.said(), direction)
			}
		}
		for _, protocol := range []string{"UDP", "TCP"} {
			f := flow{from: peer{namespace: w.namespace, labels: w.labels}, to: peer{namespace: "kube-system", labels: map[string]string{"k8s-app": "kube-dns"}}, port: 53, protocol: protocol}
			if ok, by := p.allows(f, "Egress"); !ok {
				p.find(RuleRefused, o.at(), "no network policy lets the pods of %s ask for names, by %s", o.said(), protocol).hint("%s", by)
			}
		}
	}
}

// closed tells whether some policy selects pods for a direction, so that only what is said gets through.
func (p *Proof) closed(w *pods, direction string) bool {
	return slices.ContainsFunc(p.policiesIn[w.namespace], func(o *object) bool {
		_, applies := p.policyRules(o, peer{namespace: w.namespace, labels: w.labels}, direction)
		return applies && o.kind == "NetworkPolicy" && len(labels(o.node, "spec", "podSelector", "matchLabels")) == 0
	})
}

var inCluster = regexp.MustCompile(`\b([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local\b`)

// proveMentions wants a Service that an environment names to be there.
func (p *Proof) proveMentions() {
	for _, o := range p.objects {
		w := podsOf(o)
		if w == nil || p.byID[o.id()] != o {
			continue
		}
		for _, c := range w.containers() {
			for _, e := range items(c, "env") {
				for _, m := range inCluster.FindAllStringSubmatch(text(e, "value"), -1) {
					if p.get("Service", m[2], m[1]) == nil && !p.charted(m[2]) && p.get("Namespace", "", m[2]) != nil {
						p.find(RuleDangling, w.place(e), "there is no Service %s in the namespace %s", m[1], m[2])
					}
				}
			}
		}
	}
}

// proveLists compares the lists of scripts with the tree.
func (p *Proof) proveLists() {
	for _, name := range p.within("scripts") {
		if path.Ext(name) != ".sh" {
			continue
		}
		lists := p.bashLists(name)
		first := func(key string) []string {
			var all []string
			for _, l := range lists[key] {
				word, _, _ := strings.Cut(l, " ")
				all = append(all, word)
			}
			return all
		}
		if routes, ok := lists["routes"]; ok {
			p.proveRoutes(name, routes)
		}
		if _, ok := lists["redirects"]; ok {
			var want []string
			for host := range p.turned {
				want = append(want, host)
			}
			p.same(name, "redirects", first("redirects"), want)
		}
		for _, key := range []string{"nodes", "hosts"} {
			if _, ok := lists[key]; ok {
				var want []string
				for _, h := range p.hosts {
					want = append(want, h.name)
				}
				p.same(name, key, first(key), want)
			}
		}
		for _, a := range lists["core_applications"] {
			if p.applications[a] == nil {
				p.find(RuleDangling, p.line(name, a), "there is no Application %q", a)
			}
		}
		if _, ok := lists["connectors"]; ok {
			var want []string
			for _, c := range p.configs {
				if c.pods != nil {
					want = append(want, c.pods.name)
				}
			}
			p.same(name, "connectors", lists["connectors"], want)
		}
		p.proveSecretLists(name, lists)
	}
}

func (p *Proof) proveSecretLists(name string, lists map[string][]string) {
	if listed, ok := lists["app_secrets"]; ok {
		var got, want []string
		for _, l := range listed {
			_, file, _ := strings.Cut(l, " ")
			got = append(got, file)
		}
		for _, e := range p.encrypted {
			if slices.ContainsFunc(e.readers, func(r reader) bool { return r.recipient == "argocd" }) && strings.HasPrefix(e.path, p.argoDir+"/") {
				want = append(want, e.path)
			}
		}
		p.same(name, "app_secrets", got, want)
	}
	said := map[string]string{}
	for _, m := range readonly.FindAllStringSubmatch(string(p.files[name]), -1) {
		said[m[1]] = strings.Trim(m[2], `'"`)
	}
	for file, key := range map[string]string{said["secrets_file"]: "secret_keys", said["k8s_secrets"]: "secret_keys", said["idp_secrets"]: "idp_keys"} {
		if e := p.encrypted[file]; e != nil && e.example != "" {
			var want []string
			for k := range e.keys {
				want = append(want, k)
			}
			p.same(name, key, lists[key], want)
		}
	}
}

// proveRoutes compares the hostnames that the verify script asks with the tunnel's, and
// whether a log-in is wanted.
func (p *Proof) proveRoutes(name string, routes []string) {
	listed, want := []string{}, []string{}
	for _, l := range routes {
		fields := strings.Fields(l)
		host, urlPath, _ := strings.Cut(fields[0], "/")
		if urlPath == "" {
			listed = append(listed, host)
		}
		g := p.guardOf(host, "/"+urlPath)
		if closed := g != nil && !g.open(); len(fields) > 2 && closed != (fields[2] != "-") {
			p.find(RuleUnguarded, p.line(name, "'"+l+"'"), "the script expects a log-in for %s, or none, and Access does the other", fields[0])
		} else if closed && len(g.policies) > 0 && !slices.ContainsFunc(g.policies, func(pol *policy) bool { return pol.name == fields[2] }) {
			p.find(RuleUnguarded, p.line(name, "'"+l+"'"), "the script says that %s is for %s, and Access lets in %s", fields[0], fields[2], g.policies[0].name)
		}
	}
	for _, c := range p.configs {
		for _, r := range c.rules {
			if r.Hostname != "" && !slices.Contains(want, r.Hostname) {
				want = append(want, r.Hostname)
			}
		}
	}
	p.same(name, "routes", listed, want)
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
