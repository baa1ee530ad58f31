package spec

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"
	"github.com/google/go-cmp/cmp"

	"sitegen/internal/diag"
	"sitegen/internal/site/sitetest"
	"sitegen/schema"
)

// TestSchemaIsCUE: gen compares a spec with the schema in Go. CUE itself, unifying
// the two, has to come to the same result for sound specs, for every case of
// golden/bad, and for every mistake of shape that TestMutants makes: refused or
// not, and if not, the same data with the same defaults.
func TestSchemaIsCUE(t *testing.T) {
	ctx := cuecontext.New()
	def := cueSchema(t, ctx)
	texts := shapes(t)
	fits, misfits := 0, 0
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		f, problems := parseFile("site.cue", []byte(texts[name]))
		if len(problems) > 0 {
			continue
		}
		ix := newIndex([]*ast.File{f})
		root, problems := evaluate([]*ast.File{f}, ix)
		if len(problems) > 0 || !root.sound() {
			continue
		}
		ix.root = root
		got, problems := fit(schemaType(t), root, ix)
		want, ok := fitByCUE(t, ctx, def, f)
		switch {
		case ok != (len(problems) == 0):
			t.Errorf("%s: CUE says %t, gen\n%s", name, ok, problems.Error())
		case !ok:
			misfits++
		default:
			fits++
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: not what CUE makes of it (-CUE +gen):\n%s", name, diff)
			}
		}
	}
	t.Logf("%d specs that fit, %d that do not", fits, misfits)
	if fits < 50 || misfits < 100 {
		t.Error("too few to tell")
	}
}

// shapes are specs that fit the schema and specs that do not, by what they are.
func shapes(t *testing.T) map[string]string {
	t.Helper()
	texts := sitetest.Bad(t)
	texts["base"], texts["full"] = sitetest.Base(), sitetest.Full()
	for _, seed := range []uint64{1, 2, 3} {
		texts["random "+string(rune('0'+seed))] = string(sitetest.Random(rand.New(rand.NewPCG(seed, 11))))
	}
	texts["example"] = sitetest.Example(t)
	all := sitetest.Mutants(t, sitetest.Example(t))
	if !testing.Short() {
		for i, m := range sitetest.Mutants(t, sitetest.Full()) {
			if i%5 == 0 {
				all = append(all, m)
			}
		}
	}
	for _, m := range all {
		texts[m.Kind+" of "+diag.Path(m.Path).String()] = m.Text
	}
	return texts
}

// cueSchema is #Site as CUE evaluates it.
func cueSchema(t *testing.T, ctx *cue.Context) cue.Value {
	t.Helper()
	text, err := schema.Text()
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile("schema.cue", text)
	if err != nil {
		t.Fatal(err)
	}
	return buildFiles(ctx, []*ast.File{f}).LookupPath(cue.ParsePath("#Site"))
}

// fitByCUE exports a spec, and lays the data over the schema.
func fitByCUE(t *testing.T, ctx *cue.Context, def cue.Value, f *ast.File) (*Spec, bool) {
	t.Helper()
	data, ok := buildFiles(ctx, []*ast.File{f}).Syntax(cue.Final()).(ast.Expr)
	if !ok {
		t.Fatal("no data")
	}
	v := def.Unify(ctx.BuildExpr(data))
	if err := v.Validate(cue.Concrete(true)); err != nil {
		return nil, false
	}
	exported, err := v.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	sp := new(Spec)
	if err := json.Unmarshal(exported, sp); err != nil {
		t.Log(err)
		return nil, false // a number that Go cannot hold
	}
	return sp, true
}

// UnmarshalJSON reads true, false or a word, for fitByCUE.
func (c *Choice) UnmarshalJSON(b []byte) error {
	*c = Choice(strings.Trim(string(b), `"`))
	return nil
}

// UnmarshalJSON keeps whole numbers whole, for fitByCUE.
func (d *Data) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var all map[string]any
	if err := dec.Decode(&all); err != nil {
		return err
	}
	counted, err := whole(all)
	if err == nil {
		*d = counted.(map[string]any)
	}
	return err
}

func whole(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			n, err := whole(x)
			if err != nil {
				return nil, err
			}
			v[k] = n
		}
	case []any:
		for i, x := range v {
			n, err := whole(x)
			if err != nil {
				return nil, err
			}
			v[i] = n
		}
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return v.Float64()
		}
		return v.Int64()
	}
	return v, nil
}

// UnmarshalJSON reads a word or a static address, for fitByCUE.
func (s *IPv4) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &s.Mode)
	}
	s.Mode = aStruct
	return json.Unmarshal(b, &s.IP)
}

// UnmarshalJSON reads a path or a command, for fitByCUE.
func (h *Health) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &h.Path)
	}
	var command struct{ Command []string }
	err := json.Unmarshal(b, &command)
	h.Path, h.Command = aStruct, command.Command
	return err
}
