package main

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sitegen/internal/prove"
	"sitegen/internal/prove/meant"
	"sitegen/internal/rules"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// TestProveRules: each rule of a finding is one that gen rules lists.
func TestProveRules(t *testing.T) {
	for _, id := range []string{prove.RuleDangling, prove.RuleOrphan, prove.RuleShadowed, prove.RuleOwners, prove.RuleNoRule, prove.RuleNoRecord, prove.RuleClash,
		prove.RuleUnguarded, prove.RuleValues, prove.RuleKey, prove.RuleReader, prove.RulePlain, prove.RuleRefused, prove.RuleHost, prove.RuleUnproved, "prove-spec"} {
		if _, ok := rules.Table()[id]; !ok {
			t.Errorf("gen rules does not list %s", id)
		}
	}
}

// TestProveScales: thousands of clients are proved, and four times as many take about four
// times the memory.
func TestProveScales(t *testing.T) {
	took := func(clients int) float64 {
		_, files := written(t, clients)
		tree := fstest.MapFS{}
		for name, data := range files {
			tree[name] = &fstest.MapFile{Data: data}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := prove.Run(t.Context(), tree, prove.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range p.Findings {
			if !f.Warning {
				t.Fatalf("%s: %s [%s]", f.At, f.Text, f.Rule)
			}
		}
		if sum := p.Sum(); !strings.Contains(sum, " of 4 tunnels, ") {
			t.Errorf("%s", sum)
		}
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc - before.TotalAlloc)
	}
	if ratio := took(2000) / took(500); ratio > 5 {
		t.Errorf("four times the clients take %.1f times the memory", ratio)
	}
}

// TestRandomProved: nothing is to be said against what gen makes of sites that nobody
// thought of, but that the user's own files are not there.
func TestRandomProved(t *testing.T) {
	for seed := range uint64(12) {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "site.cue"), string(sitetest.Seed(seed)))
		generateInto(t, filepath.Join(dir, "site.cue"), filepath.Join(dir, "out"))
		p, err := prove.Run(t.Context(), os.DirFS(filepath.Join(dir, "out")), prove.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, problems := rules.Load(spec.Source{Path: filepath.Join(dir, "site.cue")})
		if s == nil {
			t.Fatal(problems.Error())
		}
		for _, f := range append(p.Findings, meant.Differences(p, s)...) {
			own := slices.ContainsFunc([]string{"k8s/own/", "modules/own", "charts/"}, func(part string) bool { return strings.Contains(f.Text+f.At.File, part) })
			if !f.Warning && !own {
				t.Errorf("seed %d: %s: %s [%s]", seed, f.At, f.Text, f.Rule)
			}
		}
	}
}
