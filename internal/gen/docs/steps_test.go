package docs

import (
	"strings"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// section is what stands under a heading of the runbook.
func section(t *testing.T, s *site.Site, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(runbookOf(t, s), "\n"+heading+"\n")
	if !found {
		t.Fatalf("the runbook has no %q", heading)
	}
	text, _, _ = strings.Cut(text, "\n#")
	return text
}

// TestStepsStay: in some steps the spec changes and gen writes the runbook anew. The steps that
// are being followed are then still there, word for word.
func TestStepsStay(t *testing.T) {
	const first = `cluster: first: "web1"`
	agent := strings.NewReplacer("web2", "web4", "198.51.100.7", "198.51.100.8").Replace(gentest.Agent("web2"))
	for heading, change := range map[string][2]string{
		"### Adding an agent":          {"", agent},
		"### From one server to three": {"", gentest.Servers() + first},
	} {
		before, after := section(t, gentest.Base(t, change[0]), heading), section(t, gentest.Base(t, change[1]), heading)
		if before != after {
			t.Errorf("%s: from\n%s\nto\n%s", heading, before, after)
		}
	}
	before := section(t, gentest.Base(t, agent), "### From one server to three")
	if after := section(t, gentest.Base(t, agent+gentest.Servers()+first), "### From one server to three"); before != after {
		t.Errorf("beside an agent: from\n%s\nto\n%s", before, after)
	}
	inOrder(t, before, "/var/lib/rancher/k3s/server/token", "server.one", `cluster: first: "web1"`, "Migrating content from sqlite to etcd", "Rebuild the agents too",
		"scripts/install-HOST.sh", "without `--begin`", "Back, before step 5")
}

// TestDeadDisk: who follows the steps fills in nothing, and gets what the change needs into the branch.
func TestDeadDisk(t *testing.T) {
	steps := section(t, testSite(t), "## A dead disk")
	inOrder(t, steps, "`ssh web1`", "serial numbers", "web1, disk a:", "umount /boot\n   mdadm /dev/md/system --fail /dev/disk/by-partlabel/disk-a-md-system --remove /dev/disk/by-partlabel/disk-a-md-system\n",
		"the disks to keep", "poweroff", "bring it to `main`")
	lacks(t, steps, "ARRAY", "PARTITION", "POOL", "accept-reinstall")
	pool := section(t, gentest.Base(t, `hosts: web1: layout: "zfs"`), "## A dead disk")
	inOrder(t, pool, "web1, disk a:", "   zpool offline system disk-a-zfs\n", "web1, disk b:", "zpool replace system")
	ci := gentest.Base(t, `ci: {forge: "gitlab", image: "registry.example.com/gen:1.0.0"}`)
	contains(t, section(t, ci, "## A dead disk"), "The job of GitLab stops", "`accept-reinstall`")
	contains(t, section(t, ci, "### How changes are made"), "role Reporter and the scope `api`", "it is `GEN_TOKEN`")
	renovate := gentest.Base(t, `ci: {forge: "gitlab", image: "registry.example.com/gen:1.0.0", renovate: true}`)
	contains(t, section(t, renovate, "### How changes are made"), "role Developer", "the same `GEN_TOKEN`")
	lacks(t, section(t, testSite(t), "### How changes are made"), "GEN_TOKEN")
}

// TestKeysAreNamed: sops finds the key where gen init put it, and the page says which is which.
func TestKeysAreNamed(t *testing.T) {
	s := testSite(t)
	contains(t, section(t, s, "### Keys"), "| `maria.key` |", "| `web1.key` |", "| `argocd.key` |", "| `deploy-key` |")
	inOrder(t, section(t, s, "### Secrets"), "export SOPS_AGE_KEY_FILE=~/.config/sitegen/hetzner/maria.key", "sops encrypt")
	lacks(t, section(t, otherSite(t), "### Keys"), "argocd.key", "`deploy-key`")
	inOrder(t, section(t, s, "### Adding a colleague"), "`sops.people`", "sops updatekeys --yes", "a file on one machine", "git config core.hooksPath .githooks")
	contains(t, section(t, otherSite(t), "### Adding a colleague"), "A key of their own to the bucket")
	inOrder(t, section(t, s, "### Moving live websites here"), `domain: "newclient-trial.example.com", access: "admins"`, "wait until Argo CD has it", "Delete the records")
}

// TestChartVolumes: a backup has the volumes of charts, and no dumps of their databases.
func TestChartVolumes(t *testing.T) {
	s := otherSite(t, `backup: s3: {endpoint: "https://s3.example.com", bucket: "site-backup"}`,
		`charts: blog: {repo: "oci://registry.example.com/charts", chart: "blog", version: "1.0.0"}`)
	inOrder(t, runbookOf(t, s), "- none of an app", "k3s kubectl get pvc -A", "a dump of its own", "no dumps of apps to read back", "A database of a chart")
	lacks(t, runbookOf(t, otherSite(t)), "get pvc -A\n", "A database of a chart")
}
