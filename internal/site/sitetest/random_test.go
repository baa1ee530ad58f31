package sitetest

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"sitegen/internal/site"
)

// TestRandom holds Random to its word: a sound spec, and the same one for a seed.
func TestRandom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.cue")
	for seed := range uint64(100) {
		text := Random(rand.New(rand.NewPCG(seed, 0)))
		if again := Random(rand.New(rand.NewPCG(seed, 0))); !bytes.Equal(text, again) {
			t.Fatalf("seed %d makes two texts", seed)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, problems := site.Load(path); len(problems) > 0 {
			t.Fatalf("seed %d is not sound:\n%s\n%s", seed, problems.Error(), text)
		}
	}
}
