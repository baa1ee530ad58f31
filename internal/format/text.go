package format

import (
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Fault is what is wrong with a text, and what to do about it: Meant is the text to
// write instead, where that is known. The zero fault is none. The functions below
// each know one format and nothing of a site.
type Fault struct{ What, Hint, Meant string }

// Bad tells whether something is wrong.
func (f Fault) Bad() bool { return f.What != "" }

// Advice is what to do, in words.
func (f Fault) Advice() string {
	if f.Meant != "" {
		return DidYouMean(f.Meant)
	}
	return f.Hint
}

// DidYouMean is a hint that names a text to write instead.
func DidYouMean(text string) string { return fmt.Sprintf("did you mean %q?", text) }

// Hostname wants a full DNS name: two labels or more, lower case, no dot at
// the end. Its length limits are those of RFC 1035.
func Hostname(name string) Fault {
	bad := func(hint, format string, args ...any) Fault {
		return Fault{What: fmt.Sprintf("%q is no hostname: ", name) + fmt.Sprintf(format, args...), Hint: hint}
	}
	but := func(better, format string, args ...any) Fault {
		f := bad("", format, args...)
		f.Meant = Suggest(better, Hostname)
		return f
	}
	if name == "" {
		return Fault{What: "the hostname is empty", Hint: "write a name like \"www.example.com\""}
	}
	if plainHostname(name) {
		return Fault{}
	}
	if _, rest, ok := strings.Cut(name, "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		return but(host, "it has a scheme in it")
	}
	if host, _, ok := strings.Cut(name, "/"); ok {
		return but(host, "it has a path in it")
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return bad("write the name that resolves to it", "it is an address")
	}
	if host, port, ok := strings.Cut(name, ":"); ok {
		return but(host, "it has a port, %q, in it", port)
	}
	if strings.HasSuffix(name, ".") {
		return but(strings.TrimRight(name, "."), "it ends with a dot")
	}
	if !isASCII(name) {
		if puny, err := idna.Lookup.ToASCII(name); err == nil {
			return but(puny, "it has letters outside of ASCII, which DNS writes in Punycode")
		}
		return bad("", "it has letters outside of ASCII, and no form in Punycode")
	}
	if low := strings.ToLower(name); low != name {
		return but(low, "it has capitals in it")
	}
	if len(name) > 253 {
		return bad("", "it is %d characters long, and 253 is the most that DNS takes", len(name))
	}
	return labelsFault(name, bad, but)
}

func labelsFault(name string, bad, but func(hint, format string, args ...any) Fault) Fault {
	labels := strings.Split(name, ".")
	for _, label := range labels {
		switch {
		case label == "":
			return bad("", "a label between two dots is empty")
		case len(label) > 63:
			return bad("", "a label of it is %d characters long, and 63 is the most that DNS takes", len(label))
		case strings.Contains(label, "_"):
			return but(strings.ReplaceAll(name, "_", "-"), "it has an underscore in it")
		case !LabelRE().MatchString(label):
			return bad("letters, digits and hyphens, with a letter or digit at both ends of each label", "%q cannot be a part of it", label)
		case strings.HasPrefix(label, "xn--"):
			if _, err := idna.Lookup.ToUnicode(label); err != nil {
				return bad("", "%q is not Punycode", label)
			}
		}
	}
	switch last := labels[len(labels)-1]; {
	case len(labels) < 2 && topLevel(name):
		return bad("write the full name, like \"example."+name+"\"", "it is a top-level domain")
	case len(labels) < 2:
		return bad("write the full name, like \""+name+".example.com\"", "it has no domain")
	case strings.Trim(last, "0123456789") == "":
		return bad("", "its last label is a number")
	}
	return Fault{}
}

// topLevel tells whether a label is a domain that others register theirs in.
func topLevel(label string) bool {
	_, icann := publicsuffix.PublicSuffix("example." + label)
	return icann
}

// Suggest is a better text, or what is meant by that in turn; "" where the better
// text is wrong as well.
func Suggest(text string, check func(string) Fault) string {
	if f := check(text); f.Bad() {
		return f.Meant
	}
	return text
}

// plainHostname tells at once that nearly every hostname is sound.
func plainHostname(name string) bool {
	if len(name) > 253 || strings.Contains(name, "xn--") {
		return false
	}
	size, dots, letter := 0, 0, false
	for i := range len(name) {
		switch b := name[i]; {
		case b >= 'a' && b <= 'z':
			size, letter = size+1, true
		case b >= '0' && b <= '9':
			size++
		case b == '-':
			if size++; size == 1 || i+1 == len(name) || name[i+1] == '.' {
				return false
			}
		case b == '.':
			if size == 0 || size > 63 {
				return false
			}
			size, letter, dots = 0, false, dots+1
		default:
			return false
		}
	}
	return size > 0 && size <= 63 && dots > 0 && letter
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

var LabelRE = Pattern(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

// Label wants a DNS-1123 label, which is what Kubernetes takes as the name
// of nearly everything.
func Label(what, name string, limit int) Fault {
	if len(name) <= limit && LabelRE().MatchString(name) {
		return Fault{}
	}
	f := Fault{What: fmt.Sprintf("%q cannot name %s", name, what)}
	f.Hint = fmt.Sprintf("lower-case letters, digits and hyphens, with a letter or digit at both ends, %d at most", limit)
	if s := Slug(name); s != name && len(s) <= limit && LabelRE().MatchString(s) && s[0] > '9' { // a Service's name starts with a letter
		f.Meant = s
	}
	if len(name) > limit {
		f.What += fmt.Sprintf(": it is %d characters long, and %d is the most", len(name), limit)
	}
	return f
}

// Slug makes a label of a name where that is easy.
func Slug(name string) string {
	return strings.Trim(strings.NewReplacer("_", "-", " ", "-", ".", "-").Replace(strings.ToLower(name)), "-")
}

func Email(text string) Fault {
	a, err := mail.ParseAddress(text)
	switch {
	case err == nil && a.Address != text:
		return Fault{What: fmt.Sprintf("%q is more than an e-mail address", text), Meant: Suggest(a.Address, Email)}
	case err != nil || !isASCII(text) || strings.ContainsAny(text, "\" \t\r\n"):
		return Fault{What: fmt.Sprintf("%q is no e-mail address", text), Hint: "write it like \"maria@example.com\""}
	}
	if at := strings.LastIndex(text, "@"); at > 64 { // RFC 5321, 4.5.3.1.1
		return Fault{What: fmt.Sprintf("%q is no e-mail address: what stands before the @ has %d characters, and 64 is the most", Shorten(text), at)}
	}
	if local, domain, _ := CutLast(text, "@"); Hostname(domain).Bad() {
		f := Hostname(domain).Within(local+"@", "")
		f.What = fmt.Sprintf("%q is no e-mail address: ", text) + f.What
		return f
	}
	return Fault{}
}

// urlRE has the characters of RFC 3986 without quotes and brackets, which a shell
// or another program would read: they have their %XX form.
var urlRE = Pattern(`^[A-Za-z0-9._~:/?#@!&*+,;=%[\]-]+$`)

// URL wants an absolute https URL without anything secret in it.
func URL(text string) Fault {
	u, err := url.Parse(text)
	if err == nil && u.User == nil && !isASCII(text) {
		if puny, err := idna.Lookup.ToASCII(u.Hostname()); err == nil {
			u.Host = strings.Replace(u.Host, u.Hostname(), puny, 1)
		}
		return Fault{What: fmt.Sprintf("%q has letters outside of ASCII in it, which a URL writes in another way", text),
			Hint: "write it like \"https://example.com/path\"", Meant: Suggest(u.String(), URL)}
	}
	switch {
	case err != nil || u.Host == "" || !urlRE().MatchString(text):
		return Fault{What: fmt.Sprintf("%q is no URL", text), Hint: "write it like \"https://example.com/path\""}
	case u.User != nil:
		return Fault{What: "the URL has a user name or a password in it", Hint: "credentials belong into the encrypted files"}
	case u.Scheme != "https":
		return Fault{What: fmt.Sprintf("%q is not an https URL", text)}
	case u.Port() != "" && !IsPort(u.Port()) || strings.HasSuffix(u.Host, ":"):
		return Fault{What: fmt.Sprintf("%q has no port that there is", text), Hint: "ports are from 1 to 65535; https is 443, and need not be said"}
	}
	if !ParseAddr(u.Hostname()).IsValid() {
		before, after, _ := strings.Cut(text, u.Hostname())
		return Hostname(u.Hostname()).Within(before, after)
	}
	return Fault{}
}

func IsPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1 && n <= 65535
}

// Inside wants a slash-separated path that stays below where it starts.
func Inside(text string) Fault {
	switch {
	case text == "" || strings.ContainsAny(text, "\\\x00\r\n"):
		return Fault{What: fmt.Sprintf("%q is no path", text), Hint: "folders are separated by /"}
	case path.IsAbs(text):
		return Fault{What: fmt.Sprintf("%q is absolute", text), Meant: strings.Trim(path.Clean(text), "/")}
	case path.Clean(text) == ".." || strings.HasPrefix(path.Clean(text), "../"):
		return Fault{What: fmt.Sprintf("%q leads out of the folder that it starts in", text)}
	case path.Clean(text) != text:
		return Fault{What: fmt.Sprintf("%q is not in its shortest form", text), Meant: path.Clean(text)}
	}
	return Fault{}
}

// Mount wants an absolute path in its shortest form.
func Mount(text string) Fault {
	switch {
	case !path.IsAbs(text):
		return Fault{What: fmt.Sprintf("%q is not an absolute path", text), Meant: "/" + strings.TrimLeft(path.Clean(text), "./")}
	case path.Clean(text) != text:
		return Fault{What: fmt.Sprintf("%q is not in its shortest form", text), Meant: path.Clean(text)}
	case strings.ContainsAny(text, ":,\\\x00\r\n\t "):
		return Fault{What: fmt.Sprintf("%q has a character in it that a mount point cannot have", text), Hint: "no blanks, colons, commas and backslashes"}
	}
	return Fault{}
}

func CutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

// Within is the fault of a part of a text, whose suggestion is about the whole.
func (f Fault) Within(before, after string) Fault {
	if f.Meant != "" {
		f.Meant = before + f.Meant + after
	}
	return f
}
