package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sitegen/internal/site"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// BenchmarkCheck runs every rule over a site of 10,000 clients: 100 ms is the
// most that it may take.
func BenchmarkCheck(b *testing.B) {
	sp, ix := bigSpec(b, 10_000)
	s := site.Resolve(sp, ix)
	b.ResetTimer()
	for b.Loop() {
		if ps := check(sp, s, ix); ps.Errors() > 0 {
			b.Fatal(ps[0].Error())
		}
	}
}

// bigSpec is the example site with so many clients more. They are added behind
// the evaluation, which takes far longer than the rules.
func bigSpec(tb testing.TB, n int) (*spec.Spec, *spec.Index) {
	tb.Helper()
	sp, ix := exampleSpec(tb)
	for i := range n {
		c := *sp.Clients["bakery"]
		c.Domain = fmt.Sprintf("client-%d.example", i)
		c.Image = fmt.Sprintf("ghcr.io/example/client-%d:1.0.%d", i, i)
		sp.Clients[fmt.Sprintf("client-%d", i)] = &c
	}
	sp.Silence["tunnel-size"] = "a benchmark"
	sp.Silence["pod-room"] = "a benchmark"
	return sp, ix
}

func exampleSpec(tb testing.TB) (*spec.Spec, *spec.Index) {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "site.cue"))
	if err != nil {
		tb.Fatal(err)
	}
	return evaluated(tb, string(data))
}

func evaluated(tb testing.TB, text string) (*spec.Spec, *spec.Index) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	r := spec.Source{Path: path}.Read()
	if !r.Fits() {
		tb.Fatal(r.Problems.Error())
	}
	return r.Spec, r.Index
}

// TestGrowth: what gen says of a spec with many mistakes takes time in proportion to
// them.
func TestGrowth(t *testing.T) {
	for name, line := range map[string]string{
		"unknown fields":   "x%d: 1\n",
		"missing fields":   "clients: c%d: domain: \"c.example\"\n",
		"values":           "clients: c%d: {domain: \"C %[1]d\", image: \"ghcr.io/example/A:1\"}\n",
		"references":       "clients: c%d: _c\n",
		"same place often": "_n: n%d: {}\n",
	} {
		t.Run(name, func(t *testing.T) {
			small, large := explaining(t, line, 200), explaining(t, line, 1600)
			for range 5 { // a moment when the machine was busy with something else
				if large < 24*small {
					break
				}
				small, large = max(small, explaining(t, line, 200)), min(large, explaining(t, line, 1600))
			}
			if large >= 24*small {
				t.Errorf("8 times as many take %v, and not %v", large, small)
			}
		})
	}
}

// explaining is how long it takes to say what is wrong with n lines.
func explaining(t *testing.T, line string, n int) time.Duration {
	t.Helper()
	var b strings.Builder
	b.WriteString(sitetest.Base() + "\n_c: {domain: \"c example\", image: \"ghcr.io/example/A:1\"}\nfor k, _ in _n {clients: (k): {image: \"A\"}}\n_n: {}\n")
	for i := range n {
		fmt.Fprintf(&b, line, i)
	}
	path := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, problems := Load(spec.Source{Path: path}); len(problems) == 0 {
		t.Fatal("nothing is wrong")
	}
	return time.Since(start)
}
