package nixos

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// backed says a backup, of an app with a database and of one without.
const backed = `
backup: s3: {endpoint: "https://s3.example.com", bucket: "site-backup"}
apps: board: {
	image: "ghcr.io/example/board:1.0.0"
	volumes: {db: {mount: "/db", size: "1Gi", backup: false}, files: {mount: "/files", size: "1Gi"}}
	backup: dump: ["pg_dump", "-Fc", "the board"]
}
apps: store: {
	image: "ghcr.io/example/store:1.0.0"
	kind:  "stateful"
	volumes: cache: {mount: "/cache", size: "1Gi", backup: false}
	backup: dump: ["store", "--all"]
}
`

func TestBackupRole(t *testing.T) {
	t.Parallel()
	s := withAgent(t, backed, `backup: {schedule: "14:05", keep: weekly: 0}`)
	for _, name := range []string{"web1", "web2"} {
		h := host(t, s, name, "7.0")
		role := h.at("backup")
		restic := role.at("services", "restic", "backups", "site")
		restic.at("repository").is("s3:https://s3.example.com/site-backup/hetzner/" + name)
		restic.at("passwordFile").is("/run/restic_password")
		restic.at("environmentFile").is("/run/rendered/backup.env")
		restic.at("initialize").is(true)
		restic.at("paths").is(list(site.BackupDir, site.VolumesDir))
		restic.at("exclude").is(list(site.VolumesDir+"/before-*", site.BackupDir+"/before-*", site.BackupDir+"/dumps-of-*",
			site.VolumesDir+"/pvc-*_board_db/*", site.VolumesDir+"/pvc-*_store_cache-store-[0-9]/*", site.VolumesDir+"/pvc-*_store_cache-store-[1-9][0-9]/*",
			site.VolumesDir+"/longhorn/*")) // of a site that may have had it
		restic.at("timerConfig").is(attrs{"OnCalendar": "*-*-* 14:05:00", "Persistent": true, "RandomizedDelaySec": "15min"})
		restic.at("pruneOpts").is(list("--group-by host", "--keep-daily 7", "--keep-monthly 12"))
		restic.at("checkOpts").is(list("--read-data-subset=2%"))
		restic.at("backupPrepareCommand").contains("/bin/restic unlock || true")
		role.at("sops", "templates", "backup.env", "content").is("AWS_ACCESS_KEY_ID='<s3_access_key>'\nAWS_SECRET_ACCESS_KEY='<s3_secret_key>'\n")

		units := role.at("systemd", "services")
		units.at("backup-age", "startAt").is("*-*-* 02:05:00")
		units.at("backup-prepare", "environment", "ROLE").is(map[string]string{"web1": "server", "web2": "agent"}[name])
		units.at("restic-backups-site", "wants").is(list("backup-prepare.service"))
		units.at("restic-backups-site", "after").is(list("backup-prepare.service"))
		for _, unit := range []string{"backup-prepare", "restic-backups-site"} {
			units.at(unit, "unitConfig", "RequiresMountsFor").is(list(site.BackupDir, site.VolumesDir))
		}
		h.at("machine", "sops", "secrets", "s3_secret_key").is(attrs{})
	}
	if _, there := files(t, newSite(t))["roles/backup/default.nix"]; there {
		t.Error("a site without a backup has its role")
	}
}

// drive runs the role's scripts over folders of its own, with the real restic and
// SQLite, a repository in a folder, and stand-ins for k3s and systemd.
type drive struct {
	t       *testing.T
	dir     string
	exclude []string
}

func newDrive(t *testing.T) *drive {
	t.Helper()
	for _, p := range []string{"bash", "restic", "sqlite3", "jq"} {
		need(t, p, p)
	}
	d := &drive{t: t, dir: t.TempDir()}
	s := newSite(t, backed)
	for _, x := range host(t, s, "web1", "7.0").at("backup", "services", "restic", "backups", "site", "exclude").v.([]any) {
		d.exclude = append(d.exclude, "--exclude="+d.here(x.(string)))
	}
	d.scripts(s)
	d.put("bin/restic-site", "#!/bin/sh\nexec restic --quiet \"$@\"\n")
	d.put("bin/systemctl", "#!/bin/sh\necho systemctl \"$@\" >>"+d.dir+"/log\n")
	d.put("bin/k3s-killall.sh", "#!/bin/sh\necho killall >>"+d.dir+"/log\n")
	d.put("bin/k3s", "#!/bin/sh\necho k3s \"$@\" >>"+d.dir+"/log\ncase \"$*\" in *exec*) cat "+d.dir+"/database ;; esac\n")
	d.put("hostname", "web1\n")
	d.put("password", "a password")
	d.put("tmp/x", "")
	return d
}

func (d *drive) scripts(s *site.Site) {
	d.t.Helper()
	made := files(d.t, s)
	for _, name := range []string{"age", "drill", "prepare", "restore"} {
		d.put("bin/backup-"+name, d.here(made["roles/backup/"+name+".sh"]))
	}
}

func (d *drive) here(text string) string {
	return strings.NewReplacer("/var/lib/rancher", d.dir+"/rancher", "/var/lib/backup", d.dir+"/backup", "/etc/rancher", d.dir+"/etc",
		"/proc/sys/kernel/hostname", d.dir+"/hostname", "/var/tmp", d.dir+"/tmp").Replace(text)
}

func (d *drive) put(name, text string) {
	d.t.Helper()
	file := filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		d.t.Fatal(err)
	}
}

func (d *drive) has(name, want string) {
	d.t.Helper()
	if got, err := os.ReadFile(filepath.Join(d.dir, name)); err != nil || string(got) != want {
		d.t.Errorf("%s is %q, want %q: %v", name, got, want, err)
	}
}

func (d *drive) remove(names ...string) {
	d.t.Helper()
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(d.dir, name)); err != nil {
			d.t.Fatal(err)
		}
	}
}

// run tells what a program says, and whether it ends well.
func (d *drive) run(input, program string, args ...string) (string, bool) {
	d.t.Helper()
	cmd := exec.Command(program, args...)
	if strings.HasPrefix(program, "backup-") {
		cmd = exec.Command("bash", append([]string{filepath.Join(d.dir, "bin", program)}, args...)...)
	}
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "PATH="+d.dir+"/bin:"+os.Getenv("PATH"), "ROLE=server",
		"RESTIC_REPOSITORY="+d.dir+"/repository", "RESTIC_PASSWORD_FILE="+d.dir+"/password", "RESTIC_CACHE_DIR="+d.dir+"/cache")
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func (d *drive) must(program string, args ...string) string {
	d.t.Helper()
	out, ok := d.run("", program, args...)
	if !ok {
		d.t.Fatalf("%s %v: %s", program, args, out)
	}
	return out
}

func (d *drive) back(more ...string) {
	d.t.Helper()
	d.must("restic", append(append([]string{"backup", "--quiet", d.dir + "/backup", d.dir + "/rancher/k3s/storage"}, d.exclude...), more...)...)
}

// fill makes a server with a datastore, a database and volumes.
func (d *drive) fill() {
	d.t.Helper()
	d.put("rancher/k3s/server/token", "K10::server:lost")
	d.put("rancher/k3s/server/tls/server-ca.key", "key")
	d.put("rancher/k3s/server/cred/encryption-config.json", "{}")
	d.put("etc/node/password", "node")
	d.put("rancher/k3s/storage/pvc-1_board_files/a file", "content")
	d.put("rancher/k3s/storage/pvc-1_board_files/a folder/\nb\n", "more")
	d.put("rancher/k3s/storage/pvc-2_board_db/base", "of no use")
	d.put("rancher/k3s/storage/pvc-3_store_cache-store-0/junk", "of no use")
	d.put("rancher/k3s/storage/pvc-4_store_cached/file", "of another volume")
	d.put("database", "PGDMP")
	if err := os.MkdirAll(filepath.Join(d.dir, "rancher/k3s/server/db"), 0o700); err != nil {
		d.t.Fatal(err)
	}
	d.must("sqlite3", d.dir+"/rancher/k3s/server/db/state.db", "PRAGMA journal_mode=WAL; CREATE TABLE kine (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO kine(name) VALUES ('a'), ('b')")
}

// TestBackup loses a server and gets it back.
func TestBackup(t *testing.T) {
	t.Parallel()
	d := newDrive(t)
	d.fill()
	d.must("restic", "init")
	if out, ok := d.run("", "backup-age"); ok {
		t.Errorf("no backup, and its age is fine: %s", out)
	}
	d.must("backup-prepare")
	d.has("backup/dumps/board", "PGDMP")
	d.has("backup/server/token", "K10::server:lost")
	d.back()
	d.must("backup-age")

	d.put("rancher/k3s/storage/pvc-1_board_files/new", "written since")
	out, ok := d.run("", "backup-drill")
	for _, part := range []string{"  10 files are the same", "  0 files that were not changed", "database: ok 2 rows", "the dump of board: 5 bytes"} {
		if !ok || !strings.Contains(out, part) {
			t.Fatalf("the drill ends well: %t, and does not say %q:\n%s", ok, part, out)
		}
	}
	if left, _ := filepath.Glob(d.dir + "/tmp/backup-drill*"); len(left) > 0 {
		t.Errorf("the drill leaves %v", left)
	}

	d.remove("rancher", "backup", "etc")
	d.put("rancher/k3s/server/token", "K10::server:anew")
	d.put("rancher/k3s/agent/client.crt", "of another cluster")
	d.put("rancher/k3s/agent/containerd/image", "kept")
	if out, ok := d.run("web2\n", "backup-restore", "latest"); ok {
		t.Errorf("another host's name is taken: %s", out)
	}
	d.has("rancher/k3s/server/token", "K10::server:anew")
	if out, ok := d.run("", "backup-restore"); ok || !strings.Contains(out, "/backup") {
		t.Errorf("backup-restore alone lists no backups: %s", out)
	}
	if out, ok := d.run("web1\n", "backup-restore", "latest"); !ok {
		t.Fatalf("not restored: %s", out)
	}
	d.has("rancher/k3s/server/token", "K10::server:lost")
	d.has("rancher/k3s/server/tls/server-ca.key", "key")
	d.has("rancher/k3s/server/cred/encryption-config.json", "{}")
	d.has("etc/node/password", "node")
	d.has("rancher/k3s/storage/pvc-1_board_files/a file", "content")
	d.has("rancher/k3s/storage/pvc-1_board_files/a folder/\nb\n", "more")
	d.has("backup/dumps/board", "PGDMP")
	d.has("rancher/k3s/agent/containerd/image", "kept")
	if rows := d.must("sqlite3", d.dir+"/rancher/k3s/server/db/state.db", "SELECT group_concat(name) FROM kine"); rows != "a,b\n" {
		t.Errorf("the datastore has %q", rows)
	}
	d.has("rancher/k3s/storage/pvc-4_store_cached/file", "of another volume")
	for _, volume := range []string{"pvc-2_board_db", "pvc-3_store_cache-store-0"} {
		if left, err := os.ReadDir(d.dir + "/rancher/k3s/storage/" + volume); err != nil || len(left) > 0 {
			t.Errorf("%s, which is left out, is not there and empty: %v, %v", volume, left, err)
		}
	}
	if _, err := os.Stat(d.dir + "/rancher/k3s/agent/client.crt"); err == nil {
		t.Error("a certificate of the cluster that began meanwhile stays")
	}
	log, _ := os.ReadFile(d.dir + "/log")
	if !strings.Contains(string(log), "systemctl stop k3s\nkillall\nsystemctl start k3s\n") {
		t.Errorf("k3s ran meanwhile: %s", log)
	}
	for _, command := range []string{
		"k3s kubectl --namespace board exec deployment/board --container board -- pg_dump -Fc the board\n",
		"k3s kubectl --namespace store exec statefulset/store --container store -- store --all\n",
	} {
		if !strings.Contains(string(log), command) {
			t.Errorf("the dump is not %q: %s", command, log)
		}
	}
}

// TestBackupRestoreInPlace: a host that was not lost has the volumes of the backup
// alone, and what it had before lies beside them, in no backup.
func TestBackupRestoreInPlace(t *testing.T) {
	t.Parallel()
	d := newDrive(t)
	d.fill()
	if err := os.MkdirAll(d.dir+"/rancher/k3s/storage/pvc-6_store_empty", 0o755); err != nil {
		t.Fatal(err)
	}
	d.must("restic", "init")
	d.must("backup-prepare")
	d.back()

	d.put("rancher/k3s/storage/pvc-1_board_files/a file", "content since")
	d.put("rancher/k3s/storage/pvc-1_board_files/file-wal", "written since")
	d.put("rancher/k3s/storage/pvc-5_board_since/file", "of a volume that is newer")
	d.put("rancher/k3s/storage/pvc-6_store_empty/file", "written since")
	d.put("database", "PGDMP since")
	d.put("backup/server/tls/newer.key", "key")
	d.put("backup/dumps/newer", "of an app that is newer")
	out, ok := d.run("web1\n", "backup-restore", "latest")
	if !ok {
		t.Fatalf("not restored: %s", out)
	}
	one := func(pattern string) string {
		t.Helper()
		found, _ := filepath.Glob(filepath.Join(d.dir, pattern))
		if len(found) != 1 {
			t.Fatalf("%s is not there once: %v\n%s", pattern, found, out)
		}
		name, _ := filepath.Rel(d.dir, found[0])
		return name
	}
	volumes, state, dumps := one("rancher/k3s/storage/before-*"), one("backup/before-*"), one("backup/dumps-of-*")
	for _, part := range []string{"put back: 6 volumes", "dumps in " + filepath.Join(d.dir, dumps) + ": board", d.dir + "/" + volumes + ", and may be deleted", d.dir + "/" + state + ", and may be deleted"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not said:\n%s", part, out)
		}
	}
	d.has("rancher/k3s/storage/pvc-1_board_files/a file", "content")
	d.has(volumes+"/pvc-1_board_files/a file", "content since")
	d.has(volumes+"/pvc-1_board_files/file-wal", "written since")
	d.has("rancher/k3s/storage/pvc-2_board_db/base", "of no use")
	d.has("rancher/k3s/storage/pvc-3_store_cache-store-0/junk", "of no use")
	d.has("rancher/k3s/storage/pvc-5_board_since/file", "of a volume that is newer")
	d.has("rancher/k3s/storage/pvc-6_store_empty/file", "written since")
	for _, gone := range []string{"rancher/k3s/storage/pvc-1_board_files/file-wal", "backup/server/tls/newer.key", "backup/dumps/newer", volumes + "/pvc-2_board_db"} {
		if _, err := os.Lstat(filepath.Join(d.dir, gone)); err == nil {
			t.Errorf("%s is there", gone)
		}
	}

	d.must("backup-prepare")
	d.has("backup/dumps/board", "PGDMP since")
	d.has(dumps+"/board", "PGDMP")
	d.back()
	for _, name := range []string{"/before-", "/dumps-of-"} {
		if strings.Contains(d.must("restic", "ls", "latest"), name) {
			t.Errorf("the backup has %s", name)
		}
	}
	if out, ok := d.run("", "backup-drill"); !ok || !strings.Contains(out, "  0 files that were not changed") {
		t.Errorf("the drill misses what was put aside: %s", out)
	}
}

// TestBackupOfOneServer: a site that has several servers does not go back to the cluster
// of the one that it had, which lies in older backups.
func TestBackupOfOneServer(t *testing.T) {
	t.Parallel()
	d := newDrive(t)
	d.fill()
	d.must("restic", "init")
	d.must("backup-prepare")
	d.back()

	d.scripts(newSite(t, gentest.Servers(), backed))
	d.remove("rancher/k3s/server/db")
	d.put("rancher/k3s/server/db/etcd/member/wal", "of the cluster")
	d.put("rancher/k3s/storage/pvc-1_board_files/a file", "content since")
	if out, ok := d.run("web1\n", "backup-restore", "latest"); !ok {
		t.Fatalf("not restored: %s", out)
	}
	d.has("rancher/k3s/storage/pvc-1_board_files/a file", "content")
	d.has("rancher/k3s/server/db/etcd/member/wal", "of the cluster")
	gone := func() {
		t.Helper()
		for _, name := range []string{"rancher/k3s/server/db/state.db", "rancher/k3s/server.before-*", "backup/state.db", "backup/server"} {
			if found, _ := filepath.Glob(filepath.Join(d.dir, name)); len(found) > 0 {
				t.Errorf("the cluster of one server is there: %v", found)
			}
		}
	}
	gone()
	d.put("backup/state.db", "of the one server")
	d.put("backup/server/token", "of the one server")
	d.run("", "backup-prepare") // whose API does not answer here
	gone()
}

// TestBackupFails: what is wrong is told, and the rest is done.
func TestBackupFails(t *testing.T) {
	t.Parallel()
	d := newDrive(t)
	d.fill()
	d.must("restic", "init")
	d.must("backup-prepare")

	d.put("database", "") // a dump that says nothing is none
	d.put("rancher/k3s/server/token", "K10::server:newer")
	if out, ok := d.run("", "backup-prepare"); ok || !strings.Contains(out, "no new dump of board") {
		t.Errorf("an empty dump ends well: %t, says %s", ok, out)
	}
	d.has("backup/dumps/board", "PGDMP")
	d.has("backup/server/token", "K10::server:newer")

	d.put("database", "PGDMP 2")
	d.put("backup/dumps/gone", "of an app that is not there any more")
	d.remove("rancher/k3s/server/db")
	if out, ok := d.run("", "backup-prepare"); ok || !strings.Contains(out, "database is not copied") {
		t.Errorf("a missing datastore ends well: %t, says %s", ok, out)
	}
	d.has("backup/dumps/board", "PGDMP 2")
	if _, err := os.Stat(d.dir + "/backup/dumps/gone"); err == nil {
		t.Error("the dump of an app that is gone stays")
	}

	d.back("--exclude=a file")
	if out, ok := d.run("", "backup-drill"); ok || !strings.Contains(out, "  1 files that were not changed since are missing") || !strings.Contains(out, "/a file\n") {
		t.Errorf("the drill does not miss a file: %t\n%s", ok, out)
	}
	d.remove("repository")
	d.must("restic", "init")
	d.back("--time=2020-01-01 00:00:00")
	if out, ok := d.run("", "backup-age"); ok || !strings.Contains(out, "2020-01-01") {
		t.Errorf("an old backup is fine: %s", out)
	}
	d.put("password", "another")
	for _, program := range []string{"backup-age", "backup-drill"} {
		if out, ok := d.run("", program); ok {
			t.Errorf("%s: a wrong password is fine: %s", program, out)
		}
	}
	if out, ok := d.run("web1\n", "backup-restore", "latest"); ok {
		t.Errorf("restored with a wrong password: %s", out)
	}
	if log, _ := os.ReadFile(d.dir + "/log"); strings.Contains(string(log), "stop k3s") {
		t.Error("k3s stops for a backup that cannot be read")
	}
}

// TestClocks: a time of day, and twelve hours later.
func TestClocks(t *testing.T) {
	t.Parallel()
	for clock, want := range map[string]string{"00:00": "*-*-* 12:00:00", "02:30": "*-*-* 14:30:00", "23:59": "*-*-* 11:59:00"} {
		if got := at(clock, 12); got != want {
			t.Errorf("%s: %s, want %s", clock, got, want)
		}
	}
}
