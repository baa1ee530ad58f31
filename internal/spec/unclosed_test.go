package spec

import "testing"

// What is not closed is the block whose } another one took.
func TestUnclosed(t *testing.T) {
	for text, want := range map[string]int{
		"a: {\n\tb: {\n\t\tc: 1\n}\nd: {}\n":       2,
		"a: {\n\tb: [\n\t\t1,\n\t\t2,\n\t}\n":      2,
		"a: {\n\tb: 1\n\nc: {d: 1}\n":              1,
		"a: {b: {c: 1}\n":                          1,
		"a: \"{\"\nb: {\n\t// }\n\tc: [1]\nd: 2\n": 2,
		"a: \"\\(b)\"\nc: {\n":                     0,
		"a: {\n\tb: 1\n}\n":                        0,
	} {
		if got := unclosed([]byte(text)); got != want {
			t.Errorf("%q: line %d, want %d", text, got, want)
		}
	}
}
