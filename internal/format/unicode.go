package format

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// PlainText tells at once that nearly every text is printable ASCII.
func PlainText(text string) bool {
	for i := range len(text) {
		if b := text[i]; b < 0x20 || b >= 0x7f {
			return false
		}
	}
	return true
}

// Invisible names the first character of a text that nobody sees, and what it
// does; "" where there is none. Joiners that emoji and some alphabets are written
// with are no such.
func Invisible(text string) string {
	var before rune
	for _, r := range text {
		what := ""
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == 0:
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
			what = "which turns the direction of the text around it"
		case (r == 0x200c || r == 0x200d) && joins(before):
		case r == 0x200b, r == 0x200c, r == 0x200d, r == 0x2060, r == 0xfeff, r == 0x034f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0:
			what = "which takes no room"
		case r == 0x00ad:
			what = "a soft hyphen, which shows at the end of a line only"
		case r >= 0xe0000 && r <= 0xe007f && !joins(before), unicode.Is(unicode.Cf, r) && (r < 0xe0000 || r > 0xe007f):
			what = "which cannot be seen"
		case unicode.IsControl(r):
			what = "a control character"
		}
		if what != "" {
			return fmt.Sprintf("%U, %s", r, what)
		}
		before = r
	}
	return ""
}

// joins tells whether joiners and tags may follow a character: emoji, and letters
// of alphabets whose letters change with their neighbours.
func joins(r rune) bool {
	return unicode.In(r, unicode.So, unicode.Sk, unicode.Mn) || r >= 0xe0000 && r <= 0xe007f ||
		unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

// Composed is a text in Unicode's composed form, NFC, and what is not so in it;
// ok where nothing is.
func Composed(text string) (fixed, what string, ok bool) {
	start := norm.NFC.QuickSpanString(text)
	if start == len(text) || norm.NFC.IsNormalString(text) {
		return text, "", true
	}
	fixed = norm.NFC.String(text)
	for start > 0 && !norm.NFC.PropertiesString(text[start:]).BoundaryBefore() {
		start--
		for start > 0 && text[start]&0xc0 == 0x80 {
			start--
		}
	}
	part := text[start : start+norm.NFC.NextBoundaryInString(text[start:], true)]
	return fixed, fmt.Sprintf("%q is written as %s, and has to be %s", norm.NFC.String(part), points(part), points(norm.NFC.String(part))), false
}

func points(text string) string {
	var names []string
	for _, r := range text {
		names = append(names, fmt.Sprintf("%U", r))
	}
	return strings.Join(names, " ")
}
