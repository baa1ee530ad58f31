package prove

import (
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

const adoptPage, adoptExample = "../../docs/ADOPTING.md", "../../examples/adopt"

// readTree reads the files of a folder.
func readTree(t *testing.T, root fs.FS) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(root, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// newWorld has the repository of examples/adopt/before run, as Terraform and Argo CD bring it about.
func newWorld(t *testing.T, change func(before map[string][]byte)) *world {
	t.Helper()
	w := &world{t: t, step: "before", before: readTree(t, os.DirFS(adoptExample+"/before")), after: readTree(t, os.DirFS(adoptExample)),
		objects: map[string]*live{}, releases: map[string][]string{}, records: map[string]*dnsRecord{}, tunnels: map[string]*cloudTunnel{},
		guards: map[string][]string{}, state: map[string]string{}, tags: map[string]map[string][]byte{}}
	maps.DeleteFunc(w.after, func(name string, _ []byte) bool { return strings.HasPrefix(name, "before/") })
	if change != nil {
		change(w.before)
	}
	w.zones = zonesOf(rootOf(w.after))
	w.git, w.work = w.before, maps.Clone(w.before)
	w.terraform()
	w.argocd()
	w.work = maps.Clone(w.after)

	names := map[string]bool{}
	for _, r := range w.records {
		if r.tunnel != "" {
			names[strings.Replace(r.name, "*", "no-such-name", 1)] = true
		}
	}
	for _, p := range w.pods {
		if p.table != nil {
			for _, r := range p.table.Rules {
				names[r.Hostname] = r.Hostname != ""
			}
		}
	}
	expected := map[string]answer{}
	for name, ok := range names {
		if ok {
			expected[name] = w.answer(name)
		}
	}
	w.expected = expected
	for id, o := range w.objects {
		if o.kind == "PersistentVolumeClaim" || o.kind == release {
			w.data = append(w.data, id)
		}
	}
	slices.Sort(w.data)
	return w
}

func pageSteps(t *testing.T) []adoptStep {
	t.Helper()
	steps, err := adoptSteps(adoptPage)
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) < 6 {
		t.Fatalf("%s has %d steps", adoptPage, len(steps))
	}
	return steps
}

// TestAdoptBefore wants the model to see the site as it runs: else it misses nothing that goes.
func TestAdoptBefore(t *testing.T) {
	w := newWorld(t, nil)
	answered, guarded := 0, 0
	for host, a := range w.expected {
		if a.what != "" {
			answered++
		} else if !strings.Contains(a.why, "localhost") { // of its pod
			t.Errorf("%s: %s", host, a.why)
		}
		if a.who != "" {
			guarded++
		}
	}
	if answered < 7 || guarded < 4 || len(w.data) < 2 {
		t.Errorf("%d hostnames are answered, %d guarded, and there is %d data", answered, guarded, len(w.data))
	}
}

// TestAdoptSteps does what docs/ADOPTING.md says: after each single change every hostname is answered
// by what answered before, guarded as before, and nothing that holds data is gone.
func TestAdoptSteps(t *testing.T) {
	for name, change := range sites {
		for _, slow := range []bool{false, true} {
			w := newWorld(t, change)
			w.slow = slow
			for _, s := range pageSteps(t) {
				if name == "a cloudflared with gen's selector" {
					s.commands = strings.Replace(s.commands, "kubectl -n cloudflared delete replicasets,pods -l app=cloudflared", "", 1)
				}
				w.run(s.name, s.commands)
			}
			w.want(t, name)
			wanted := w.arrived(t, name, w.after)
			for id, o := range w.objects {
				held := says(o, "Prune=false") && labels(o.node, "metadata", "annotations")["argocd.argoproj.io/sync-options"] == ""
				if !slices.Contains(w.data, id) && (held || o.tracked != "" && !wanted[id]) {
					t.Errorf("%s: %s is left over, or held", name, o.said())
				}
			}
		}
	}
}

// arrived wants all of a tree's Applications to run, and every pod to be made again where it goes; it
// returns what they bring.
func (w *world) arrived(t *testing.T, name string, tree map[string][]byte) (wanted map[string]bool) {
	t.Helper()
	wanted = map[string]bool{}
	for file, data := range tree {
		if !strings.Contains(file, "/apps/") || !isYAML(file) {
			continue
		}
		for _, o := range objectsIn(file, data) {
			wanted[o.id()] = true
			if l := w.objects[o.id()]; l == nil || !same(l.node, o.node) {
				t.Errorf("%s: %s is not as %s has it", name, o.said(), file)
				continue
			}
			targets, err := w.render(newApplication(o))
			if err != nil {
				t.Error(err)
			}
			for _, target := range targets {
				wanted[target.id()] = true
				if l := w.objects[target.id()]; l == nil || !same(l.node, target.node) || !w.running(l) {
					t.Errorf("%s: %s does not run as %s has it", name, target.said(), target.file)
				}
			}
		}
	}
	for _, p := range w.pods {
		if w.objects[p.owner] == nil {
			t.Errorf("%s: the pod %v has no owner", name, p.labels)
		}
	}
	if lost := w.lost(); len(lost) > 0 {
		t.Errorf("%s: pods run that are not made again: %v", name, lost)
	}
	return wanted
}

// sites are the example, and what others have in their repositories.
var sites = map[string]func(before map[string][]byte){
	"as it is": nil,
	"Applications that prune": func(before map[string][]byte) {
		replace(before, "argocd-atlas/app", "    automated:\n", "    automated:\n      prune: true\n")
	},
	"Applications that take along what they brought": func(before map[string][]byte) {
		replace(before, "argocd-atlas/app", "  namespace: argocd\n", "  namespace: argocd\n  finalizers: [resources-finalizer.argocd.argoproj.io]\n")
	},
	"an Application that gen calls otherwise": func(before map[string][]byte) {
		replace(before, "argocd-atlas/apps/billing", "  name: billing\n  namespace: argocd\n", "  name: finance\n  namespace: argocd\n  finalizers: [resources-finalizer.argocd.argoproj.io]\n")
	},
	"a cloudflared with gen's selector": func(before map[string][]byte) {
		replace(before, "argocd-atlas/cloudflared/deployment", "app: cloudflared\n", "app.kubernetes.io/name: cloudflared\n")
	},
}

// replace changes the files of a tree whose path has some words.
func replace(files map[string][]byte, where, text, with string) {
	for name, data := range files {
		if strings.Contains(name, where) {
			files[name] = []byte(strings.ReplaceAll(string(data), text, with))
		}
	}
}

func (w *world) want(t *testing.T, name string) {
	t.Helper()
	for _, f := range slices.Concat(w.faults, w.misses) {
		t.Errorf("%s: %s", name, f)
	}
	if len(w.faults) > 0 {
		t.Log(strings.Join(w.notes, "\n"))
	}
}

// TestAdoptBack goes some steps, and the way back from there.
func TestAdoptBack(t *testing.T) {
	steps := pageSteps(t)
	for far := range steps[:len(steps)-1] { // the last has none
		w := newWorld(t, nil)
		for _, s := range steps[:far+1] {
			w.run(s.name, s.commands)
		}
		for i := far; i >= 0; i-- {
			w.run("back from "+steps[i].name, steps[i].back)
		}
		w.want(t, steps[far].name)
		w.arrived(t, "back from "+steps[far].name, w.before)
	}
}

// TestAdoptOrder changes one thing of the order at a time: each is there for a reason.
func TestAdoptOrder(t *testing.T) {
	const policies = `for ns in cloudflared websites; do kubectl -n "$ns" delete networkpolicy before-gen; done` + "\n"
	hold := instead{"Hold", "argocd.argoproj.io/sync-options=Prune=false,Delete=false", "nothing=said"}
	for why, c := range map[string]struct {
		site   string
		slow   bool
		change []instead
		swap   [2]string
		want   string
	}{
		"gen's Application prunes what the old one of its name brought": {site: "as it is", change: []instead{hold},
			want: "bakery.example is not answered: cloudflared map[app:cloudflared]: there is no Service websites/bakery-nginx"},
		"an old Application that prunes sees gen's tree before it is gen's": {site: "Applications that prune", slow: true, change: []instead{hold},
			want: "PersistentVolumeClaim/default/billing-data is deleted"},
		"an Application of another name goes, and takes all along": {site: "an Application that gen calls otherwise", slow: true,
			change: []instead{hold, {"Hold", "argocd.argoproj.io/sync-options=Prune=false\n", "nothing=said\n"}},
			want:   "PersistentVolumeClaim/default/billing-data is deleted"},
		"websites' policies do not know the old cloudflared": {site: "as it is", change: []instead{{"Hold", "in cloudflared websites; do\n  kubectl -n \"$ns\" apply", "in cloudflared; do\n  kubectl -n \"$ns\" apply"}, {"old workloads", policies, ""}},
			want: "bakery.example is not answered: cloudflared map[app:cloudflared]: a network policy (Ingress) stops it"},
		"the tunnel's policies shut off the old cloudflared before there is another": {site: "as it is", change: []instead{{"Hold", "in cloudflared websites; do\n  kubectl -n \"$ns\" apply", "in websites; do\n  kubectl -n \"$ns\" apply"}, {"old workloads", policies, ""}},
			want: "5. The tunnel: bakery.example is not answered: cloudflared map[app:cloudflared]: it is cut off"},
		"Terraform without the import blocks": {site: "as it is", change: []instead{{"Terraform", "gen adopt -out . --state ~/before.tfstate\n", ""}},
			want: "Terraform destroys record bakery.example CNAME tunnel"},
		"the tunnel together with the workloads": {site: "a cloudflared with gen's selector", change: []instead{{"Copies", "k8s/argocd-atlas/cloudflared ", ""}},
			want: "4. The workloads: bakery.example is not answered: cloudflared map[app.kubernetes.io/name:cloudflared]: there is no Service websites-baseline/bakery"},
		"the old connectors deleted with their Deployment": {site: "as it is", change: []instead{{"tunnel", " --cascade=orphan", ""}, {"old connectors", "kubectl -n cloudflared delete replicasets,pods -l app=cloudflared", ""}},
			want: "5. The tunnel: bakery.example is not answered: no cloudflared is connected"},
		"the old workloads before the old connectors": {site: "as it is", swap: [2]string{"old connectors", "old workloads"},
			want: "bakery.example is not answered: cloudflared map[app:cloudflared]: there is no Service websites/bakery-nginx"},
		"policies in force before the old connectors are gone": {site: "as it is", change: []instead{{"old workloads", policies, ""}, {"old connectors", "kubectl -n cloudflared", policies + "kubectl -n cloudflared"}},
			want: "6. The old connectors: bakery.example is not answered: cloudflared map[app:cloudflared]: it is cut off"},
	} {
		t.Run(why, func(t *testing.T) {
			steps := pageSteps(t)
			for _, i := range c.change {
				i.in(t, steps)
			}
			if c.swap[0] != "" {
				a, b := step(t, steps, c.swap[0]), step(t, steps, c.swap[1])
				*a, *b = *b, *a
			}
			w := newWorld(t, sites[c.site])
			w.slow = c.slow
			for _, s := range steps {
				w.run(s.name, s.commands)
			}
			if !slices.ContainsFunc(w.faults, func(f string) bool { return strings.Contains(f, c.want) }) {
				t.Errorf("the model does not see it:\n%s", strings.Join(w.faults, "\n"))
			}
		})
	}
}

// instead is another command in a step.
type instead struct{ step, text, with string }

func (i instead) in(t *testing.T, steps []adoptStep) {
	t.Helper()
	s := step(t, steps, i.step)
	if !strings.Contains(s.commands, i.text) {
		t.Fatalf("%s has no %q", s.name, i.text)
	}
	s.commands = strings.ReplaceAll(s.commands, i.text, i.with)
}

func step(t *testing.T, steps []adoptStep, name string) *adoptStep {
	t.Helper()
	for i := range steps {
		if strings.Contains(steps[i].name, name) {
			return &steps[i]
		}
	}
	t.Fatalf("%s has no step %q", adoptPage, name)
	return nil
}
