package differ

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFiles(t *testing.T) {
	for _, tc := range []struct {
		about, name, have, want string
		differs                 []Difference
	}{
		{"comments, keys in another order, quotes", "a.yaml", "b: \"x\" # why\na: 1\n", "# a file\na: 1\nb: x\n", nil},
		{"a text is no number", "a.yaml", "a: \"1\"\n", "a: 1\n", []Difference{{1, 1, "a", "1", "1"}}},
		{"a value, a key less, a key more", "a.yaml", "a:\n  b: 3\n  d: 1\n", "a:\n  b: 2\n  c: x\n", []Difference{
			{1, 3, "a.c", "", "x"}, {2, 2, "a.b", "3", "2"}, {3, 0, "a.d", "1", ""}}},
		{"what is found by its name", "a.yaml", "- {name: b, v: 2}\n- {name: a, v: 1}\n", "- {name: a, v: 3}\n- {name: b, v: 2}\n", []Difference{{2, 1, "v", "1", "3"}}},
		{"an order that counts", "a.yaml", "args: [b, a]\n", "args: [a, b]\n", []Difference{{1, 1, "args", "b", "a, in this order"}}},
		{"an order that does not", "a.yaml", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {policyTypes: [b, a]}\n", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {policyTypes: [a, b]}\n", nil},
		{"the order of rules counts", "config.yaml", "ingress: [{service: b}, {service: a}]\n", "ingress: [{service: a}, {service: b}]\n", []Difference{{1, 1, "ingress", "{service: b}", "{service: a}, in this order"}}},
		{"a line of a text", "a.yaml", "a: |\n  one\n  three\n", "a: |\n  one\n  two\n", []Difference{{3, 3, "a", "three", "two"}}},
		{"documents", "a.yaml", "a: 1\n---\nb: 1\n", "a: 1\n", []Difference{{1, 1, "", "[{a: 1}, {b: 1}]", "{a: 1}"}}},
		{"no YAML", "a.yaml", "a: [\n", "a: 1\n", []Difference{{1, 0, "", "what cannot be read: yaml: line 1: did not find expected node content", ""}}},
		{"a key twice", "a.yaml", "a: 1\na: 1\n", "a: 1\n", []Difference{{1, 0, "", "what cannot be read: line 2: the key \"a\" is there twice", ""}}},
		{"HCL in another form", "a.tf", "locals {\n  a = { c = 2, b = 1 } # why\n}\nx \"y\" {}\n", "x \"y\" {\n}\nlocals {\n  a = {\n    b = 1\n    c = 2\n  }\n}\n", nil},
		{"a value and a block of HCL", "a.tf", "locals {\n  a = { b = [1, var.x] }\n}\n", "locals {\n  a = { b = [1, var.y] }\n}\nx \"y\" \"z\" {\n  c = 1\n}\n", []Difference{
			{1, 4, "x y z", "", "[{c: 1}]"}, {2, 2, "locals.a.b", "var.x", "var.y"}}},
		{"comments of Nix", "a.nix", "{\n  a = \"# no comment\"; # a comment\n  b = ''\n    # text\n  '';\n}\n", "{\n  /* a\n     comment */\n  a = \"# no comment\";\n  b = ''\n    # text\n  '';\n}\n", nil},
		{"text of Nix", "a.nix", "{\n  b = ''\n    # other\n  '';\n}\n", "{\n  b = ''\n    # text\n  '';\n}\n", []Difference{{3, 3, "", "# other", "# text"}}},
		{"comments of a script", "a.sh", "#!/bin/sh\n# other\ncat <<E # x\n# text\nE\n", "#!/bin/sh\ncat <<E\n# text\nE\n", nil},
		{"what a script is run by, and gives to a program", "a.sh", "#!/bin/bash\ncat <<E\n# other\nE\n", "#!/bin/sh\ncat <<E\n# text\nE\n", []Difference{{1, 1, "", "#!/bin/bash", "#!/bin/sh"}}},
		{"git", ".gitignore", "# other\n/a\n", "/a\n/b\n", []Difference{{2, 2, "", "", "/b"}}},
	} {
		t.Run(tc.about, func(t *testing.T) {
			got := Files(tc.name, []byte(tc.have), []byte(tc.want))
			if diff := cmp.Diff(tc.differs, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if again := Files(tc.name, []byte(tc.want), []byte(tc.want)); len(again) > 0 {
				t.Errorf("a file differs from itself: %v", again)
			}
		})
	}
	if Known("docs/RUNBOOK.md") || Known("docs/site.svg") || !Known("scripts/a.sh") || len(Files("docs/RUNBOOK.md", []byte("a"), []byte("b"))) > 0 {
		t.Error("what people read is compared")
	}
}
