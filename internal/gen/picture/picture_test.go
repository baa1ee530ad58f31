package picture

import (
	"fmt"
	"strings"
	"testing"

	"sitegen/internal/gentest"
)

func TestPictureAndGraph(t *testing.T) {
	s := gentest.Base(t, `apps: board: {hostnames: ["board.example.com"], access: "admins", bypass: ["/hooks/*"], image: "ghcr.io/example/board:1.0", port: 3000}`)
	files, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	text := string(files[0].Data)
	for _, want := range []string{`class="">board.example.com</tspan><tspan x="332" class="guarded">admins`, `>board.example.com/hooks/*</tspan><tspan x="332" class="public">everybody`, "→ app board, in board"} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture lacks %q\n%s", want, text)
		}
	}
	found := 0
	for _, e := range Graph(s).Edges {
		if e.From == "hostname board.example.com" && e.To == "service app board, in board" && e.Through == "admins" || e.From == "service app board, in board" && strings.HasPrefix(e.To, "host ") {
			found++
		}
	}
	if found < 2 {
		t.Errorf("the way of board.example.com is not in the graph: %+v", Graph(s).Edges)
	}
}

// With many clients the public ones are told of together, and the others one by one.
func TestMany(t *testing.T) {
	var b strings.Builder
	for i := range few + 2 {
		fmt.Fprintf(&b, "clients: \"c%d\": {domain: \"%c%d.example\", image: \"ghcr.io/example/c:1.0\"}\n", i, 'a'+i%26, i)
	}
	b.WriteString(`clients: closed: {domain: "closed.example", access: "admins", image: "ghcr.io/example/c:1.0"}`)
	files, err := Files(gentest.Base(t, b.String()))
	if err != nil {
		t.Fatal(err)
	}
	text := string(files[0].Data)
	if !strings.Contains(text, " domains of clients") || !strings.Contains(text, ">www.closed.example<") || strings.Contains(text, ">www.a0.example<") {
		t.Error(text)
	}
}
