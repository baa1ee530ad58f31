package terraform

import (
	"strings"
	"unicode/utf8"
)

// maxText is the longest character string in a TXT record (RFC 1035, 3.3).
const maxText = 255

// text is a TXT record in its zone file form: quoted strings of 255 bytes at most.
// Cloudflare cuts longer ones itself, and warns about text without quotes. The spec
// may give plain text or this form.
func text(s string) string {
	strs, ok := quotedStrings(s)
	if !ok {
		strs = []string{s}
	}
	var b strings.Builder
	for i, str := range strs {
		if i > 0 {
			b.WriteByte(' ')
		}
		writeText(&b, str)
	}
	return b.String()
}

func writeText(b *strings.Builder, s string) {
	b.WriteByte('"')
	n := 0
	for _, r := range s {
		size := utf8.RuneLen(r)
		if n+size > maxText {
			b.WriteString(`" "`)
			n = 0
		}
		n += size
		if r == '"' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
}

// quotedStrings reads the zone file form; false means that s is plain text.
func quotedStrings(s string) ([]string, bool) {
	var strs []string
	for rest := strings.TrimSpace(s); rest != ""; {
		if rest[0] != '"' {
			return nil, false
		}
		var b strings.Builder
		i := 1
		for ; i < len(rest) && rest[i] != '"'; i++ {
			if rest[i] == '\\' {
				i++
			}
			if i < len(rest) {
				b.WriteByte(rest[i])
			}
		}
		if i >= len(rest) {
			return nil, false
		}
		strs, rest = append(strs, b.String()), rest[i+1:]
		if rest != "" && rest[0] != ' ' {
			return nil, false
		}
		rest = strings.TrimLeft(rest, " ")
	}
	return strs, len(strs) > 0
}
