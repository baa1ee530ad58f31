package docs

import (
	"testing"
)

// TestBackup: a site with a backup is restored by it, before Terraform sees the new cluster.
func TestBackup(t *testing.T) {
	text := runbookOf(t, otherSite(t, `
backup: {s3: {endpoint: "https://s3.example.com", bucket: "site-backup"}, keep: weekly: 0}
`))
	contains(t, text, "every day at 02:30", "`s3:https://s3.example.com/site-backup/hetzner`", "the last of 7 days, the last of 12 months",
		"backup-drill\n", "There are no dumps", "Nobody hears of a backup that fails", "restic_password")
	lacks(t, text, "restic-volumes", "/var/lib/restic")
	inOrder(t, text, "## Restore after the loss of a server", "scripts/install-HOST.sh", "backup-restore SNAPSHOT", "scripts/bootstrap-", "Agents that were not lost", "## Taking the site down")

	s := testSite(t)
	if text := runbookOf(t, s); newBackup(s) != nil {
		t.Errorf("a site without a backup: %.100s", text)
	}
}
