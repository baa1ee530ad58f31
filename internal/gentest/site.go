// Package gentest makes the sites that generators are tested with: from a spec, by
// the way that gen takes. A test that builds a site itself would know what no spec
// can say, and break with every field that is new.
package gentest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// Age keys by their owners in these sites, and an SSH key that a comment may follow.
const (
	AgeHost   = "age1k99xa5dvvzchp0xgjyvms7xdck9u6jt0zn4lw96cqeu9d86a55dq4y0xdf"
	AgeAgent  = "age1rlmspzgcker7g9g2wj62m2q29psc7msp4vv67jshz8fzmpdxt35sng7j7l"
	AgeMaria  = "age1npmgmwe3rxmyu278txlzhdwyldk9x02rqja4td9uuwkpp09j2ajs73pdex"
	AgeJan    = "age1a3s33vpz5kexc0qxmrcu5utr42pyy3l5385kz59n9n3w832xhfwq0me3h5"
	AgeArgoCD = "age17zu7upttr57ugpk6aeyj6hy2qjmzqd8qyr5m68cq5n8qfnf69vqqkxenav"
	SSH       = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF "
)

// Base is the site of sitetest.Base with more in its spec. Edits are pairs: a text of
// the spec, and what takes its place.
func Base(tb testing.TB, more string, edits ...string) *site.Site {
	tb.Helper()
	return Site(tb, sitetest.Base()+more, edits...)
}

// Site is the site of a spec after edits.
func Site(tb testing.TB, text string, edits ...string) *site.Site {
	tb.Helper()
	for i := 0; i+1 < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			tb.Fatalf("the spec does not say %q", edits[i])
		}
		text = strings.ReplaceAll(text, edits[i], edits[i+1])
	}
	path := filepath.Join(tb.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	s, problems := rules.Load(spec.Source{Path: path})
	if s == nil {
		tb.Fatal(problems.Error())
	}
	return s
}

// Agent is what a spec says of another host. More of it may follow: CUE puts what is
// said of one host in several places together.
func Agent(name string) string {
	return fmt.Sprintf(`
hosts: %[1]s: {
	role: "agent"
	cpu: vendor: "amd"
	release:      "26.05"
	stateVersion: "25.11"
	age:          %[2]q
	disks: a: device: "/dev/disk/by-id/ata-EXAMPLE_%[1]s"
	users: maria: {keys: [%[3]q], groups: ["wheel"]}
	nics: wan: {mac: "a8:a1:59:0f:20:01", ipv4: {address: "198.51.100.7/24", gateway: "198.51.100.1"}}
}
`, name, AgeAgent, SSH+"maria")
}

// Servers says two more servers of the base site, in one network with it.
func Servers() string {
	var b strings.Builder
	for i, age := range []string{"age1f59tqr9f579nprvwqqreygm5ehyfx659lefsqax0x2rwksy2naks0wgd6k", "age1ree03ay6aq8tj0zmzdjqulsgnl8sphhgqlvjynuuvwyxvgyy2gesg4qvk3"} {
		fmt.Fprintf(&b, `
hosts: web%[1]d: {
	cpu: vendor: "amd"
	release:      "26.05"
	stateVersion: "26.05"
	age:          %[2]q
	disks: a: device: "/dev/disk/by-id/ata-EXAMPLE_web%[1]d"
	users: maria: {keys: [%[3]q], groups: ["wheel"]}
	nics: wan: {mac: "a8:a1:59:0f:%[1]d0:0a", ipv4: {address: "203.0.113.1%[1]d/26", gateway: "203.0.113.1"}}
}
`, i+2, age, SSH+"maria")
	}
	return b.String()
}
