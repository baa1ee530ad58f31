package site

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"

	"sitegen/internal/site/sitetest"
)

// shapeRules are those that say that a spec does not fit the schema.
func shapeRules() map[string]bool {
	return map[string]bool{"unknown-field": true, "missing-field": true, "type": true, "value": true, "open-value": true, "conflict": true, "reference": true, "cycle": true}
}

// soundTexts are specs without a problem.
func soundTexts(t *testing.T) map[string]string {
	t.Helper()
	example, err := os.ReadFile(filepath.Join("..", "..", "site.cue"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"base": baseSite(t), "example": string(example)}
	if testing.Short() {
		return texts
	}
	texts["full"] = fullSite(t)
	for seed := range uint64(1) {
		texts[fmt.Sprintf("random %d", seed)] = string(sitetest.Random(rand.New(rand.NewPCG(seed, 7))))
	}
	return texts
}

// misshapen makes every single mistake of shape in a spec: a field that is
// missing, misspelt, unknown, of another kind, or left open.
func misshapen(t *testing.T, text string) []mutant {
	t.Helper()
	f, err := parser.ParseFile("site.cue", text)
	if err != nil {
		return nil
	}
	var all []mutant
	for _, m := range mutants(t, text) {
		if m.kind == "drop" || m.kind == "rename" || m.kind == "retype" {
			all = append(all, m)
		}
	}
	add := func(kind string, from, to int, with string) {
		all = append(all, mutant{kind: kind, path: Path{1 + strings.Count(text[:from], "\n")}, text: text[:from] + with + text[to:]})
	}
	ast.Walk(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StructLit:
			if n.Lbrace.IsValid() {
				add("unknown", n.Lbrace.Offset()+1, n.Lbrace.Offset()+1, "zzz: 1, ")
				add("loop", n.Lbrace.Offset()+1, n.Lbrace.Offset()+1, "for x in zzz {y: x}, ")
				add("condition", n.Lbrace.Offset()+1, n.Lbrace.Offset()+1, "if _zzz {y: 1}, _zzz: bool, ")
			}
		case *ast.Field:
			if lit, ok := n.Value.(*ast.BasicLit); ok {
				add("open", lit.Pos().Offset(), lit.End().Offset(), "_")
				add("fails", lit.Pos().Offset(), lit.End().Offset(), "1/0")
				add("twice", lit.Pos().Offset(), lit.End().Offset(), lit.Value+" & {}")
			}
		}
		return true
	}, nil)
	return all
}

// TestShapeAlone: one mistake of shape in a spec is no reason to find anything
// else wrong with it than before.
func TestShapeAlone(t *testing.T) {
	rules := shapeRules()
	texts, bad := soundTexts(t), map[string]string{}
	if !testing.Short() {
		bad = badTexts(t)
		maps.Copy(texts, bad)
	}
	var all []mutant
	var of []string
	for _, name := range sortedKeys(texts) {
		n := 60
		if bad[name] != "" {
			n = 2
		}
		all, of = append(all, mutant{kind: name, text: texts[name]}), append(of, name)
		for _, m := range some(misshapen(t, texts[name]), n) {
			all, of = append(all, m), append(of, name)
		}
	}
	var before Problems
	for i, problems := range loadAll(t, all) {
		if all[i].kind == of[i] {
			before = problems
			continue
		}
		known := map[string]bool{}
		for _, p := range before {
			known[p.Path+p.Rule+p.Message] = true
		}
		if !slices.ContainsFunc(problems, func(p Problem) bool { return rules[p.Rule] && !known[p.Path+p.Rule+p.Message] }) {
			continue // no mistake of shape
		}
		for _, p := range problems {
			if !rules[p.Rule] && !known[p.Path+p.Rule+p.Message] {
				t.Errorf("%s: %s of %s:\n%s", of[i], all[i].kind, all[i].path, problems.Error())
				break
			}
		}
	}
}

// some are n mutants or fewer, from all over.
func some(all []mutant, n int) []mutant {
	var out []mutant
	for i := 0; i < len(all); i += 1 + len(all)/n {
		out = append(out, all[i])
	}
	return out
}

// badTexts are the cases of golden/bad that are one file, and evaluate.
func badTexts(t *testing.T) map[string]string {
	t.Helper()
	root, err := filepath.Abs(badDir)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, dir := range cases(t, root) {
		data, err := os.ReadFile(filepath.Join(dir, "site.cue"))
		if err == nil {
			texts[filepath.Base(dir)] = string(data)
		}
	}
	return texts
}

// plants are mistakes of shape in things of their own, which nothing else rests on.
func plants() []string {
	return []string{
		`apps: planted: {hostnames: [], image: "ghcr.io/example/planted:1.0.0", port: 3000, access: "admins", typo: 1}`,
		`clients: planted: {domain: "planted.example", www: true, access: "admins", image: 7}`,
		`clients: planted: {domain: "planted.example", www: true, access: "admins"}`,
		`versions: charts: cilium: 5`,
		`tunnel: replicas: "two"`,
		`terraform: s3: {bucket: "planted", typo: 1}`,
	}
}

// clashes are mistakes with several fields, laid over a sound site.
func clashes() map[string]string {
	app := `{image: "ghcr.io/example/clash:1.0.0", access: "admins", `
	return map[string]string{
		"hostname-twice":  `apps: {one: ` + app + `hostnames: ["clash.example.com"]}, two: ` + app + `hostnames: ["clash.example.com"]}}`,
		"hostname-zone":   `apps: one: ` + app + `hostnames: ["clash.example.info"]}`,
		"access-group":    `apps: one: {image: "ghcr.io/example/clash:1.0.0", hostnames: ["clash.example.com"], access: "nobody"}`,
		"app-access":      `apps: one: ` + app + `hostnames: ["clash.example.com"], public: true}`,
		"app-allow":       `apps: one: ` + app + `allow: ["nothing"]}`,
		"env-twice":       `apps: one: ` + app + `secrets: ["KEY"], env: KEY: "x"}`,
		"volume-replicas": `apps: one: ` + app + `replicas: 3, volumes: data: {mount: "/data", size: "1Gi"}}`,
		"primary-domain":  `domains: "clash.example": primary: true`,
		"domain-nested":   `domains: "clash.example.com": {}`,
		"record-twice":    `domains: "clash.example": records: [{type: "TXT", name: "@", content: "x"}, {type: "TXT", name: "@", content: "x"}]`,
		"client-hostname": `clients: one: image: "ghcr.io/example/clash:1.0.0"`,
		"access-empty":    `access: clash: {}, argocd: access: string`,
		"recipient-twice": `sops: people: {one: "age1npmgmwe3rxmyu278txlzhdwyldk9x02rqja4td9uuwkpp09j2ajs73pdex", two: "age1npmgmwe3rxmyu278txlzhdwyldk9x02rqja4td9uuwkpp09j2ajs73pdex"}`,
		"uid-twice":       `hosts: server: users: {one: uid: 2000, two: uid: 2000}`,
		"mac-twice":       `hosts: server: nics: {one: {mac: "a8:a1:59:00:aa:01", ipv4: "none"}, two: {mac: "a8:a1:59:00:aa:01", ipv4: "none"}}`,
		"address-twice":   `hosts: server: nics: {one: {mac: "a8:a1:59:00:aa:01", ipv4: address: "10.1.1.1/24"}, two: {mac: "a8:a1:59:00:aa:02", ipv4: address: "10.1.1.1/24"}}`,
		"nic-gateway":     `hosts: server: nics: one: {mac: "a8:a1:59:00:aa:01", ipv4: {address: "10.1.1.1/24", gateway: "10.1.2.1"}}`,
		"default-route":   `hosts: server: nics: {one: {mac: "a8:a1:59:00:aa:01"}, two: {mac: "a8:a1:59:00:aa:02"}}`,
		"network-overlap": `hosts: server: nics: {one: {mac: "a8:a1:59:00:aa:01", ipv4: address: "10.1.1.1/24"}, two: {mac: "a8:a1:59:00:aa:02", ipv4: address: "10.1.1.2/24"}}`,
		"disk-twice":      `hosts: server: disks: {one: {device: "/dev/disk/by-id/clash", mount: "/one"}, two: {device: "/dev/disk/by-id/clash", mount: "/two"}}`,
		"mount-twice":     `hosts: server: disks: {one: {device: "/dev/disk/by-id/one", mount: "/one"}, two: {device: "/dev/disk/by-id/two", mount: "/one"}}`,
		"array-disks":     `hosts: server: disks: one: {device: "/dev/disk/by-id/one", mount: "/one"}, hosts: server: arrays: clash: {disks: ["one"], mount: "/clash", size: "1G"}`,
		"resource-limit":  `apps: one: ` + app + `resources: {requests: memory: "2Gi", limits: memory: "1Gi"}}`,
		"state-version":   `hosts: clash: {role: "agent", release: "25.11", stateVersion: "26.05"}`,
		"hostname-depth":  `domains: "clash.example": {}, apps: one: ` + app + `hostnames: ["a.b.clash.example"]}`,
		"record-clash":    `domains: "clash.example": records: [{type: "A", name: "one", content: "198.51.100.1"}], apps: one: ` + app + `hostnames: ["one.clash.example"]}`,
		"name-clash":      `clients: clash: {domain: "clash.example", image: "ghcr.io/example/clash:1.0.0"}, apps: "website-clash": ` + app + `}`,
		"access-default":  `access: clash: {emails: ["x@example.com"], default: true}`,
	}
}

// TestShapeHidesNothing: a mistake of shape elsewhere changes nothing about what
// else is said of a spec.
func TestShapeHidesNothing(t *testing.T) {
	// What is said of a spec that cannot be read at all, and only where nothing else is.
	unread := map[string]bool{"syntax": true, "import": true, "spec-file": true, "spec-time": true, "reference": true, "internal": true, "silence-unused": true}
	texts := badTexts(t)
	for seed := range uint64(1) {
		sound := string(sitetest.Random(rand.New(rand.NewPCG(seed, 9))))
		for rule, clash := range clashes() {
			texts[fmt.Sprintf("random %d with %s", seed, rule)] = sound + clash + "\n"
		}
	}
	var all []mutant
	var of []string // which text each of them is of
	for i, name := range sortedKeys(texts) {
		if testing.Short() && i%3 != 0 {
			continue
		}
		of, all = append(of, name), append(all, mutant{kind: name, text: texts[name]})
		for j, plant := range plants() {
			if (i+j)%len(plants()) == 0 || !testing.Short() && (i+j)%3 == 0 {
				of, all = append(of, name), append(all, mutant{kind: plant, text: texts[name] + plant + "\n"})
			}
		}
	}
	var alone Problems
	for i, problems := range loadAll(t, all) {
		if of[i] == all[i].kind {
			alone = problems
			if _, rule, ok := strings.Cut(of[i], " with "); ok && !breaks(problems, rule) {
				t.Errorf("%s is not that:\n%s", of[i], problems.Error())
			}
			continue
		}
		if breaks(problems, "spec-time") {
			continue // a busy machine
		}
		for _, p := range unsaid(alone, problems) {
			if !unread[p.Rule] && !strings.Contains(all[i].kind, strings.Split(p.Path, ".")[0]+":") {
				t.Errorf("%s with %s is no longer said:\n%s\nbut\n%s", of[i], all[i].kind, p.Error(), problems.Error())
			}
		}
	}
}

// unsaid are those of the first problems that are not among the second.
func unsaid(first, second Problems) Problems {
	there := map[string]bool{}
	for _, p := range second {
		there[fmt.Sprint(p.Pos.Line, p.Pos.Col, p.Path, p.Rule)] = true
	}
	return slices.DeleteFunc(slices.Clone(first), func(p Problem) bool {
		return there[fmt.Sprint(p.Pos.Line, p.Pos.Col, p.Path, p.Rule)]
	})
}
