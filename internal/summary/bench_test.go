package summary

import (
	"fmt"
	"strings"
	"testing"
)

// A client more, on a site of a thousand.
func BenchmarkOneMore(b *testing.B) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "clients: \"client%d\": {domain: \"client%d.example\", image: \"ghcr.io/example/c:1.0\"}\n", i, i)
	}
	base := strings.Replace(exampleOf(b, "../../site.cue"), "silence:", "silence: \"pod-room\": \"x\"\nsilence:", 1) + text.String()
	old := sideOf(b, base)
	new := sideOf(b, base+"clients: newone: {domain: \"newone.example\", image: \"ghcr.io/example/c:1.0\"}\n")
	for b.Loop() {
		Of(Read(old.Files), new)
	}
}
