package manifest

import "strings"

// Noted is a text with a comment behind it, for values that do not say
// themselves whose they are.
type Noted struct{ Text, Note string }

// Map is a mapping whose keys keep their order and may have a comment above them.
type Map []Entry

// Entry is one key of a Map. Value is a text, or another Map.
type Entry struct {
	Key   string
	Value any
	Note  string // written above the key; a line each
}

// comment marks each line of the text as a comment.
func comment(text string) string {
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = "# " + oneLine(l)
	}
	return strings.Join(lines, "\n")
}

// oneLine replaces what could end a comment, or what no YAML reader lets stand
// in one.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}
