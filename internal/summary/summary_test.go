package summary

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/diag"
	"sitegen/internal/gen"
	"sitegen/internal/gen/said"
	"sitegen/internal/rules"
	"sitegen/internal/spec"
)

var update = flag.Bool("update", false, "write what is wanted")

// sideOf is the side of a spec, as the tree that gen writes of it gives it.
func sideOf(t testing.TB, text string) Side {
	t.Helper()
	file := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, problems := rules.Load(spec.Source{Path: file})
	if s == nil {
		t.Fatal(problems)
	}
	r, err := gen.Run(s, gen.All())
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range r.Tree.Files() {
		files[f.Path] = f.Data
	}
	side := Read(files)
	if side.Site == nil {
		t.Fatal("the tree does not tell what the spec said")
	}
	return side
}

func exampleOf(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What leads to a client, and to a chart.
const (
	leads = `
redirects: "old-harbor.example": to: "https://harbor.example"
domains: "harbor.example": mail: {mx: ["mx.mailhost.example"], spf: ["include:mailhost.example"]}
routes: "blog.example.com": {to: "http://wordpress.blog:80", public: true}
charts: blogdb: {namespace: "blog", repo: "https://charts.example.com", chart: "mariadb", version: "1.2.3"}
` + blog
	blog = `charts: blog: {namespace: "blog", repo: "https://charts.example.com", chart: "wordpress", version: "1.2.3"}
`
)

// Ordinary changes of the example and of an agency with twenty clients, each with all that
// is said of it: testdata/NAME.txt.
func TestChanges(t *testing.T) {
	site, agency, three := exampleOf(t, "../../site.cue"), exampleOf(t, "../../examples/agency/site.cue"), exampleOf(t, "../../examples/three/site.cue")
	one := strings.NewReplacer("list.Range(1, 4, 1)", "list.Range(1, 2, 1)", "replicas: 3", "replicas: 1", "storage: \"longhorn\"", "silence: \"x\": \"\"").Replace(three)
	one = strings.Replace(one, "silence: \"x\": \"\"\n", "", 1)
	for _, c := range []struct {
		name, base string
		edits      []string // old, new, old, new …; an old text of "" appends
		installed  bool
		danger     []Danger
	}{
		{name: "nothing", base: site},
		{name: "client", base: site, edits: []string{"clients: {\n", "clients: {\n\tnewone: {domain: \"newone.example\", image: \"ghcr.io/example/newone:1.0\"}\n"}},
		{name: "client-gone", base: site, edits: []string{"\tharbor: {domain: \"harbor.example\", image: \"ghcr.io/example/harbor-site:0.9.1\", www: false}\n", ""}, danger: []Danger{Vanish, Vanish}},
		{name: "image", base: site, edits: []string{"bakery-site:1.4.2", "bakery-site:1.5.0"}},
		{name: "rename-client", base: site, edits: []string{"\tbakery: {", "\tpastry: {"}},
		{name: "rename-app", base: site, edits: []string{"apps: invoices:", "apps: bills:"}, danger: []Danger{Data}},
		{name: "renamed", base: site, edits: []string{"apps: invoices: {", "apps: bills: {\n\trenamed: from: \"invoices\"", "\tbakery: {", "\tpastry: {renamed: from: \"bakery\", "}},
		{name: "renamed-again", base: strings.Replace(site, "apps: invoices: {", "apps: bills: {\n\trenamed: from: \"invoices\"", 1),
			edits: []string{"apps: bills: {", "apps: sums: {", "example/invoices:3.1.0", "example/invoices:3.2.0"}},
		{name: "public", base: site, edits: []string{"\taccess: \"admins\"\n\timage:", "\tpublic: true\n\timage:"}, danger: []Danger{Public}},
		{name: "bypass", base: site, edits: []string{"\taccess: \"admins\"\n\timage:", "\taccess: \"admins\"\n\tbypass: [\"/hooks/*\"]\n\timage:"}},
		{name: "person", base: site, edits: []string{`{emails: ["ops@example.com"], default: true}`, `{emails: ["new@example.com"], default: true}`}},
		{name: "pods", base: site, edits: []string{"", `cluster: pods: "10.44.0.0/16"`}, installed: true, danger: []Danger{Reinstall}},
		{name: "disk", base: site, edits: []string{"S675NX0T100002", "S675NX0T100009"}},
		{name: "disk-installed", base: site, edits: []string{"S675NX0T100002", "S675NX0T100009"}, installed: true, danger: []Danger{Reinstall}},
		{name: "state-version-first", base: site, edits: []string{"\tstateVersion: \"26.05\"", "\tstateVersion: \"25.11\""}},
		{name: "state-version", base: site, edits: []string{"\tstateVersion: \"26.05\"", "\tstateVersion: \"25.11\""}, installed: true, danger: []Danger{Never}},
		{name: "release", base: site, edits: []string{"\trelease:      \"26.05\"\n\tstateVersion: \"26.05\"", "\trelease:      \"25.11\"\n\tstateVersion: \"25.11\""}, installed: true, danger: []Danger{Never}},
		{name: "site-name", base: site, edits: []string{`name: "hetzner"`, `name: "other"`}, installed: true, danger: []Danger{Never, Destroy}},
		{name: "open", base: site, edits: []string{"\tusers: maria: {", "\topen: [{ports: [9100], from: [\"0.0.0.0/0\"]}, {ports: [161], protocol: \"udp\", from: [\"192.0.2.0/24\"]}]\n\tusers: maria: {"}, danger: []Danger{Public}},
		{name: "cilium", base: site + "\nversions: charts: cilium: \"1.18.9\"\n", edits: []string{"1.18.9", "1.19.6"}},
		{name: "cilium-leap", base: site + "\nversions: charts: cilium: \"1.18.9\"\n", edits: []string{"1.18.9", "1.20.0"}, danger: []Danger{Never}},
		{name: "longhorn-leap", base: three + "\nversions: charts: longhorn: \"1.9.2\"\n", edits: []string{"1.9.2", "1.12.1"}, danger: []Danger{Never}},
		{name: "agent", base: site, edits: []string{"", `hosts: web2: {role: "agent", release: "26.05", stateVersion: "26.05", cpu: vendor: "amd", disks: a: device: "/dev/disk/by-id/nvme-EXAMPLE_1", nics: wan: {mac: "a8:a1:59:0f:20:01", ipv4: {address: "203.0.113.20/26", gateway: "203.0.113.1"}}, users: maria: hosts.web1.users.maria, age: "age1rlmspzgcker7g9g2wj62m2q29psc7msp4vv67jshz8fzmpdxt35sng7j7l"}`}},
		{name: "address", base: three, edits: []string{"10.20.0.2\\(n)/24", "10.20.0.3\\(n)/24"}, installed: true, danger: []Danger{Reinstall, Reinstall, Reinstall}},
		{name: "node-said", base: site, edits: []string{"\tusers: maria: {", "\tnode: \"wan\"\n\tusers: maria: {"}},
		{name: "volumes", base: site, edits: []string{"\tusers: maria: {", "\tvolumes: \"/srv/volumes\"\n\tusers: maria: {"}, danger: []Danger{Data}},
		{name: "grow", base: one, edits: []string{"list.Range(1, 2, 1)", "list.Range(1, 4, 1)"}, danger: []Danger{Data}},
		{name: "grow-first", base: one, edits: []string{"list.Range(1, 2, 1)", "list.Range(1, 4, 1)", "", `cluster: first: "pier2"`}, installed: true, danger: []Danger{Data, Never}},
		{name: "storage", base: site, edits: []string{"", `storage: "longhorn", silence: "storage-hosts": "it grows"`}, danger: []Danger{Data}},
		{name: "unencrypted", base: three, edits: []string{"", "cluster: encryption: false"}, danger: []Danger{Public}},
		{name: "no-longer-renamed", base: site + "\napps: invoices: renamed: from: \"old\"\n", edits: []string{"\napps: invoices: renamed: from: \"old\"\n", ""}, danger: []Danger{Data}},
		{name: "shrink", base: site, edits: []string{`size: "10Gi"`, `size: "5Gi"`}, danger: []Danger{Data}},
		{name: "key", base: site, edits: []string{"people: maria: \"age1npmgmwe3rxmyu278txlzhdwyldk9x02rqja4td9uuwkpp09j2ajs73pdex\"",
			"people: jan: \"age1a3s33vpz5kexc0qxmrcu5utr42pyy3l5385kz59n9n3w832xhfwq0me3h5\""}},
		{name: "secret", base: site, edits: []string{`["API_KEY", "DATABASE_URL"]`, `["API_KEY", "DATABASE_URL", "TOKEN"]`}},
		{name: "tunnel", base: site, edits: []string{"", `tunnel: name: "another"`}},
		{name: "mail", base: site, edits: []string{"wildcard: true}", `wildcard: true, mail: mx: ["mx.mailhost.example"]}`}},
		{name: "redirect-www", base: site, edits: []string{"", `redirects: {"old-bakery.example": to: "https://bakery.example", "www.old-bakery.example": to: "https://bakery.example"}`}},
		{name: "left", base: site + leads, edits: []string{"\tharbor: {domain: \"harbor.example\", image: \"ghcr.io/example/harbor-site:0.9.1\", www: false}\n", "", blog, ""}, danger: []Danger{Vanish}},
		{name: "backup", base: site, edits: []string{"", "backup: s3: {endpoint: \"https://s3.example.com\", bucket: \"site-backup\"}\nalerts: ntfy: \"https://ntfy.example.com/site\""}},
		{name: "backup-moved", base: strings.Replace(agency, "silence: ", "_none: ", 1), edits: []string{"s3.example.net", "s3.example.org"}},
		{name: "agency-www", base: agency, edits: []string{"", `redirects: "old-shop.example": to: "https://example.com"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			after := c.base
			for i := 0; i < len(c.edits); i += 2 {
				if c.edits[i] == "" {
					after += "\n" + c.edits[i+1] + "\n"
					continue
				}
				if strings.Count(after, c.edits[i]) != 1 {
					t.Fatalf("%q is there %d times", c.edits[i], strings.Count(after, c.edits[i]))
				}
				after = strings.Replace(after, c.edits[i], c.edits[i+1], 1)
			}
			old, new := sideOf(t, c.base), sideOf(t, after)
			new.Installed = func(string) bool { return c.installed }
			new.Held = func(string) ([]string, bool) { return nil, c.installed }
			s := Of(old, new)
			var dangers []Danger
			for _, i := range s.Dangerous(nil) {
				dangers = append(dangers, i.Danger)
			}
			if diff := cmp.Diff(c.danger, dangers); diff != "" {
				t.Errorf("dangers: -want +got\n%s", diff)
			}
			var got bytes.Buffer
			if err := s.WriteText(&got); err != nil {
				t.Fatal(err)
			}
			for _, i := range s.Refused(nil) {
				got.WriteString("REFUSED: " + i.Text + "\n")
			}
			golden(t, c.name+".txt", got.Bytes())
			if back := Of(new, old); len(s.Items) > 0 && len(back.Items) == 0 {
				t.Error("the way back does nothing")
			}
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Every field of the schema whose change takes something is in the summary, with that.
func TestEveryField(t *testing.T) {
	all, err := spec.Fields()
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, f := range all {
		if f.Change == "" {
			continue // of a struct, whose fields say it
		}
		if f.Change != "as endpoint" && len(classes(f.Change)) == 0 && !strings.HasPrefix(f.Change, "nix flake update") && !strings.HasPrefix(f.Change, "tofu") {
			t.Errorf("%s: no class is in %q", f.Name(), f.Change)
		}
		var at diag.Path
		for _, name := range f.Path {
			if name == spec.AnyIndex {
				break // a list is one value
			}
			if name == spec.AnyName {
				name = "some-name"
			}
			at = append(at, name)
		}
		line := func(value string) []byte {
			text := ""
			for _, e := range at {
				text += `"` + e.(string) + `": `
			}
			return []byte(text + value + "\n")
		}
		got := fields(line("1"), line("2"))
		if len(got) != 1 || got[0].Path != at.String() || !slices.Equal(got[0].Class, classes(spec.Takes(at))) {
			t.Errorf("%s: %+v", f.Name(), got)
		}
		if len(got) == 1 && len(f.Path) == len(at) && got[0].Takes != f.Change {
			t.Errorf("%s takes %q, and the summary says %q", f.Name(), f.Change, got[0].Takes)
		}
		told++
	}
	if told < 300 {
		t.Errorf("only %d fields say what a change of them takes", told)
	}
}

// A tree of another gen, or one whose spec was edited, is compared by its files.
func TestUnknown(t *testing.T) {
	site := exampleOf(t, "../../site.cue")
	old, new := sideOf(t, site), sideOf(t, strings.Replace(site, `name: "hetzner"`, `name: "other"`, 1))
	for what, text := range map[string]string{"none": "", "broken": "hosts: web1: {", "of another gen": "hosts: web1: shoeSize: 46\n"} {
		files := map[string][]byte{}
		for p, data := range old.Files {
			files[p] = data
		}
		if delete(files, said.Path); text != "" {
			files[said.Path] = []byte(text)
		}
		s := Of(Read(files), new)
		if s.Known || len(s.Dangerous(nil)) == 0 {
			t.Errorf("%s: known %v, %+v", what, s.Known, s.Items)
		}
		var b bytes.Buffer
		if err := s.WriteText(&b); err != nil || !strings.Contains(b.String(), "what the spec said before is not") {
			t.Errorf("%s: %v\n%s", what, err, b.String())
		}
	}
}

// No text of a spec comes out of the Markdown that holds it.
func TestMarkdown(t *testing.T) {
	s := Summary{Known: true, Items: []Item{{Layer: DNS, Danger: Vanish, Text: "x</details>`*[a](b)\n# y", Why: "<b>", Detail: "a|b\n<script>"}}, Fields: []Field{{Path: "a", Old: "\"<i>\"", New: "\"_x_\""}}}
	var b bytes.Buffer
	if err := s.WriteMarkdown(&b, []string{"vanish"}); err != nil {
		t.Fatal(err)
	}
	golden(t, "markdown.txt", b.Bytes())
	for _, bad := range []string{"x</details>", "<b>", "<script>", "<i>", "\n# y"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("%q got through", bad)
		}
	}
}

// TestHeld: a key that the encrypted file holds already is not asked for, and a file that
// is not there is begun from its example.
func TestHeld(t *testing.T) {
	const keys = `secrets: ["API_KEY", "DATABASE_URL"]`
	site := exampleOf(t, "../../site.cue")
	if !strings.Contains(site, keys) {
		t.Fatal("site.cue has no such secrets")
	}
	old, new := sideOf(t, site), sideOf(t, strings.Replace(site, keys, `secrets: ["API_KEY", "DATABASE_URL", "MAIL_URL", "TOKEN"]`, 1))
	for _, c := range []struct {
		held  []string
		there bool
		want  string
	}{
		{nil, false, "secrets.enc.yaml has to hold MAIL_URL and TOKEN: before the push: sops encrypt --filename-override k8s/argocd-hetzner/invoices/secrets.enc.yaml k8s/argocd-hetzner/invoices/secrets.example.yaml > k8s/argocd-hetzner/invoices/secrets.enc.yaml && sops k8s/argocd-hetzner/invoices/secrets.enc.yaml"},
		{[]string{"API_KEY", "MAIL_URL"}, true, "secrets.enc.yaml has to hold TOKEN: before the push: sops k8s/argocd-hetzner/invoices/secrets.enc.yaml"},
		{[]string{"MAIL_URL", "TOKEN"}, true, ""},
	} {
		new.Held = func(string) ([]string, bool) { return c.held, c.there }
		got := ""
		for _, i := range Of(old, new).Items {
			if i.Layer == Secrets {
				got += strings.TrimPrefix(i.Text, "k8s/argocd-hetzner/invoices/") + ": " + i.Why
			}
		}
		if got != c.want {
			t.Errorf("held %v: %q, want %q", c.held, got, c.want)
		}
	}
}
