package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sigs.k8s.io/yaml"
)

// member is one server of a cluster on loopback: etcd, and the API server beside it, which knows no other one. So has k3s them.
type member struct {
	name, dir          string
	client, peer, port string
	etcd, api          *exec.Cmd
}

type loopback struct {
	t       *testing.T
	dir     string
	bin     map[string]string
	token   string
	members []*member
	http    *http.Client
}

// programs are those that TestThreeServers runs: in a folder of their own, or on PATH.
func clusterPrograms(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range []string{"etcd", "kube-apiserver"} {
		path := filepath.Join(os.Getenv("SITEGEN_CLUSTER_BIN"), name)
		if os.Getenv("SITEGEN_CLUSTER_BIN") == "" {
			path, _ = exec.LookPath(name)
		}
		if _, err := os.Stat(path); err != nil {
			t.Skipf("SKIPPED: %s is neither on PATH nor in the folder that SITEGEN_CLUSTER_BIN names, and no cluster of three is run", name)
		}
		found[name] = path
	}
	return found
}

func newLoopback(t *testing.T, bin map[string]string) *loopback {
	t.Helper()
	l := &loopback{t: t, dir: t.TempDir(), bin: bin, token: "a-token-of-the-test",
		http: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}} // certificates that the API servers made for themselves
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	l.must(err)
	l.must(os.WriteFile(l.dir+"/sa.key", pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600))
	l.must(os.WriteFile(l.dir+"/tokens", []byte(l.token+",admin,admin,system:masters\n"), 0o600))
	var ports []string
	for range 9 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		l.must(err)
		defer listener.Close() // all at once, so that each is another one
		ports = append(ports, fmt.Sprint(listener.Addr().(*net.TCPAddr).Port))
	}
	for i := range 3 {
		name := fmt.Sprintf("n%d", i+1)
		l.members = append(l.members, &member{name: name, dir: filepath.Join(l.dir, name), client: ports[3*i], peer: ports[3*i+1], port: ports[3*i+2]})
		l.must(os.MkdirAll(filepath.Join(l.dir, name), 0o700))
	}
	t.Cleanup(func() {
		for _, m := range l.members {
			l.kill(m)
		}
		if t.Failed() {
			for _, m := range l.members {
				for _, name := range []string{"etcd", "api"} {
					text, _ := os.ReadFile(filepath.Join(m.dir, name+".log"))
					t.Logf("%s of %s:\n%s", name, m.name, text[max(0, len(text)-1500):])
				}
			}
		}
	})
	return l
}

func (l *loopback) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *loopback) run(m *member, log, program string, args ...string) *exec.Cmd {
	l.t.Helper()
	file, err := os.OpenFile(filepath.Join(m.dir, log+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	l.must(err)
	defer file.Close()
	cmd := exec.Command(l.bin[program], args...)
	cmd.Stdout, cmd.Stderr = file, file
	l.must(cmd.Start())
	return cmd
}

func (l *loopback) start(m *member) {
	l.t.Helper()
	var peers []string
	for _, x := range l.members {
		peers = append(peers, x.name+"=http://127.0.0.1:"+x.peer)
	}
	m.etcd = l.run(m, "etcd", "etcd", "--name", m.name, "--data-dir", m.dir+"/etcd", "--initial-cluster", strings.Join(peers, ","),
		"--listen-client-urls", "http://127.0.0.1:"+m.client, "--advertise-client-urls", "http://127.0.0.1:"+m.client,
		"--listen-peer-urls", "http://127.0.0.1:"+m.peer, "--initial-advertise-peer-urls", "http://127.0.0.1:"+m.peer)
	m.api = l.run(m, "api", "kube-apiserver", "--etcd-servers", "http://127.0.0.1:"+m.client, "--secure-port", m.port, "--bind-address", "127.0.0.1",
		"--advertise-address", "127.0.0.1", "--endpoint-reconciler-type", "none", "--cert-dir", m.dir+"/certs", "--token-auth-file", l.dir+"/tokens",
		"--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", l.dir+"/sa.key", "--service-account-signing-key-file", l.dir+"/sa.key",
		"--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.43.0.0/16", "--disable-admission-plugins", "ServiceAccount")
}

// kill ends a server as a power cut does.
func (l *loopback) kill(m *member) {
	for _, cmd := range []*exec.Cmd{m.api, m.etcd} {
		if cmd != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	m.api, m.etcd = nil, nil
}

// ask sends a request to the API server of a member.
func (l *loopback) ask(m *member, method, path string, body []byte) ([]byte, error) {
	q, err := http.NewRequestWithContext(context.Background(), method, "https://127.0.0.1:"+m.port+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Authorization", "Bearer "+l.token)
	q.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		q.Header.Set("Content-Type", "application/apply-patch+yaml")
	}
	r, err := l.http.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d %.300s", method, path, r.StatusCode, text)
	}
	return text, err
}

// wait asks what maintain-SITE.sh and verify-SITE.sh ask.
func (l *loopback) wait(m *member, path string) {
	l.t.Helper()
	var err error
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if _, err = l.ask(m, http.MethodGet, path, nil); err == nil {
			return
		}
	}
	l.t.Fatalf("%s of %s: %v", path, m.name, err)
}

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
	wrong []string
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
