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
