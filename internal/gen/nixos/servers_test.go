package nixos

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

func TestServers(t *testing.T) {
	t.Parallel()
	s := newSite(t, gentest.Servers(), gentest.Agent("web4"), `cluster: first: "web2"`)
	for _, name := range []string{"web1", "web2", "web3"} {
		h := host(t, s, name, "7.0")
		k3s := h.at("machine", "services", "k3s")
		k3s.at("role").is("server")
		k3s.at("tokenFile").is("/run/k3s_token")
		if k3s.has("serverAddr") || k3s.has("clusterInit") {
			t.Errorf("%s is told once and for all whether it begins the cluster", name)
		}
		h.at("k3s", "systemd", "services", "k3s", "preStart").is(files(t, s)["roles/k3s-cilium/join.sh"])
		h.at("k3s", "systemd", "services", "k3s", "postStart").is("rm -f /var/lib/rancher/k3s/{begin-cluster,server/db/migrating} /etc/rancher/k3s/config.yaml.d/join.yaml")
		h.at("k3s", "systemd", "services", "k3s", "path").is(list("/stub/coreutils", "/stub/curl"))
		h.at("k3s", "networking", "firewall", "extraInputRules").contains("ip saddr { 203.0.113.12, 203.0.113.10, 203.0.113.13 } tcp dport { 2379, 2380 } accept\n")
	}
	agent := host(t, s, "web4", "7.0")
	agent.at("machine", "services", "k3s", "serverAddr").is("https://203.0.113.12:6443")
	agent.at("k3s", "systemd", "services", "k3s", "preStart").is(nil)
	if _, there := files(t, withAgent(t))["roles/k3s-cilium/join.sh"]; there {
		t.Error("one server has nobody to join")
	}
}

// TestJoin runs what decides on a server whether it joins, goes on or begins.
func TestJoin(t *testing.T) {
	t.Parallel()
	const (
		wal, tombstone = "rancher/k3s/server/db/etcd/member/wal/x", "rancher/k3s/server/db/etcd/tombstone"
		sqlite, begin  = "rancher/k3s/server/db/state.db", "rancher/k3s/begin-cluster"
		cut            = "rancher/k3s/server/db/migrating"
		restore        = "rancher/k3s/restore-snapshot"
	)
	script := files(t, newSite(t, gentest.Servers()))["roles/k3s-cilium/join.sh"]
	for name, c := range map[string]struct {
		host, answers string
		has           []string
		snapshot      string
		want          string // of the configuration; "-": it ends with an error
	}{
		"new, another one is there":            {host: "web2", answers: "203.0.113.10", want: "server: https://203.0.113.10:6443\n"},
		"new, the first is dead":               {host: "web2", answers: "203.0.113.13", want: "server: https://203.0.113.13:6443\n"},
		"the first was installed anew":         {host: "web1", answers: "203.0.113.13", want: "server: https://203.0.113.13:6443\n"},
		"new, nobody is there":                 {host: "web2", want: "-"},
		"the first is new, nobody is there":    {host: "web1", want: "-"},
		"the first is asked to begin":          {host: "web1", has: []string{begin}, want: "cluster-init: true\n"},
		"asked to begin, and somebody has one": {host: "web1", has: []string{begin}, answers: "203.0.113.12", want: "server: https://203.0.113.12:6443\n"},
		"one becomes three":                    {host: "web1", has: []string{sqlite}, want: "cluster-init: true\n"},
		"it was cut off":                       {host: "web1", has: []string{sqlite, wal, cut}, want: "cluster-init: true\n"},
		"it became three before":               {host: "web1", has: []string{wal, cut}, want: ""},
		"old SQLite, its node was deleted":     {host: "web1", has: []string{sqlite, wal, tombstone}, want: "-"},
		"SQLite beside a member":               {host: "web1", has: []string{sqlite, wal}, want: ""},
		"SQLite of another one":                {host: "web3", has: []string{sqlite}, want: "-"},
		"a member, all others are dead":        {host: "web2", has: []string{wal}, want: ""},
		"a member":                             {host: "web2", has: []string{wal}, answers: "203.0.113.13", want: "server: https://203.0.113.13:6443\n"},
		"its node was deleted":                 {host: "web1", has: []string{wal, tombstone}, answers: "203.0.113.12", want: "server: https://203.0.113.12:6443\n"},
		"its node was deleted, nobody there":   {host: "web1", has: []string{wal, tombstone}, want: "-"},
		"restored from the bucket":             {host: "web3", has: []string{wal, restore}, answers: "203.0.113.10", snapshot: "s1.zip", want: "cluster-reset: true\ncluster-reset-restore-path: \"s1.zip\"\n"},
		"restored from its disk":               {host: "web3", has: []string{wal, restore}, snapshot: "/db/s2", want: "cluster-reset: true\ncluster-reset-restore-path: \"/db/s2\"\netcd-s3: false\n"},
		"it answers itself":                    {host: "web1", answers: "203.0.113.10", want: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &drive{t: t, dir: t.TempDir()}
			need(t, "bash", "bash")
			d.put("bin/curl", "#!/bin/sh\nfor to; do :; done\n[ \"$to\" = \"https://"+c.answers+":6443/ping\" ] && { printf pong; exit; }\nexit 7\n")
			d.put("hostname", c.host+"\n")
			d.put("etc/k3s/config.yaml.d/join.yaml", "cluster-init: true\n") // of an earlier start
			for _, name := range c.has {
				d.put(name, c.snapshot)
			}
			for link, to := range map[string]string{"gone.yaml": d.dir + "/rendered/gone", "kept.yaml": d.dir + "/hostname"} {
				if err := os.Symlink(to, d.dir+"/etc/k3s/config.yaml.d/"+link); err != nil {
					t.Fatal(err)
				}
			}
			d.put("join", d.here(script))
			out, ok := d.run("", "bash", d.dir+"/join")
			got, err := os.ReadFile(d.dir + "/etc/k3s/config.yaml.d/join.yaml")
			if c.want == "-" {
				if ok || err == nil || !strings.Contains(out, "begins none by itself") {
					t.Errorf("k3s starts: %s %s", got, out)
				}
			} else if !ok || string(got) != c.want {
				t.Errorf("the configuration is %q, want %q: %v %s", got, c.want, ok, out)
			}
			if _, err := os.Stat(d.dir + "/" + wal); err == nil && strings.HasPrefix(c.want, "cluster-init") {
				t.Error("k3s goes on with a part of SQLite")
			}
			if _, err := os.Stat(d.dir + "/" + restore); err == nil {
				t.Error("the next start would restore again")
			}
			if _, err := os.Lstat(d.dir + "/etc/k3s/config.yaml.d/gone.yaml"); err == nil {
				t.Error("k3s finds no file behind a link, and reads none of the others")
			}
			if _, err := os.Stat(d.dir + "/etc/k3s/config.yaml.d/kept.yaml"); err != nil {
				t.Error("a link with a file behind it is gone")
			}
			if says := strings.Contains(out, `cluster: first: "`+c.host+`"`); says != (name == "SQLite of another one") {
				t.Errorf("a cluster of one server that is not the first: said %v: %s", says, out)
			}
		})
	}
}

// TestEtcdSnapshots reads what k3s does.
func TestEtcdSnapshots(t *testing.T) {
	t.Parallel()
	s := newSite(t, gentest.Servers(), gentest.Agent("web4"), backed, `backup: s3: {region: "eu-1", prefix: "trio"}`)
	template := host(t, s, "web2", "7.0").at("backup", "sops", "templates", "etcd-s3.yaml")
	template.at("path").is("/etc/rancher/k3s/config.yaml.d/etcd-s3.yaml")
	template.at("restartUnits").is(list("k3s.service"))
	const odd = `k: "#'x'` // what YAML would take apart
	var got map[string]any
	content := strings.NewReplacer("<s3_access_key>", "AK", "<s3_secret_key>", odd).Replace(template.at("content").text())
	if err := yaml.Unmarshal([]byte(content), &got); err != nil {
		t.Fatalf("%v\n%s", err, content)
	}
	want := attrs{
		"etcd-s3": true, "etcd-s3-endpoint": "s3.example.com", "etcd-s3-insecure": false, "etcd-s3-bucket": "site-backup", "etcd-s3-region": "eu-1",
		"etcd-s3-folder": "trio/etcd-snapshots", "etcd-snapshot-compress": true, "etcd-snapshot-retention": 30, "etcd-s3-access-key": "AK", "etcd-s3-secret-key": odd,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	host(t, s, "web4", "7.0").at("backup", "sops", "templates", "etcd-s3.yaml").is(nil)
	if host(t, newSite(t, backed), "web1", "7.0").at("backup", "sops", "templates").has("etcd-s3.yaml") {
		t.Error("one server has no etcd")
	}
}

// TestDumpsOfServers: one of several servers makes the dumps, whichever is there.
func TestDumpsOfServers(t *testing.T) {
	t.Parallel()
	need(t, "bash", "bash")
	made := files(t, newSite(t, gentest.Servers(), backed))
	for name, c := range map[string]struct {
		host, nodes string
		dumps, ok   bool
	}{
		"the first":               {"web1", "web1=True web2=True web3=True ", true, true},
		"another one":             {"web2", "web1=True web2=True web3=True ", false, true},
		"the first is dead":       {"web2", "web1=Unknown web2=True web3=True ", true, true},
		"the API does not answer": {"web1", "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &drive{t: t, dir: t.TempDir()}
			d.put("bin/backup-prepare", d.here(made["roles/backup/prepare.sh"]))
			d.put("bin/k3s", "#!/bin/sh\ncase \"$*\" in *nodes*) printf '"+c.nodes+"'; [ -n '"+c.nodes+"' ] ;; *) echo dumped ;; esac\n")
			d.put("hostname", c.host+"\n")
			d.put("etc/node/password", "x")
			d.put("backup/dumps/store", "old")
			if out, ok := d.run("", "backup-prepare"); ok != c.ok {
				t.Errorf("ok %v, want %v: %s", ok, c.ok, out)
			}
			got, err := os.ReadFile(d.dir + "/backup/dumps/store")
			if c.dumps && string(got) != "dumped\n" || !c.ok && string(got) != "old" || !c.dumps && c.ok && err == nil {
				t.Errorf("the dump is %q, %v", got, err)
			}
		})
	}
}

// TestLonghornHost: what Longhorn needs of a host, and what restic leaves alone.
func TestLonghornHost(t *testing.T) {
	t.Parallel()
	h := host(t, newSite(t, gentest.Servers(), backed, `storage: "longhorn"`), "web2", "7.0")
	h.at("k3s", "services", "openiscsi").is(attrs{"enable": true, "name": "iqn.2016-04.com.open-iscsi:web2"})
	h.at("k3s", "boot", "kernelModules").is(list("br_netfilter", "iscsi_tcp", "overlay"))
	h.at("k3s", "systemd", "tmpfiles", "rules").is(list("L+ /usr/local/bin - - - - /run/current-system/sw/bin"))
	exclude := h.at("backup", "services", "restic", "backups", "site", "exclude").v.([]any)
	if !slices.Contains(exclude, any(site.LonghornDir+"/*")) {
		t.Errorf("restic copies Longhorn's blocks: %v", exclude)
	}
	// It may have been there before: its volumes are not in the backup of a host's files then either.
	exclude = host(t, newSite(t, gentest.Servers(), backed), "web2", "7.0").at("backup", "services", "restic", "backups", "site", "exclude").v.([]any)
	if !slices.Contains(exclude, any(site.LonghornDir+"/*")) {
		t.Errorf("restic copies the blocks that Longhorn left: %v", exclude)
	}
	if host(t, newSite(t), "web1", "7.0").at("k3s", "services").has("openiscsi") {
		t.Error("nobody asked for Longhorn")
	}
}
