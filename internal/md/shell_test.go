package md

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

// shellFragments are what shell code is made of where quoting is easily lost.
var shellFragments = strings.Split("{{$.V}}|{{$.V}}|{{if $.Yes}}|{{if $.No}}|{{else}}|{{end}}|{{/**/}}|'|'|\"|\"|\\|$|$(|$((|((|${|${a:-|(|)|))|}|{ |`|#| #|\n|\n| | |;|&|<|>|<<<|<<E|"+
	"a|a |x=|1|[|]|=|~|*|&& |echo |if |then |fi|for a in |do |done|case a in |esac|[[ | ]]|$'|\\n|%|!|``", "|")

func spellShell(code []byte) string {
	var b strings.Builder
	b.WriteString("```sh\n")
	for _, c := range code {
		b.WriteString(shellFragments[int(c)%len(shellFragments)])
	}
	b.WriteString("\n```\n")
	return b.String()
}

// checkShell checks that the shell's own parser finds the same commands,
// whatever the value, in a block that loads.
func checkShell(t *testing.T, src string) (looked bool) {
	tmpl, err := parse(src)
	if err != nil {
		return false
	}
	var want []string
	for i, v := range []string{"the mark", "x; y #", "$(x) `y`", "\\ {a,b} *", "if <x >y", "((  ))", "~ ${x} ="} {
		out, err := tmpl.Execute(map[string]any{"V": v, "Yes": true, "No": false})
		if err != nil {
			t.Errorf("%q with %q: %v", src, v, err)
			return true
		}
		body := strings.TrimSuffix(strings.TrimPrefix(string(out), "```sh\n"), "```\n")
		got, err := shape(body)
		switch {
		case i == 0 && err != nil:
			return false // no shell to begin with
		case i == 0:
			want = got
		case err != nil || !slices.Equal(got, want):
			t.Errorf("%q with %q: %v\n%s\n got %q\nwant %q", src, v, err, body, got, want)
			return true
		}
	}
	return true
}

// shape lists the kinds of the nodes of shell code, and the text of the words that
// are not quoted.
func shape(src string) ([]string, error) {
	file, err := syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(src), "")
	if err != nil {
		return nil, err
	}
	var out []string
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case nil:
		case *syntax.Lit:
			out = append(out, "Lit "+n.Value)
		default:
			out = append(out, fmt.Sprint(reflect.TypeOf(n)))
		}
		return true
	})
	return out, nil
}

func TestShellBlocksAreSafe(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	looked := 0
	for range 60_000 {
		code := make([]byte, 1+r.IntN(10))
		for i := range code {
			code[i] = byte(r.UintN(256))
		}
		if src := spellShell(code); strings.Contains(src, "{{$.V}}") && checkShell(t, src) {
			looked++
		}
		if t.Failed() {
			return
		}
	}
	if looked < 300 {
		t.Errorf("only %d blocks were looked at", looked)
	}
}

func FuzzShellBlock(f *testing.F) {
	f.Add([]byte("0"))
	f.Fuzz(func(t *testing.T, code []byte) { checkShell(t, spellShell(code)) })
}
