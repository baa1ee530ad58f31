package sitetest

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Seed is Random with a source of its own: the site that a test or randomsite
// calls by a number.
func Seed(seed uint64) []byte { return Random(rand.New(rand.NewPCG(seed, 11))) }

// Shuffle puts the fields of every struct of a spec that Random made into another
// order, which means the same in CUE. Lists keep theirs.
func Shuffle(r *rand.Rand, spec []byte) []byte {
	head, body, _ := strings.Cut(string(spec), "\n") // the package clause stays in front
	return []byte(head + "\n" + strings.Join(shuffled(r, strings.SplitAfter(body, "\n")), ""))
}

// shuffled reorders the items among lines: a line, or a block to its closing brace.
func shuffled(r *rand.Rand, lines []string) []string {
	var items [][]string
	for len(lines) > 0 {
		n := 1
		if opens := strings.TrimSuffix(lines[0], "\n"); strings.HasSuffix(opens, "{") || strings.HasSuffix(opens, "[") {
			n = 2 + slices.IndexFunc(lines[1:], func(l string) bool { return indent(l) <= indent(lines[0]) })
		}
		item := slices.Clone(lines[:n])
		if n > 2 && strings.HasSuffix(item[0], "{\n") {
			copy(item[1:], shuffled(r, item[1:n-1]))
		}
		items, lines = append(items, item), lines[n:]
	}
	r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	return slices.Concat(items...)
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, "\t")) }
