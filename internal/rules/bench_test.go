package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sitegen/internal/site"
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
