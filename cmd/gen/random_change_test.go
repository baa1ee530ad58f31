package main

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/gen/said"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/tree"
)

// TestRandomOrder: the order of a spec's fields means nothing, to the last byte.
func TestRandomOrder(t *testing.T) {
	work := t.TempDir()
	for seed := range uint64(8) {
		text := sitetest.Seed(seed)
		spec, other := filepath.Join(work, "site.cue"), filepath.Join(work, "other.cue")
		writeFile(t, spec, string(text))
		want := generate(t, spec)
		for n := range uint64(2) {
			writeFile(t, other, string(sitetest.Shuffle(rand.New(rand.NewPCG(seed, n)), text)))
			if diff := cmp.Diff(want, generate(t, other)); diff != "" {
				t.Errorf("seed %d: fields in another order give another tree:\n%s", seed, diff)
			}
		}
	}
}

// An element is one thing more in a site, and the files that it may touch; SITE
// stands for the site's name.
type element struct {
	name  string
	field string   // in the spec
	own   []string // folders and files that are its own
	may   []string // files of everybody's that may change
	keeps bool     // no line of these goes away, spacing aside and but for the runbook's sentences
}

func elements() []element {
	routes := []string{"docs/ROUTES.md", "docs/RUNBOOK.md", "k8s/argocd-SITE/cloudflared/configSITE.yaml", "k8s/argocd-SITE/cloudflared/networkpolicy.yaml",
		"k8s/terraform-SITE/cloudflare.tf", "scripts/verify-SITE.sh"}
	return []element{
		{
			name: "client", field: `clients: "zadded": {domain: "zadded.example", image: "ghcr.io/example/zadded:1.0.0"}`,
			own: []string{"k8s/argocd-SITE/websites/zadded", "k8s/argocd-SITE/apps/website-zadded.yaml"},
			// The first one brings the folder that clients share.
			may:   append([]string{"k8s/argocd-SITE/apps/websites.yaml", "k8s/argocd-SITE/websites", "k8s/argocd-SITE/projects/workloads.yaml"}, routes...),
			keeps: true,
		},
		{
			name: "app", field: `apps: "zadded": {hostnames: ["zadded.example.com"], public: true, image: "ghcr.io/example/zadded:1.0.0"}`,
			own:   []string{"k8s/argocd-SITE/zadded", "k8s/argocd-SITE/apps/zadded.yaml"},
			may:   append([]string{"k8s/argocd-SITE/projects/workloads.yaml"}, routes...),
			keeps: true,
		},
		{
			name: "host", field: `hosts: "zadded": {role: "agent", cpu: vendor: "intel", release: "26.05", stateVersion: "26.05", ` +
				`age: "age1rvxl4d3wfkv2rdktgpr6k84clzazvw3r0xtjndn3favy46an5quqx0utk9", disks: a: device: "/dev/disk/by-id/nvme-EXAMPLE_ZADDED_0", ` +
				`address: "203.0.113.77", nics: {wan: {mac: "a8:a1:59:00:77:01", ipv4: "dhcp"}, lan: {mac: "a8:a1:59:00:77:02", ipv4: address: "192.168.7.77/24"}}, ` +
				`users: maria: {keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC2vNVczmfaG8LBP3HLyX5d/sGzwPbELBhe8OnZsUMHB x"], groups: ["wheel"]}}`,
			own: []string{"machines/zadded", "hosts/zadded.nix", "scripts/install-zadded.sh", "secrets/hosts/zadded"},
			// The first agent moves the API's port on the server, and brings a token.
			may: append([]string{".gitignore", ".sops.yaml", "flake.nix", "k8s/argocd-SITE/cloudflared/deployment.yaml",
				"k8s/terraform-SITE/cloudflare-access.tf", "k8s/terraform-SITE/outputs.tf", "k8s/terraform-SITE/values/cilium.yaml", "roles/k3s-cilium/default.nix", "roles/backup",
				"scripts/bootstrap-SITE-k8s.sh", "scripts/maintain-SITE.sh", "machines/server/default.nix", "scripts/install-server.sh", "secrets/hosts/server"}, routes...),
		},
	}
}

// Where the nodes of a random site reach each other.
var (
	nodeOf = regexp.MustCompile(`(?m)^\s*node: "([a-z0-9]+)"$`)
	tagOf  = regexp.MustCompile(`vlans: private: \{on: "[a-z0-9]+", id: (\d+)`)
)

// TestRandomElement adds a client, an app, a host to sites that nobody thought of,
// and takes it away again: only the files that should change do, what is deleted is
// exactly what was added, what lies beside it stays, and nothing outside is touched.
func TestRandomElement(t *testing.T) {
	for seed := range uint64(6) {
		work := t.TempDir()
		writeFile(t, filepath.Join(work, "mine"), "mine\n")
		spec, more, out := filepath.Join(work, "site.cue"), filepath.Join(work, "more.cue"), filepath.Join(work, "tree", "out")
		text := string(sitetest.Seed(seed))
		writeFile(t, spec, text)
		writeFile(t, filepath.Join(work, "tree", "beside"), "mine\n")
		generateInto(t, spec, out)
		first := readTree(t, out)
		for _, e := range elements() {
			field := e.field
			if node := nodeOf.FindStringSubmatch(text); e.name == "host" && node != nil { // all hosts of a random site say the same
				field += fmt.Sprintf("\nhosts: zadded: node: %q", node[1])
				if tag := tagOf.FindStringSubmatch(text); node[1] == "private" {
					field += fmt.Sprintf("\nhosts: zadded: vlans: private: {on: \"wan\", id: %s, mtu: 1400, ipv4: address: \"192.168.10.77/24\"}", tag[1])
				}
			}
			writeFile(t, more, text+field+"\n")
			generateInto(t, more, out)
			second := readTree(t, out)
			e.check(t, seed, first, second)

			// The user's own files, in the element's folders too.
			mine := map[string]string{"mine": "mine\n"}
			for p := range second {
				if dir := path.Dir(strings.TrimPrefix(p, "x ")); first[p] == "" && dir != "." {
					mine[dir+"/mine.txt"] = "mine\n"
				}
			}
			for p, data := range mine {
				writeFile(t, filepath.Join(out, filepath.FromSlash(p)), data)
			}
			stamp := modTimes(t, out)
			generateInto(t, more, out)
			if diff := cmp.Diff(stamp, modTimes(t, out)); diff != "" {
				t.Errorf("seed %d: %s: a second run writes:\n%s", seed, e.name, diff)
			}
			generateInto(t, spec, out)
			wanted := maps.Clone(first)
			maps.Copy(wanted, mine)
			if diff := cmp.Diff(wanted, readTree(t, out)); diff != "" {
				t.Errorf("seed %d: without the %s again, the tree is not what it was and what is the user's:\n%s", seed, e.name, diff)
			}
			for p := range mine {
				if err := os.Remove(filepath.Join(out, filepath.FromSlash(p))); err != nil {
					t.Fatal(err)
				}
			}
		}
		var outside []string
		for p := range readTree(t, work) {
			if !strings.HasPrefix(strings.TrimPrefix(p, "x "), "tree/out/") {
				outside = append(outside, p)
			}
		}
		slices.Sort(outside)
		if diff := cmp.Diff([]string{"mine", "more.cue", "site.cue", "tree/beside"}, outside); diff != "" {
			t.Errorf("seed %d: outside of the root:\n%s", seed, diff)
		}
	}
}

// check compares the trees without and with the element.
func (e element) check(t *testing.T, seed uint64, before, after map[string]string) {
	t.Helper()
	if len(after) <= len(before) {
		t.Errorf("seed %d: %s: no file came", seed, e.name)
	}
	for p, data := range after {
		was, there := before[p]
		name := strings.TrimPrefix(p, "x ")
		switch {
		case name == tree.ManifestName || name == said.Path || name == "docs/site.svg" || there && was == data:
		case among(name, e.own) && there:
			t.Errorf("seed %d: %s: %s was there before", seed, e.name, name)
		case !among(name, e.own) && !among(name, e.may):
			t.Errorf("seed %d: %s: %s has nothing to do with it:\n%s", seed, e.name, name, cmp.Diff(was, data))
		case there && e.keeps && name != "docs/RUNBOOK.md" && !keepsLines(was, data):
			t.Errorf("seed %d: %s: a line of %s goes away:\n%s", seed, e.name, name, cmp.Diff(was, data))
		}
		if name != tree.ManifestName && !strings.Contains(after[tree.ManifestName], "  "+name+"\n") {
			t.Errorf("seed %d: %s: %s is not in the manifest", seed, e.name, name)
		}
	}
	for p := range before {
		if _, ok := after[p]; !ok {
			t.Errorf("seed %d: %s: %s goes away", seed, e.name, p)
		}
	}
}

// among tells whether a path is, or is below, one of some; SITE in it, a name or a number,
// may be any.
func among(p string, some []string) bool {
	parts := strings.Split(p, "/")
	return slices.ContainsFunc(some, func(s string) bool {
		want := strings.Split(s, "/")
		if len(parts) < len(want) {
			return false
		}
		for i, w := range want {
			head, tail, open := strings.Cut(w, "SITE")
			if open && !(strings.HasPrefix(parts[i], head) && strings.HasSuffix(parts[i], tail)) || !open && parts[i] != w {
				return false
			}
		}
		return true
	})
}

// keepsLines tells whether every line is still there, as often, up to spacing:
// columns move with the longest name. What was empty may open.
func keepsLines(before, after string) bool {
	count := map[string]int{}
	for line := range strings.Lines(after) {
		count[strings.Join(strings.Fields(line), " ")]++
	}
	for line := range strings.Lines(before) {
		key := strings.Join(strings.Fields(line), " ")
		if open := strings.NewReplacer("{}", "{", "toset([])", "toset([").Replace(key); count[key] == 0 {
			key = open
		}
		if count[key]--; count[key] < 0 {
			return false
		}
	}
	return true
}

func modTimes(t *testing.T, dir string) map[string]string {
	t.Helper()
	times := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			times[p] = info.ModTime().String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return times
}
