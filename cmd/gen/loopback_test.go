package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
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

// clusterPrograms are those that a test runs: in a folder of their own, or on PATH.
func clusterPrograms(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range []string{"etcd", "kube-apiserver"} {
		path := filepath.Join(os.Getenv("SITEGEN_CLUSTER_BIN"), name)
		if os.Getenv("SITEGEN_CLUSTER_BIN") == "" {
			path, _ = exec.LookPath(name)
		}
		if _, err := os.Stat(path); err != nil {
			t.Skipf("SKIPPED: %s is neither on PATH nor in the folder that SITEGEN_CLUSTER_BIN names, and no API server is run", name)
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
