package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/diag"
)

// Said is CUE that says the same, and each of its lines can be taken apart.
func TestSaid(t *testing.T) {
	specs, err := filepath.Glob("../../golden/*/site.cue")
	if err != nil || len(specs) < 7 {
		t.Fatalf("%d specs, %v", len(specs), err)
	}
	for _, file := range append(specs, "../../site.cue") {
		r := Source{Path: file}.Read()
		if !r.Fits() {
			t.Fatalf("%s: %v", file, r.Problems)
		}
		text := r.Index.Said()
		again := ReadSaid("said", text)
		if !again.Fits() {
			t.Fatalf("%s: %v", file, again.Problems)
		}
		again.Spec.Silence = r.Spec.Silence
		if diff := cmp.Diff(r.Spec, again.Spec); diff != "" {
			t.Errorf("%s: -spec +said\n%s", file, diff)
		}
		if diff := cmp.Diff(string(text), string(again.Index.Said())); diff != "" {
			t.Errorf("%s: said twice\n%s", file, diff)
		}
		for line := range strings.Lines(string(text)) {
			at, value, ok := SaidLine(strings.TrimSuffix(line, "\n"))
			if !ok || r.Index.root.inside(at) == nil || value == "" {
				t.Errorf("%s: %q is %v, %q", file, line, at, value)
			}
		}
	}
}

// Names that CUE would take for something else, and texts that would end a line.
func TestSaidQuotes(t *testing.T) {
	const text = "\"for\": 1\n\"a.b\": \"#c\": \"_d\": \"x\\ny: \\\"z\\\" \u2028 <&>\"\ntrueish: [\"a: b\", {\"null\": null, e: true}, []]\n\"null\": {}\nx: 1.50\n"
	file := filepath.Join(t.TempDir(), "x.cue")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	files, problems := Source{Path: file}.read()
	root, more := evaluate(files, newIndex(files))
	if len(problems)+len(more) > 0 {
		t.Fatal(problems, more)
	}
	const want = "\"a.b\": \"#c\": \"_d\": \"x\\ny: \\\"z\\\" \\u2028 <&>\"\n\"for\": 1\n\"null\": {}\ntrueish: [\"a: b\", {\"null\": null, \"e\": true}, []]\nx: 1.50\n"
	if diff := cmp.Diff(want, string((&Index{root: root}).Said())); diff != "" {
		t.Error(diff)
	}
	at, value, ok := SaidLine(`"a.b": "#c: d": e: ["f: g"]`)
	if diff := cmp.Diff(diag.Path{"a.b", "#c: d", "e"}, at); !ok || value != `["f: g"]` || diff != "" {
		t.Error(at, value, ok)
	}
}
