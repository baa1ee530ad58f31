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
				switch {
				case name == "a cloudflared with gen's selector":
					s.commands = strings.Replace(s.commands, "kubectl -n cloudflared delete replicasets,pods -l app=cloudflared", "", 1)
				case name == anotherTunnel:
					s.commands = strings.Replace(s.commands, "plan -out", "plan -target=kubectl_manifest.app_of_apps -out", 1)
				}
				if name == anotherTunnel && strings.HasPrefix(s.name, "6.") { // the records come before it
					w.run("before 6.", "terraform apply")
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
	anotherTunnel: func(before map[string][]byte) {
		replace(before, "terraform-atlas/cloudflare.tf", `"atlas-prod"`, `"atlas-of-the-dashboard"`)
	},
	"a cloudflared with gen's selector": func(before map[string][]byte) {
		replace(before, "argocd-atlas/cloudflared/deployment", "app: cloudflared\n", "app.kubernetes.io/name: cloudflared\n")
	},
}

// anotherTunnel is a site whose tunnel gen cannot take over.
const anotherTunnel = "a tunnel that gen does not take over"

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
