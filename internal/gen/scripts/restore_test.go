package scripts

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/gentest"
)

const snapshotPath = "/var/lib/rancher/k3s/server/db/snapshots/etcd-snapshot-web2-1"

// restoreRules answer where web3 is lost, and web2 gets the snapshot.
func restoreRules() []rule {
	return []rule{
		{Prog: "ssh-keygen", Match: `^-F`},
		down(at3),
		{Prog: "ssh", Match: `ls -lt`, Out: "etcd-snapshot-web2-1\n"},
		{Prog: "ssh", Match: ` true$`},
		{Prog: "ssh", Match: `test -s`},
		{Prog: "ssh", Match: ` test -e /var/lib/rancher/k3s/server/db/etcd/member/wal`},
		{Prog: "ssh", Match: at1 + `.*readyz/etcd`, Times: 1, Exit: 1},
		{Prog: "ssh", Match: at2 + `.*readyz/etcd`, Times: 1, Exit: 1},
		{Prog: "ssh", Match: `readyz`, Out: "ok"},
		{Prog: "ssh", Match: `systemctl stop k3s`},
		{Prog: "ssh", Match: `restore-snapshot`},
		{Prog: "ssh", Match: `delete node`},
		{Prog: "ssh", Match: `mv .*systemctl start`},
	}
}

// steps are what was done to the servers.
func (r result) steps() string {
	var done []string
	for _, c := range r.calls {
		line := c.line()
		_, alias, _ := strings.Cut(line, "HostKeyAlias=")
		host, _, _ := strings.Cut(alias, " ")
		for what, found := range map[string]bool{
			"stop " + host: strings.HasSuffix(line, "systemctl stop k3s"), "restore " + host: strings.Contains(line, "restore-snapshot"),
			"join " + host: strings.Contains(line, "mv /var/lib"),
		} {
			if found {
				done = append(done, what)
			}
		}
		if _, name, found := strings.Cut(line, "delete node "); found {
			done = append(done, "delete "+strings.Fields(name)[0])
		}
	}
	return strings.Join(done, "; ")
}

func TestRestoreEtcd(t *testing.T) {
	t.Parallel()
	r := newRun(t, serversSite(t))
	x := r.script("restore-hetzner-etcd.sh", restoreRules(), "yes\nhetzner\n", "web2", snapshotPath).
		want(0, "web3 is not reached: Connection timed out", "lost: web3", "the cluster has the state of "+snapshotPath, "A server is dead, for web3", "next: scripts/verify-hetzner.sh")
	if got := x.steps(); got != "stop web1; stop web2; restore web2; delete web3; join web1" {
		t.Errorf("done is %s", got)
	}
	// One that was installed anew meanwhile has another password.
	anew := rule{Prog: "ssh", Match: at1 + ` test -e /var/lib/rancher/k3s/server/db/etcd/member/wal`, Exit: 1}
	x = r.script("restore-hetzner-etcd.sh", with(anew, restoreRules()), "yes\nhetzner\n", "web2", snapshotPath).want(0, "has the state of")
	if got := x.steps(); got != "stop web1; stop web2; restore web2; delete web3; delete web1; join web1" {
		t.Errorf("done is %s", got)
	}
	r.script("restore-hetzner-etcd.sh", restoreRules(), "").want(0, "etcd-snapshot-web2-1", "== web1").never("stop")
	r.script("restore-hetzner-etcd.sh", nil, "", "--help").want(0, "Usage:")
	r.script("restore-hetzner-etcd.sh", nil, "", "web2").want(2, "Usage:")
}

func TestRestoreEtcdStops(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules    []rule
		stdin    string
		server   string
		snapshot string
		wait     string
		want     string
		steps    string
	}{
		"a majority":    {rules: []rule{{Prog: "ssh", Match: `readyz/etcd`, Out: "ok"}}, want: "etcd has a majority: web1 answers"},
		"not confirmed": {stdin: "yes\nyes\n", want: "not confirmed; nothing was changed"},
		"they are on":   {stdin: "no\nhetzner\n", want: "begin their rescue system, and wipe their disks"},
		"a lost server": {server: "web3", want: "web3 is not among the servers that are reached: web1 web2"},
		"no snapshot":   {rules: []rule{{Prog: "ssh", Match: `test -s`, Exit: 1}}, want: "web2 has no " + snapshotPath},
		"no bucket":     {snapshot: "etcd-snapshot-web2-1", want: "is no path, and there is no bucket"},
		"a bad name":    {snapshot: "/a; reboot", want: "is no name of a snapshot"},
		"nobody":        {rules: []rule{down(at1), down(at2)}, want: "no server is reached"},
		"k3s stays":     {rules: []rule{{Prog: "ssh", Match: at2 + ` systemctl stop`, Exit: 1}}, want: "k3s on web2 does not stop", steps: "stop web1; stop web2"},
		"no start":      {rules: []rule{{Prog: "ssh", Match: at2 + `.*readyz$`, Exit: 1}}, wait: "0", want: "the others were left as they were", steps: "stop web1; stop web2; restore web2"},
		"one joins not": {rules: []rule{{Prog: "ssh", Match: at1 + `.*readyz/etcd`, Exit: 1}}, wait: "0", want: "web1 has not joined; web2 goes on without it", steps: "stop web1; stop web2; restore web2; delete web3; join web1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRun(t, serversSite(t))
			r.wait = c.wait
			x := r.script("restore-hetzner-etcd.sh", append(c.rules, restoreRules()...), or(c.stdin, "yes\nhetzner\n"), or(c.server, "web2"), or(c.snapshot, snapshotPath)).want(1, c.want, "next: ")
			if got := x.steps(); got != c.steps {
				t.Errorf("done is %q, want %q\n%s", got, c.steps, x.output)
			}
		})
	}
}

// TestRestoreEtcdLists: what is in the bucket is asked for as S3 takes it, and the key is on no command line.
func TestRestoreEtcdLists(t *testing.T) {
	t.Parallel()
	const answer = `<?xml version="1.0"?><ListBucketResult><Name>site-backup</Name><Prefix>hetzner/etcd-snapshots/</Prefix>
<Contents><Key>hetzner/etcd-snapshots/etcd-snapshot-web2-1.zip</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>1</Size></Contents>
<Contents><Key>hetzner/etcd-snapshots/.metadata/etcd-snapshot-web2-1.zip</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>
<Contents><Key>hetzner/etcd-snapshots/etcd-snapshot-web1-2.zip</Key><LastModified>2026-01-02T00:00:00.000Z</LastModified><Size>1</Size></Contents></ListBucketResult>`
	var asked *http.Request
	s3 := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r
		_, _ = io.WriteString(w, answer)
	}))
	defer s3.Close()
	s := routed(gentest.Base(t, gentest.Servers()+`
sops: argocd: "`+argoKey+`"
backup: s3: {endpoint: "https://s3.example.com", bucket: "site-backup", region: "eu-1"}
alerts: {email: "ops@example.com", smtp: {host: "smtp.example.net", user: "web1@example.com"}}
`))
	s.Backup.S3.Endpoint = s3.URL // which a spec has with https alone
	r := newRun(t, s)
	rules := with(rule{Prog: "ssh", Match: at1 + `.*aws-sigv4`, Err: "curl: (6) no such host", Exit: 6}, with(rule{Prog: "ssh", Match: `aws-sigv4`, Out: answer}, restoreRules()))
	x := r.script("restore-hetzner-etcd.sh", rules, "").want(0, "web1 cannot list it: curl: (6)",
		"2026-01-02T00:00:00.000Z etcd-snapshot-web1-2.zip\n2026-01-01T00:00:00.000Z etcd-snapshot-web2-1.zip\n").never("stop")
	if strings.Contains(x.output, "metadata") {
		t.Error("what k3s keeps beside the snapshots is listed too")
	}
	empty := rule{Prog: "ssh", Match: `aws-sigv4`, Out: "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"}
	r.script("restore-hetzner-etcd.sh", with(empty, rules), "").want(0, "== the bucket")

	// What the host is told, with another file of the key's.
	curl, err := exec.LookPath("curl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("curl is not installed")
		}
		t.Skip("SKIPPED: curl is not installed: the listing of the bucket IS NOT RUN")
	}
	var command string
	for _, c := range x.calls {
		if c.Prog == "ssh" && strings.Contains(c.line(), "aws-sigv4") {
			command = c.Args[len(c.Args)-1]
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"backup.env": "AWS_ACCESS_KEY_ID='AKEXAMPLE'\nAWS_SECRET_ACCESS_KEY='s/e+c=ret'\n",
		"curl":       "#!/bin/sh\nprintf '%s\\n' \"$@\" >" + dir + "/args\nexec " + curl + " \"$@\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("bash", "-c", strings.ReplaceAll(command, "/run/secrets/rendered", dir))
	cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != answer {
		t.Fatalf("%v: %s\n%s", err, out, command)
	}
	if got := asked.URL.RequestURI(); got != "/site-backup?list-type=2&prefix=hetzner%2Fetcd-snapshots%2F" {
		t.Errorf("asked for %s", got)
	}
	if got := asked.Header.Get("Authorization"); !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=AKEXAMPLE/") || !strings.Contains(got, "/eu-1/s3/aws4_request") {
		t.Errorf("signed %s", got)
	}
	if args, err := os.ReadFile(filepath.Join(dir, "args")); err != nil || strings.Contains(string(args), "e+c") || strings.Contains(string(args), "AKEXAMPLE") {
		t.Errorf("%v: a command line with the key: %s", err, args)
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
