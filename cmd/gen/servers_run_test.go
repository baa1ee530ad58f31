package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sigs.k8s.io/yaml"
)

// plurals are the kinds of the site's own objects that an API server knows by itself.
var plurals = map[string]string{
	"Namespace": "namespaces", "Service": "services", "PersistentVolumeClaim": "persistentvolumeclaims", "Deployment": "deployments",
	"StatefulSet": "statefulsets", "CronJob": "cronjobs", "NetworkPolicy": "networkpolicies", "PodDisruptionBudget": "poddisruptionbudgets",
}

type siteObject struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct{ Name, Namespace string }
	text       []byte
}

func (o siteObject) path() string {
	base := "/api/" + o.APIVersion
	if strings.Contains(o.APIVersion, "/") {
		base = "/apis/" + o.APIVersion
	}
	if o.Metadata.Namespace != "" {
		base += "/namespaces/" + o.Metadata.Namespace
	}
	return base + "/" + plurals[o.Kind] + "/" + o.Metadata.Name
}

// siteObjects are the manifests of a tree that an API server takes without a CRD, namespaces first.
func siteObjects(t *testing.T, dir string) []siteObject {
	t.Helper()
	var all []siteObject
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" || strings.HasSuffix(path, ".example.yaml") {
			return err
		}
		data, err := os.ReadFile(path)
		for doc := range strings.SplitSeq(string(data), "\n---\n") {
			o := siteObject{text: []byte(doc)}
			if yaml.Unmarshal([]byte(doc), &o) == nil && plurals[o.Kind] != "" {
				all = append(all, o)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Terraform makes this one.
	all = append(all, siteObject{APIVersion: "v1", Kind: "Namespace", Metadata: struct{ Name, Namespace string }{Name: "cloudflared"},
		text: []byte("{apiVersion: v1, kind: Namespace, metadata: {name: cloudflared}}")})
	slices.SortStableFunc(all, func(a, b siteObject) int {
		return strings.Compare(fmt.Sprint(a.Kind != "Namespace"), fmt.Sprint(b.Kind != "Namespace"))
	})
	return all
}

// load writes one object after the other, each to the first server that takes it, as scripts and agents go to one that
// answers, and reads it back from any of them. What was acknowledged is in kept.
type load struct {
	l     *loopback
	round int
	mu    sync.Mutex
	kept  []string
	stop  chan struct{}
	done  sync.WaitGroup
}

func (l *loopback) load(round int) *load {
	w := &load{l: l, round: round, stop: make(chan struct{})}
	w.done.Add(1)
	go func() {
		defer w.done.Done()
		for n := 0; ; n++ {
			select {
			case <-w.stop:
				return
			default:
				w.write(fmt.Sprintf("round-%d-%d", round, n))
			}
		}
	}()
	return w
}

const notes = "/api/v1/namespaces/default/configmaps"

func (w *load) write(name string) {
	body := fmt.Sprintf(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":%q},"data":{"n":%q}}`, name, name)
	for _, m := range w.l.members {
		if _, err := w.l.ask(m, http.MethodPost, notes, []byte(body)); err != nil && !strings.Contains(err.Error(), " 409 ") {
			continue // an answer that was lost on the way is a 409 of the next one
		}
		w.mu.Lock()
		w.kept = append(w.kept, name)
		w.mu.Unlock()
		return
	}
}

func (w *load) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.kept)
}

// until waits for so many more objects.
func (w *load) until(more int) {
	w.l.t.Helper()
	want := w.count() + more
	for end := time.Now().Add(2 * time.Minute); w.count() < want; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.l.t.Fatalf("round %d: nothing is written any more: %d of %d", w.round, w.count(), want)
		}
	}
}

// has looks for objects on a member.
func (l *loopback) has(m *member, objects []siteObject, kept []string) {
	l.t.Helper()
	for _, o := range objects {
		if _, err := l.ask(m, http.MethodGet, o.path(), nil); err != nil {
			l.t.Errorf("%s lost %s %s: %v", m.name, o.Kind, o.Metadata.Name, err)
		}
	}
	text, err := l.ask(m, http.MethodGet, notes, nil)
	l.must(err)
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Data     map[string]string
		}
	}
	l.must(json.Unmarshal(text, &list))
	there := map[string]bool{}
	for _, x := range list.Items {
		there[x.Metadata.Name] = x.Data["n"] == x.Metadata.Name
	}
	lost := 0
	for _, name := range kept {
		if !there[name] {
			lost++
		}
	}
	if lost > 0 {
		l.t.Errorf("%s lost %d of %d objects that were acknowledged", m.name, lost, len(kept))
	}
}

// TestThreeServers runs three members of etcd and three API servers with the manifests of golden/three, and kills each of the
// servers in turn while objects are written and read: nothing that was acknowledged is lost. Without most of them nothing is
// written, which is what verify-SITE.sh and maintain-SITE.sh ask for.
func TestThreeServers(t *testing.T) {
	l := newLoopback(t, clusterPrograms(t))
	for _, m := range l.members {
		l.start(m)
	}
	for _, m := range l.members {
		l.wait(m, "/readyz")
	}
	objects := siteObjects(t, "../../golden/three/want/k8s/argocd-trio")
	if len(objects) < 10 {
		t.Fatalf("there are %d manifests to apply", len(objects))
	}
	for i, o := range objects {
		_, err := l.ask(l.members[i%3], http.MethodPatch, o.path()+"?fieldManager=argocd&fieldValidation=Strict", o.text)
		l.must(err)
	}

	var kept []string
	for round, dead := range l.members {
		w := l.load(round)
		w.until(20)
		l.kill(dead)
		w.until(60)
		for _, m := range l.members {
			if m != dead {
				l.wait(m, "/readyz/etcd")
				l.has(m, objects, nil)
			}
		}
		l.start(dead)
		w.until(20)
		l.wait(dead, "/readyz")
		close(w.stop)
		w.done.Wait()
		kept = append(kept, w.kept...)
		for _, m := range l.members {
			l.has(m, objects, kept)
		}
	}

	l.kill(l.members[0])
	l.kill(l.members[1])
	alone := l.members[2]
	body := []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"alone"}}`)
	if _, err := l.ask(alone, http.MethodPost, notes, body); err == nil {
		t.Error("one of three servers takes an object by itself")
	}
	if _, err := l.ask(alone, http.MethodGet, "/readyz/etcd", nil); err == nil {
		t.Error("etcd without a majority is taken for well")
	}
	l.start(l.members[0])
	l.wait(alone, "/readyz/etcd")
	l.has(alone, objects, kept)
	t.Logf("%d manifests, %d objects written over three deaths", len(objects), len(kept))
}
