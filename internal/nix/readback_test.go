package nix

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
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
	for _, write := range []func(any) (Expr, error){Value, Inline} {
		exprs := make([]string, len(values))
		for i, v := range values {
			e, err := write(v)
			if err != nil {
				t.Fatal(err)
			}
			exprs[i] = e.indent("  ")
		}
		for i, got := range evalNix(t, exprs) {
			if diff := cmp.Diff(asJSON(t, values[i]), got); diff != "" {
				t.Fatalf("%#v is read back otherwise (-want +got):\n%s", values[i], diff)
			}
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

// TestFloatsReadBack lets Nix compare: what it prints has six digits. The other
// side is computed from the integer mantissa and powers of two.
func TestFloatsReadBack(t *testing.T) {
	floats := []float64{0, 1, -1, 0.1, 1e3, 1e21, 1e22, math.Pi, math.MaxFloat64, -math.MaxFloat64, 0x1p-1022, 0x1.fffffffffffffp-1022, 1 << 53}
	r := rand.New(rand.NewPCG(3, 4))
	for len(floats) < 1000 {
		if f := math.Float64frombits(r.Uint64()); f == 0 || math.Abs(f) >= 0x1p-1022 && math.Abs(f) <= math.MaxFloat64 {
			floats = append(floats, f)
		}
	}
	var exprs []string
	for _, f := range floats {
		e, err := Value(f)
		if err != nil {
			t.Fatal(err)
		}
		exprs = append(exprs, fmt.Sprintf("(%s == %s)", e, exactly(f)))
	}
	for i, got := range evalNix(t, exprs) {
		if got != true {
			t.Errorf("%v is read back as another number: %s", floats[i], exprs[i])
		}
	}
}

// exactly writes f as products of integers below 1<<62, none of which rounds.
func exactly(f float64) string {
	mantissa, exponent := math.Frexp(f)
	n, _ := big.NewFloat(mantissa * (1 << 53)).Int64()
	text := fmt.Sprintf("(%d * 1.0)", n)
	for exponent -= 53; exponent != 0; {
		step := max(-60, min(60, exponent))
		exponent -= step
		op := " * "
		if step < 0 {
			op, step = " / ", -step
		}
		text = fmt.Sprintf("(%s%s%d.0)", text, op, int64(1)<<step)
	}
	return text
}
