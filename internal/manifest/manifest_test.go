package manifest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sigs "sigs.k8s.io/yaml"
	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/tree"
)

// sample holds a text everywhere a text can stand.
type sample struct {
	Keys  map[string]string `yaml:"keys" json:"keys"`
	List  []string          `yaml:"list" json:"list"`
	Noted Noted             `yaml:"noted" json:"noted"`
	Text  string            `yaml:"text" json:"text"`
	Tree  Map               `yaml:"tree" json:"tree"`
}

// read is sample as a reader sees it.
type read struct {
	Keys  map[string]string
	List  []string
	Noted string
	Text  string
	Tree  map[string]any
}

var hostile = []string{
	"", "no", "yes", "on", "y", "n", "null", "~", "true", "1e3", "0x1f", "0o7", "0777", "1_000", "1:30", ".inf", "-.nan", "2001-01-01",
	"<<", "=", "-", "?", ":", "---", "...", "- a", "a: b", "a:", "a #b", "# a", "%a", "@a", "`a", "!a", "&a", "*a", "{a", "[a", "|", ">", "'a", `"a`, `\0`, "!!binary",
	" a", "a ", "\ta", "a\t", "\n", "\na", "a\n", "a\n\n", " a\nb", "a\n b\n", "\n a", "a\r", "a\rb", "a\r\nb", "\x01", "\x1b", "\x7f", "\u0085", "\u2028", "\ufeffa", "\ufffe",
	"æøå", "日本", "\U0001f600", strings.Repeat("a long line ", 60), "\" \\ ${x} $${x} %{if} '' ' # $(id) |\n\r\t",
}

// TestReadBack writes each text and reads it with both readers that are in use:
// the one of kustomize and the one of Kubernetes.
func TestReadBack(t *testing.T) {
	for _, text := range hostile {
		readBack(t, text)
	}
}

func FuzzReadBack(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Add("\x00")
	f.Add("a\x80")
	f.Fuzz(readBack)
}

func readBack(t *testing.T, text string) {
	t.Helper()
	doc := sample{
		Keys: map[string]string{text: text, "k": text}, List: []string{text, "x"}, Noted: Noted{text, text}, Text: text,
		Tree: Map{{Key: "a", Value: text, Note: text}, {Key: "b", Value: Map{{Key: "k" + text, Value: text}}}},
	}
	out, err := Marshal(text, doc, doc)
	if !valid(text) {
		if err == nil {
			t.Fatalf("%q was written as\n%s", text, out)
		}
		return
	}
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	want := read{Keys: doc.Keys, List: doc.List, Noted: text, Text: text, Tree: map[string]any{"a": text, "b": map[string]any{"k" + text: text}}}
	d := yaml.NewDecoder(bytes.NewReader(out))
	for range 2 {
		var got read
		if err := d.Decode(&got); err != nil {
			t.Fatalf("%q: %v\n%s", text, err, out)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q comes back as\n%s\n%s", text, diff, out)
		}
	}
	// The reader of Kubernetes goes by JSON, and takes one document.
	out, err = Marshal(text, doc)
	if err != nil {
		t.Fatal(err)
	}
	var got read
	if err := sigs.UnmarshalStrict(out, &got); err != nil {
		t.Fatalf("%q: %v\n%s", text, err, out)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%q comes back as\n%s\n%s", text, diff, out)
	}
}

func valid(text string) bool {
	return strings.ToValidUTF8(text, "") == text && !strings.Contains(text, "\x00")
}

// TestLineBreaks: what one version of YAML takes for a line break and another does
// not is escaped.
func TestLineBreaks(t *testing.T) {
	for _, text := range []string{"a\u2028b", "a\u0085b", "x\u2029y\nz", "a\nb\u2028c\n"} {
		out, err := Marshal("h", map[string]string{"k": text})
		if err != nil || strings.ContainsAny(string(out), lineBreaks) {
			t.Errorf("%q is written as %q, %v", text, out, err)
		}
		readBack(t, text)
	}
}

func TestMarshalLayout(t *testing.T) {
	long := strings.Repeat("word ", 100) + "end"
	out, err := Marshal("made by\ngen",
		NewNamespace(Meta{Name: "websites", Labels: map[string]string{"b": "2", "a": long}}),
		struct {
			Keys []Noted `yaml:"keys"`
			Tree Map     `yaml:"tree"`
		}{[]Noted{{"age1", "maria"}, {"age2", ""}}, Map{{Key: "z", Value: "1", Note: "what\nfor"}, {Key: "a", Value: ""}}})
	if err != nil {
		t.Fatal(err)
	}
	want := `# made by gen
apiVersion: v1
kind: Namespace
metadata:
  labels:
    a: ` + long + `
    b: "2"
  name: websites
---
keys:
- age1 # maria
- age2
tree:
  # what
  # for
  z: "1"
  a: ""
`
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestFiles(t *testing.T) {
	var f Files
	f.Add("a.yaml", NewNamespace(Meta{Name: "a"}))
	got, err := f.Done()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Path != "a.yaml" || got[0].Mode != 0o644 || !bytes.HasPrefix(got[0].Data, []byte("# "+tree.Header+"\n")) {
		t.Errorf("got %+v", got)
	}

	var bad Files
	bad.Add("b.yaml", NewNamespace(Meta{Name: "nul \x00"}))
	bad.Add("c.yaml", NewNamespace(Meta{Name: "broken \xff"}))
	f.Append(&bad)
	if _, err := f.Done(); err == nil || !strings.HasPrefix(err.Error(), "b.yaml: text holds a NUL") {
		t.Errorf("got %v, want the first error", err)
	}
}

// expand is what the kubelet makes of a text (kubernetes
// third_party/forked/golang/expansion), with every variable known.
func expand(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		i++
		end := strings.IndexByte(text[i:], ')')
		switch {
		case text[i] == '$':
			out.WriteByte('$')
		case text[i] == '(' && end > 0:
			out.WriteString("replaced")
			i += end
		default:
			out.WriteString("$" + text[i:i+1])
		}
	}
	return out.String()
}

func FuzzLiteral(f *testing.F) {
	for _, text := range []string{"", "$", "$x", "${x}", "$(x)", "$$(x)", "$$", "$$$", "$(", "a$$b$(c)d$", "$ $("} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := expand(string(*Env("A", text).Value)); got != text {
			t.Errorf("%q reaches the process as %q", text, got)
		}
		if got := expand(string(Words([]string{text})[0])); got != text {
			t.Errorf("%q reaches the process as %q", text, got)
		}
	})
}
