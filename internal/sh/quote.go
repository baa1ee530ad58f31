package sh

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// Quote writes s as one word of bash that stands for s in every locale. Bash
// cannot hold a NUL.
//
// [syntax.Quote] writes invisible characters beyond ASCII as \u200b, which bash
// turns into the characters of the locale it runs in: under LC_ALL=C the escape
// stays as it is. Those characters are written as bytes instead.
func Quote(s string) (string, error) {
	if i := strings.IndexByte(s, 0); i >= 0 {
		return "", fmt.Errorf("text holds a NUL at byte %d, which bash cannot hold", i)
	}
	var b strings.Builder
	for s != "" {
		plain := strings.IndexFunc(s, needsBytes)
		if plain < 0 {
			plain = len(s)
		}
		if plain > 0 {
			word, err := syntax.Quote(s[:plain], syntax.LangBash)
			if err != nil {
				return "", err
			}
			b.WriteString(word)
		}
		s = s[plain:]
		s = s[writeBytes(&b, s):]
	}
	if b.Len() == 0 {
		return "''", nil
	}
	return b.String(), nil
}

// writeBytes writes the characters at the beginning of s that need it byte by
// byte, and returns how many bytes they are.
func writeBytes(b *strings.Builder, s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return !needsBytes(r) })
	if n < 0 {
		n = len(s)
	}
	if n > 0 {
		b.WriteString("$'")
		for _, c := range []byte(s[:n]) {
			fmt.Fprintf(b, `\x%02x`, c)
		}
		b.WriteString("'")
	}
	return n
}

// needsBytes is true for invalid bytes too, which strings.IndexFunc shows as
// U+FFFD.
func needsBytes(r rune) bool {
	return r >= utf8.RuneSelf && (r == utf8.RuneError || !unicode.IsPrint(r))
}
