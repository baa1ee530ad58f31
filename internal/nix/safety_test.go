package nix

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// fragments are what templates are made of where the two lexers could disagree.
var fragments = strings.Split("{{$.V}}|{{$.V}}|{{if $.No}}|{{if $.Yes}}|{{else}}|{{end}}|{{range .Twice}}|{{/**/}}|\"|\"|''|''|'|$|${|}|{|/|a|b| | |=|;|#|\n|.|[|]|(|)|5|:|\\|/*|*/|-|~|<|>|+|@|!|"+
	"let |in |inherit |with |or |rec |,|?|...|= {{$.V}};|${ {{$.V}} }|a = |a.|{{$.V}} = 1;|./a|//|?{{$.V}}|&& ", "|")

// values print as every kind of token there is.
var values = []any{
	`a"\${b}''`, "x y", "abc", "if", "", "-", -5, 7, true, nil, []any{1, "x"}, []any{}, map[string]any{"a b": "${"},
}

type data struct {
	V       any
	Yes, No bool
	Twice   []int
}

const mark = "the\tmark"

// checkSafe checks that a template that loads treats each value as one operand or
// name: the tokens around it are the same, whatever the value.
func checkSafe(t *testing.T, src string) (loads bool) {
	tmpl, err := Parse(fstest.MapFS{"t.nix": {Data: []byte(src)}}, "t.nix")
	if err != nil {
		return false
	}
	marked, err := tmpl.Execute(data{V: mark, Yes: true, Twice: []int{1, 2}})
	if err != nil {
		return false
	}
	want, err := tokens(string(marked))
	if err != nil {
		t.Errorf("template %q loads and has no tokens: %v", src, err)
		return true
	}
	for _, v := range values {
		out, err := tmpl.Execute(data{V: v, Yes: true, Twice: []int{1, 2}})
		if err != nil {
			continue // not a name
		}
		got, err := tokens(string(out))
		if err != nil {
			t.Errorf("template %q with %#v: %v", src, v, err)
			continue
		}
		if !matches(got, want, v) {
			t.Errorf("template %q with %#v:\n%q\nmarked:\n%q", src, v, got, want)
		}
	}
	return true
}

// matches compares got with want, in which the marks stand for v.
func matches(got, want []string, v any) bool {
	e, _ := Value(v)
	operand, _ := tokens(e.String())
	name := operand
	if s, ok := v.(string); ok && isIdentifier(s) && !isKeyword(s) {
		name = []string{"id " + s}
	}
	marked := []string{`open "`, `str the\tmark`, `close "`}
	for len(want) > 0 {
		switch {
		case len(want) >= 3 && slices.Equal(want[:3], marked) && prefixed(got, operand):
			want, got = want[3:], got[len(operand):]
		case len(want) >= 3 && slices.Equal(want[:3], marked) && prefixed(got, name):
			want, got = want[3:], got[len(name):]
		case len(got) > 0 && got[0] == want[0]:
			want, got = want[1:], got[1:]
		default:
			return false
		}
	}
	return len(got) == 0
}

func prefixed(list, prefix []string) bool {
	return len(list) >= len(prefix) && slices.Equal(list[:len(prefix)], prefix)
}

// spell makes a template of bytes, each of which stands for a fragment.
func spell(code []byte) string {
	var b strings.Builder
	for _, c := range code {
		b.WriteString(fragments[int(c)%len(fragments)])
	}
	return b.String()
}

func TestTemplatesAreSafe(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	loaded := 0
	for range 100_000 {
		code := make([]byte, 1+r.IntN(9))
		for i := range code {
			code[i] = byte(r.UintN(256))
		}
		if src := spell(code); strings.Contains(src, "{{$.V}}") && checkSafe(t, src) {
			loaded++
		}
		if t.Failed() {
			return
		}
	}
	if loaded < 500 {
		t.Errorf("only %d templates were looked at", loaded)
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add([]byte("0"))
	f.Fuzz(func(t *testing.T, code []byte) { checkSafe(t, spell(code)) })
}
