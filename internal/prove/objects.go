package prove

import (
	"bytes"
	"path"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// object is a Kubernetes object of the tree.
type object struct {
	file            string
	node            *yaml.Node
	group, kind     string
	namespace, name string
	app             *application // that brings it into the cluster; nil: none
	listed          Place        // in a kustomization
	keys            []string     // of a ConfigMap or a Secret
	made            bool         // by a generator, or by Terraform
}

func (o *object) at(keys ...string) Place {
	if o.node == nil {
		return Place{File: o.file}
	}
	return o.place(at(o.node, keys...))
}

// place is where a part of the object stands.
func (o *object) place(n *yaml.Node) Place {
	if n == nil {
		n = o.node
	}
	if n == nil {
		return Place{File: o.file}
	}
	return Place{o.file, n.Line}
}

func (o *object) id() string {
	return strings.Join([]string{o.group, o.kind, o.namespace, o.name}, "/")
}
func (o *object) said() string { return o.kind + " " + strings.TrimPrefix(o.namespace+"/"+o.name, "/") }

// cluster is what Argo CD and Terraform bring into the cluster.
type cluster struct {
	objects      []*object
	in           map[string][]*object // by file
	broken       map[string]error     // files that are no YAML
	nameless     map[string][]int     // lines of documents that are no objects
	byID         map[string]*object   // of those that come into the cluster
	inNamespace  map[string][]*object
	policiesIn   map[string][]*object // those of the network
	patches      map[string]bool      // files that kustomizations patch with
	known        []string             // namespaces whose pods are all in the tree
	podsIn       map[string][]*pods
	podsWith     map[string][]*pods // by namespace and a label
	applications map[string]*application
	projects     map[string]*object
	roots        []*application // that Terraform applies
	prefix       string         // before a path of the tree, from the top of the repository
	argoDir      string         // the folder of the Applications' folders
}

var kustomizations = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

func isExample(name string) bool { return strings.HasSuffix(name, ".example.yaml") }
func isEncrypted(name string) bool {
	return strings.HasSuffix(name, ".enc.yaml") || strings.HasSuffix(name, ".enc.yml")
}

// readObjects reads the Kubernetes objects of all files.
func (p *Proof) readObjects() {
	p.in, p.broken, p.nameless = map[string][]*object{}, map[string]error{}, map[string][]int{}
	p.byID, p.inNamespace, p.policiesIn = map[string]*object{}, map[string][]*object{}, map[string][]*object{}
	p.podsIn, p.podsWith = map[string][]*pods{}, map[string][]*pods{}
	for _, name := range p.names {
		data := p.files[name]
		if !isYAML(name) && path.Base(name) != "Kustomization" || isExample(name) || isEncrypted(name) || !bytes.Contains(data, []byte("kind:")) {
			continue
		}
		docs, err := documents(data)
		if err != nil {
			p.broken[name] = err
		}
		for _, doc := range docs {
			p.addObject(name, doc)
		}
	}
}

func (p *Proof) addObject(file string, doc *yaml.Node) {
	o := &object{file: file, node: doc, kind: text(doc, "kind"), namespace: text(doc, "metadata", "namespace"), name: text(doc, "metadata", "name")}
	if group, _, ok := strings.Cut(text(doc, "apiVersion"), "/"); ok {
		o.group = group
	}
	if o.kind == "" || at(doc, "apiVersion") == nil {
		p.nameless[file] = append(p.nameless[file], doc.Line)
		return
	}
	if strings.HasSuffix(o.kind, "List") && at(doc, "items") != nil {
		for _, i := range items(doc, "items") {
			p.addObject(file, i)
		}
		return
	}
	for _, part := range []string{"data", "binaryData", "stringData"} {
		for k := range pairs(doc, part) {
			o.keys = append(o.keys, k.Value)
		}
	}
	p.objects = append(p.objects, o)
	p.in[file] = append(p.in[file], o)
}

// arrive has an object come into the cluster.
func (p *Proof) arrive(o *object, app *application, listed Place) {
	if o.app != nil && app != nil && o.app != app {
		p.find(RuleOwners, o.at(), "%s is of the Application %s, and of %s too", o.said(), o.app.name, app.name)
		return
	}
	if o.app = app; o.listed.File == "" {
		o.listed = listed
	}
	if o.namespace == "" && app != nil && !clusterWide(o) {
		o.namespace = app.namespace
	}
	if before := p.byID[o.id()]; before != nil && before != o {
		if before.made && o.made {
			return
		}
		p.find(RuleOwners, o.at(), "%s is there twice, first at %s", o.said(), before.at())
		return
	}
	if p.byID[o.id()] == nil {
		p.byID[o.id()] = o
		p.inNamespace[o.namespace] = append(p.inNamespace[o.namespace], o)
		if o.kind == "NetworkPolicy" || o.kind == "CiliumNetworkPolicy" {
			p.policiesIn[o.namespace] = append(p.policiesIn[o.namespace], o)
		}
		if w := podsOf(o); w != nil {
			p.podsIn[o.namespace] = append(p.podsIn[o.namespace], w)
			for k, v := range w.labels {
				p.podsWith[o.namespace+" "+k+"="+v] = append(p.podsWith[o.namespace+" "+k+"="+v], w)
			}
		}
	}
}

// get finds what comes into the cluster.
func (p *Proof) get(kind, namespace, name string) *object {
	for _, group := range []string{"", "apps", "batch", "networking.k8s.io", "policy", "cilium.io", "argoproj.io", "storage.k8s.io"} {
		if o := p.byID[strings.Join([]string{group, kind, namespace, name}, "/")]; o != nil {
			return o
		}
	}
	return nil
}

// pods is a workload, as far as it says what its pods are.
type pods struct {
	*object
	template *yaml.Node
	labels   map[string]string
}

var podPaths = map[string][]string{
	"Deployment": {"spec", "template"}, "StatefulSet": {"spec", "template"}, "DaemonSet": {"spec", "template"}, "ReplicaSet": {"spec", "template"},
	"Job": {"spec", "template"}, "CronJob": {"spec", "jobTemplate", "spec", "template"}, "Pod": {},
}

// podsOf is what an object says of pods; nil where it makes none.
func podsOf(o *object) *pods {
	where, ok := podPaths[o.kind]
	if !ok || o.node == nil {
		return nil
	}
	template := at(o.node, where...)
	if template == nil {
		return nil
	}
	return &pods{o, template, labels(template, "metadata", "labels")}
}

// workloads are those of a namespace.
func (p *Proof) workloads(namespace string) []*pods { return p.podsIn[namespace] }

// some are workloads of a namespace among which are all that have some labels.
func (p *Proof) some(namespace string, want map[string]string) []*pods {
	for k, v := range want {
		return p.podsWith[namespace+" "+k+"="+v]
	}
	return p.podsIn[namespace]
}

func (w *pods) containers() []*yaml.Node { return items(w.template, "spec", "containers") }

// port finds a port of the containers, by its name or its number.
func (w *pods) port(target string) (number int, found *yaml.Node) {
	for _, c := range slices.Concat(w.containers(), items(w.template, "spec", "initContainers")) {
		for _, port := range items(c, "ports") {
			if text(port, "name") == target || text(port, "containerPort") == target {
				return number2(port), port
			}
		}
	}
	return 0, nil
}

func number2(port *yaml.Node) int { return number(port, "containerPort") }

// selects compares a mapping of labels with those of a pod; one that says nothing selects all.
func selects(want, have map[string]string) bool {
	for k, v := range want {
		if have[k] != v {
			return false
		}
	}
	return true
}

// matches compares a label selector with labels.
func matches(selector *yaml.Node, have map[string]string) bool {
	if !selects(labels(selector, "matchLabels"), have) {
		return false
	}
	for _, e := range items(selector, "matchExpressions") {
		value, ok := have[text(e, "key")]
		listed := slices.Contains(texts(e, "values"), value)
		switch text(e, "operator") {
		case "In":
			ok = ok && listed
		case "NotIn":
			ok = !ok || !listed
		case "DoesNotExist":
			ok = !ok
		}
		if !ok {
			return false
		}
	}
	return true
}
