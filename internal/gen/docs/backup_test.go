package docs

import (
	"strings"
	"testing"

	"sitegen/internal/gentest"
)

// TestBackup: a site with a backup is restored by it, before Terraform sees the new cluster.
func TestBackup(t *testing.T) {
	text := runbookOf(t, otherSite(t, `
backup: {s3: {endpoint: "https://s3.example.com", bucket: "site-backup"}, keep: weekly: 0}
`))
	contains(t, text, "every day at 02:30", "`s3:https://s3.example.com/site-backup/hetzner`", "the last of 7 days, the last of 12 months",
		"backup-drill\n", "There are no dumps of apps", "Nobody hears of a backup that fails", "restic_password")
	lacks(t, text, "restic-volumes", "/var/lib/restic")
	inOrder(t, text, "## Restore after the loss of a server", "scripts/install-HOST.sh", "backup-restore SNAPSHOT", "scripts/bootstrap-", "Agents that were not lost", "## Taking the site down")

	text = runbookOf(t, gentest.Base(t, `
backup: s3: {endpoint: "https://s3.example.com", bucket: "site-backup"}
apps: {
	store: {image: "ghcr.io/example/store:1.0.0", kind: "stateful", allow: ["board", "idle"], backup: dump: ["pg_dump", "-Fc", "store"]}
	board: {image: "ghcr.io/example/board:1.0.0", replicas: 2, jobs: mail: {schedule: "0 4 * * *", command: ["mail"]}}
	idle: {image: "ghcr.io/example/idle:1.0.0", replicas: 0}
	other: image: "ghcr.io/example/other:1.0.0"
}
`, "git@github.com:example/infra.git", "https://git.example.com/example/infra.git"))
	_, text, _ = strings.Cut(text, "## Restore after the loss of a server")
	inOrder(t, text, "scale statefulset/argocd-application-controller --replicas=0", "-n board scale deployment/board --replicas=0\n", "-n board delete cronjobs,jobs --all", "-n board wait",
		"-n store exec -i statefulset/store -c store -- PROGRAM < /var/lib/backup/dumps-of-SNAPSHOT/store\n", "-n board scale deployment/board --replicas=2\n",
		"`pg_restore --clean --if-exists", "scale statefulset/argocd-application-controller --replicas=1")
	lacks(t, text, "scale deployment/other", "scale deployment/idle", "scale statefulset/store")

	s := testSite(t)
	if text := runbookOf(t, s); newBackup(s) != nil {
		t.Errorf("a site without a backup: %.100s", text)
	}
}
