package main

import (
	"slices"
	"strings"

	"sitegen/internal/site"
)

const backupNix = "roles/backup/default.nix"

// backupFaults are about the day when a host is lost.
func backupFaults() []fault {
	backed := func(r *output) bool { return r.site.Backup != nil }
	several := func(r *output) bool { return backed(r) && r.site.Quorum() }
	return []fault{
		{
			name: "backup of an empty folder", nix: true, applies: backed,
			breaks: "an array that did not come up is copied as nothing, and after some days that is all there is",
			check: eachHost(func(f *finding, host string, m any) {
				for _, unit := range []string{"restic-backups-site", "backup-prepare"} {
					wait := texts(m, "backup", "systemd", "services", unit, "unitConfig", "RequiresMountsFor")
					f.unless(slices.Contains(wait, site.VolumesDir) && slices.Contains(wait, site.BackupDir), "%s: %s waits for %q", host, unit, wait)
				}
			}),
			again: []func(map[string]string){swap(backupNix, `^    unitConfig = mounted;\n`, ""), swap(backupNix, `^  mounted\.RequiresMountsFor = \[\n    "/var/lib/backup"\n.*\n`, "  mounted.RequiresMountsFor = [\n")},
		},
		{
			name: "backup that is missed by nobody", nix: true, applies: backed,
			breaks: "a timer that never fires fails no unit",
			check: eachHost(func(f *finding, host string, m any) {
				age := dig(m, "backup", "systemd", "services", "backup-age")
				f.unless(text(age, "startAt") != "" && text(age, "serviceConfig", "ExecStart") != "", "%s", host)
			}),
			again: []func(map[string]string){swap(backupNix, `^    startAt = .*\n`, "")},
		},
		{
			name: "backup that an old lock stops", nix: true, applies: backed,
			breaks: "a run that was cut off while it pruned leaves a lock, and every later one fails on it",
			check: eachHost(func(f *finding, host string, m any) {
				before := text(m, "backup", "services", "restic", "backups", "site", "backupPrepareCommand")
				f.unless(strings.Contains(before, "restic unlock") && !strings.Contains(before, "--remove-all"), "%s: %q", host, before)
			}),
			again: []func(map[string]string){swap(backupNix, `^ +backupPrepareCommand = .*\n`, ""), swap(backupNix, `restic unlock`, "restic unlock --remove-all")},
		},
		{
			name: "hosts that share a repository", nix: true, applies: backed,
			breaks: "prune locks the others out, each night another one",
			check: eachHost(func(f *finding, host string, m any) {
				repository := text(m, "backup", "services", "restic", "backups", "site", "repository")
				f.unless(strings.HasSuffix(repository, "/"+host), "%s: %s", host, repository)
			}),
			again: []func(map[string]string){swap(backupNix, `/\$\{host\}"`, `"`)},
		},
		{
			name: "cluster of one server that comes back", applies: several,
			breaks: "the copy of SQLite from when the site had one server is still in the backup, and laid back it begins a second cluster of months ago",
			check: func(r *output) []string {
				var f finding
				const gone = `rm -rf "$state/state.db" "$state/server"`
				restore := r.files["roles/backup/restore.sh"]
				at, laid := strings.Index(restore, gone), strings.Index(restore, `cp -a "$state/state.db"`)
				f.unless(at >= 0 && at < laid && strings.Contains(restore, "-gt 0 ]; then "+gone), "restore.sh lays it back")
				f.unless(strings.Contains(restore, "readonly servers=(\n"), "restore.sh knows no servers")
				f.unless(strings.Contains(r.files["roles/backup/prepare.sh"], `rm -rf "$into/state.db" "$into/server"; fi`), "prepare.sh leaves it there")
				return f
			},
			again: []func(map[string]string){
				swap("roles/backup/restore.sh", `^if .*rm -rf "\$state/state\.db".*\n`, ""), swap("roles/backup/prepare.sh", `^if .*rm -rf "\$into/state\.db".*\n`, ""),
				swap("roles/backup/restore.sh", `^readonly servers=\([^)]*\)\n`, "readonly servers=()\n"),
			},
		},
		{
			name: "cluster's state that cannot be used again", applies: backed,
			breaks: "a copy of a database that is written to is torn, and without the token, certificates and keys k3s makes new ones that do not open it (k3s#3015)",
			check: func(r *output) []string {
				var f finding
				script := r.files["roles/backup/prepare.sh"]
				for _, part := range []string{"VACUUM INTO", `"$k3s/server/cred"`, `"$k3s/server/tls"`, `"$k3s/server/token"`, "/etc/rancher/node/password"} {
					f.unless(strings.Contains(script, part), "no %s", part)
				}
				return f
			},
			again: []func(map[string]string){
				swap("roles/backup/prepare.sh", `sqlite3 -bail .*&& mv`, "cp x y && mv"),
				swap("roles/backup/prepare.sh", ` "\$k3s/server/tls"`, ""), swap("roles/backup/prepare.sh", ` "\$k3s/server/token"`, ""), swap("roles/backup/prepare.sh", `^install -m 600 /etc/rancher.*\n`, ""),
			},
		},
	}
}
