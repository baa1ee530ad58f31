package meant

import (
	"strings"
	"testing"
	"testing/fstest"

	"sitegen/internal/prove"
)

func TestContents(t *testing.T) {
	const deployment = "spec:\n  replicas: 2\n  template:\n    spec: {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7}\n"
	want := map[string][]byte{"a.yaml": []byte(deployment), "gone.tf": []byte("locals {}\n"), "docs/gone.md": nil}
	has := func(text string) fstest.MapFS { return fstest.MapFS{"a.yaml": {Data: []byte(text)}} }
	for _, tc := range []struct {
		about, have string
		links       []prove.Finding
		texts       []string
	}{
		{"the same", "# mine\n" + deployment, nil, nil},
		{"a value", strings.Replace(deployment, "2", "3", 1), nil, []string{"a.yaml:2: spec.replicas: the tree has 3, and the spec gives 2"}},
		{"a value that a link says", strings.Replace(deployment, "2", "3", 1), []prove.Finding{{At: prove.Place{File: "a.yaml", Line: 2}, Text: `the tree has "3", and the spec "2"`}}, nil},
		{"a value that a link of another file says", strings.Replace(deployment, "2", "3", 1), []prove.Finding{{At: prove.Place{File: "b.yaml", Line: 2}, Text: `the tree has "3", and the spec "2"`}},
			[]string{"a.yaml:2: spec.replicas: the tree has 3, and the spec gives 2"}},
		{"a key less", strings.Replace(deployment, "  replicas: 2\n", "", 1), nil, []string{"a.yaml:1: spec.replicas: the spec gives 2, and the tree has nothing of it"}},
		{"many", strings.NewReplacer("a: 1, ", "", "b: 2, ", "", "c: 3, ", "", "d: 4, ", "", "e: 5, ", "", "f: 6, ", "").Replace(deployment), nil, []string{"spec.a", "spec.b", "spec.c", "spec.d", "spec.e (1 more"}},
	} {
		t.Run(tc.about, func(t *testing.T) {
			found, err := Contents(t.Context(), has(tc.have), want, tc.links, nil)
			if err != nil {
				t.Fatal(err)
			}
			texts := append(tc.texts, "gone.tf: the spec gives this file, and it is not there")
			for i, f := range found {
				got := f.At.String() + ": " + f.Text
				if f.Hint != "" {
					got += " (" + f.Hint + ")"
				}
				for part := range strings.SplitSeq(texts[min(i, len(texts)-1)], " (") {
					if !strings.Contains(got, part) && !strings.Contains(got, "("+part) {
						t.Errorf("%s, and not %s", got, part)
					}
				}
				if f.Rule != Rule || f.Warning {
					t.Errorf("%+v", f)
				}
			}
			if len(found) != len(texts) {
				t.Errorf("%d findings, and not %d: %v", len(found), len(texts), found)
			}
		})
	}
}
