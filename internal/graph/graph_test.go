package graph

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWriters(t *testing.T) {
	g := &Graph{}
	a, b := g.Add("hostname", `a"b\n<i>.example`), g.Add("service", "x; y --> z\"]")
	g.Lead(a, b, `|"admins"|`)
	g.Lead(a, b, `|"admins"|`)
	if g.Add("service", "x; y --> z\"]") != b || len(g.Nodes) != 2 || len(g.Edges) != 1 {
		t.Errorf("%+v", g)
	}
	var dot, mermaid bytes.Buffer
	if err := g.Dot(&dot); err != nil {
		t.Fatal(err)
	}
	if err := g.Mermaid(&mermaid); err != nil {
		t.Fatal(err)
	}
	const wantDot = `digraph {
	rankdir=LR
	node [shape=box, style=rounded]
	"hostname a\"b\\n<i>.example" [label="a\"b\\n<i>.example"]
	"service x; y --> z\"]" [label="x; y --> z\"]"]
	"hostname a\"b\\n<i>.example" -> "service x; y --> z\"]" [label="|\"admins\"|"]
}
`
	const wantMermaid = "flowchart LR\n\tn0[\"a#34;b#92;n#60;i#62;.example\"]\n\tn1[\"x#59; y --#62; z#34;#93;\"]\n\tn0 -->|\"#124;#34;admins#34;#124;\"| n1\n"
	if diff := cmp.Diff(wantDot, dot.String()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wantMermaid, mermaid.String()); diff != "" {
		t.Error(diff)
	}
}
