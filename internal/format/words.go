package format

import (
	"fmt"
	"strings"
)

// AnyOf joins words with commas and "or".
func AnyOf(words []string) string { return join(words, " or ") }

// AllOf joins words with commas and "and".
func AllOf(words []string) string { return join(words, " and ") }

func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + last + words[len(words)-1]
}

// Count is a number with its word in the right form.
func Count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
