package sitetest

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/rules"
	"sitegen/internal/spec"
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
		if _, problems := rules.Load(spec.Source{Path: path}); len(problems) > 0 {
			t.Fatalf("seed %d is not sound:\n%s\n%s", seed, problems.Error(), text)
		}
	}
}

// TestShuffle: other places, the same lines, and the same site.
func TestShuffle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.cue")
	moved := 0
	for seed := range uint64(20) {
		text := Seed(seed)
		other := Shuffle(rand.New(rand.NewPCG(seed, 1)), text)
		if !slices.Equal(sortedLines(text), sortedLines(other)) {
			t.Fatalf("seed %d: other lines:\n%s", seed, other)
		}
		if !bytes.Equal(text, other) {
			moved++
		}
		if err := os.WriteFile(path, other, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, problems := rules.Load(spec.Source{Path: path}); len(problems) > 0 {
			t.Fatalf("seed %d is not sound when shuffled:\n%s\n%s", seed, problems.Error(), other)
		}
	}
	if moved < 20 {
		t.Errorf("only %d of 20 were moved", moved)
	}
}

func sortedLines(text []byte) []string {
	return slices.Sorted(strings.SplitSeq(string(text), "\n"))
}
