package format

import "strings"

// NearestHint is a hint that names the candidate nearest to word, or "" where
// none is near.
func NearestHint(word string, candidates []string) string {
	if best := Nearest(word, candidates); best != "" {
		return DidYouMean(best)
	}
	return ""
}

// Nearest is the candidate that is nearest to word, or "" where none is near. In a
// short word every letter counts: mtu is not mac, and sudo is not audio.
func Nearest(word string, candidates []string) string {
	best, bestAt := "", tooFar(word)
	for _, c := range candidates {
		if d := Distance(word, c, bestAt); d < bestAt && c != word {
			best, bestAt = c, d
		}
	}
	return best
}

func tooFar(word string) int { return min(2+(len(word)-1)/4, 5) }

// NearestHostname is Nearest without the labels at the end that two hostnames share:
// shop.bakery.example is not www.bakery.example.
func NearestHostname(host string, candidates []string) string {
	best, bestAt := "", 5
	for _, c := range candidates {
		a, b := unshared(host, c)
		limit := min(tooFar(a), bestAt)
		if d := Distance(a, b, limit); a != "" && b != "" && d < limit {
			best, bestAt = c, d
		}
	}
	return best
}

// unshared are two hostnames without the labels that both end with.
func unshared(a, b string) (string, string) {
	for a != "" && b != "" {
		i, j := strings.LastIndexByte(a, '.'), strings.LastIndexByte(b, '.')
		if a[i+1:] != b[j+1:] {
			break
		}
		a, b = a[:max(i, 0)], b[:max(j, 0)]
	}
	return a, b
}

// Distance is the number of single-byte insertions, deletions, substitutions and
// swaps of neighbours between a and b, or limit where it would be that or more.
func Distance(a, b string, limit int) int {
	if abs(len(a)-len(b)) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return min(row[len(b)], limit)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
