package site

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkCheck runs every rule over a site of 10,000 clients: 100 ms is the
// most that it may take.
func BenchmarkCheck(b *testing.B) {
	spec, ix := bigSpec(b, 10_000)
	s := Resolve(spec, ix)
	b.ResetTimer()
	for b.Loop() {
		if ps := check(spec, s, ix); ps.Errors() > 0 {
			b.Fatal(ps[0].Error())
		}
	}
}

// bigSpec is the example site with so many clients more. They are added behind
// the evaluation, which takes far longer than the rules.
func bigSpec(tb testing.TB, n int) (*Spec, *Index) {
	tb.Helper()
	spec, ix := exampleSpec(tb)
	for i := range n {
		c := *spec.Clients["bakery"]
		c.Domain = fmt.Sprintf("client-%d.example", i)
		c.Image = fmt.Sprintf("ghcr.io/example/client-%d:1.0.%d", i, i)
		spec.Clients[fmt.Sprintf("client-%d", i)] = &c
	}
	spec.Silence["tunnel-size"] = "a benchmark"
	spec.Silence["pod-room"] = "a benchmark"
	return spec, ix
}

func exampleSpec(tb testing.TB) (*Spec, *Index) {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "site.cue"))
	if err != nil {
		tb.Fatal(err)
	}
	return evaluated(tb, string(data))
}

func evaluated(tb testing.TB, text string) (*Spec, *Index) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	r := Source{Path: path}.Read()
	if !r.Fits() {
		tb.Fatal(r.Problems.Error())
	}
	return r.Spec, r.Index
}
