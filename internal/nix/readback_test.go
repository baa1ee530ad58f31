package nix

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// awkward is what a string is made of where escaping goes wrong.
var awkward = []string{
	`"`, `\`, "$", "{", "}", "${", "$${", `\${`, "'", "''", "''$", "%{", "#", "/*", "*/", "//", "\n", "\r", "\t", " ",
	"\x01", "\x1b", "\x7f", "\u0085", "\u2028", "\ufeff", "\ufffd", "é", "𝄞", "n", "r", "u0041", "a", "0", "-", ".", ";", "<x>", "a:b", "~/",
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(8) {
		b.WriteString(awkward[r.IntN(len(awkward))])
	}
	return b.String()
}

// TestReadBack has Nix read what Value wrote.
func TestReadBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	values := []any{nil, true, false, 0, -1, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, []any{}, map[string]any{}}
	for range 3000 {
		s, k := randomText(r), randomText(r)
		values = append(values, s, []any{s, -r.IntN(9), k}, map[string]any{k: []any{s}, s: nil, "x" + k: map[string]any{"or": s}})
	}
	exprs := make([]string, len(values))
	for i, v := range values {
		e, err := Value(v)
		if err != nil {
			t.Fatal(err)
		}
		exprs[i] = e.String()
	}
	for i, got := range evalNix(t, exprs) {
		if diff := cmp.Diff(asJSON(t, values[i]), got); diff != "" {
			t.Fatalf("%#v is read back otherwise (-want +got):\n%s", values[i], diff)
		}
	}
}

// asJSON brings v into the types of package json.
func asJSON(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}
