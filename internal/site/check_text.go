package site

import (
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// fault is what is wrong with a text, and what to do about it. The zero fault is
// none. The functions below each know one format and nothing of a site.
type fault struct{ what, hint string }

func (f fault) bad() bool { return f.what != "" }

func didYouMeanText(text string) string { return fmt.Sprintf("did you mean %q?", text) }

// hostnameFault wants a full DNS name: two labels or more, lower case, no dot at
// the end. Its length limits are those of RFC 1035.
func hostnameFault(name string) fault {
	bad := func(hint, format string, args ...any) fault {
		return fault{fmt.Sprintf("%q is no hostname: ", name) + fmt.Sprintf(format, args...), hint}
	}
	if name == "" {
		return fault{"the hostname is empty", "write a name like \"www.example.com\""}
	}
	if plainHostname(name) {
		return fault{}
	}
	if _, rest, ok := strings.Cut(name, "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		return bad(meantHostname(host), "it has a scheme in it")
	}
	if host, _, ok := strings.Cut(name, "/"); ok {
		return bad(meantHostname(host), "it has a path in it")
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return bad("write the name that resolves to it", "it is an address")
	}
	if host, port, ok := strings.Cut(name, ":"); ok {
		return bad(meantHostname(host), "it has a port, %q, in it", port)
	}
	if strings.HasSuffix(name, ".") {
		return bad(meantHostname(strings.TrimRight(name, ".")), "it ends with a dot")
	}
	if !isASCII(name) {
		if puny, err := idna.Lookup.ToASCII(name); err == nil {
			return bad(didYouMeanText(puny), "it has letters outside of ASCII, which DNS writes in Punycode")
		}
		return bad("", "it has letters outside of ASCII, and no form in Punycode")
	}
	if low := strings.ToLower(name); low != name {
		return bad(meantHostname(low), "it has capitals in it")
	}
	if len(name) > 253 {
		return bad("", "it is %d characters long, and 253 is the most that DNS takes", len(name))
	}
	return labelsFault(name, bad)
}

func labelsFault(name string, bad func(hint, format string, args ...any) fault) fault {
	labels := strings.Split(name, ".")
	for _, label := range labels {
		switch {
		case label == "":
			return bad("", "a label between two dots is empty")
		case len(label) > 63:
			return bad("", "a label of it is %d characters long, and 63 is the most that DNS takes", len(label))
		case strings.Contains(label, "_"):
			return bad(meantHostname(strings.ReplaceAll(name, "_", "-")), "it has an underscore in it")
		case !labelRE.MatchString(label):
			return bad("letters, digits and hyphens, with a letter or digit at both ends of each label", "%q cannot be a part of it", label)
		case strings.HasPrefix(label, "xn--"):
			if _, err := idna.Lookup.ToUnicode(label); err != nil {
				return bad("", "%q is not Punycode", label)
			}
		}
	}
	switch last := labels[len(labels)-1]; {
	case len(labels) < 2:
		return bad("write the full name, like \""+name+".example.com\"", "it has no domain")
	case strings.Trim(last, "0123456789") == "":
		return bad("", "its last label is a number")
	}
	return fault{}
}

// suggest is a hint that names a better text, or what is suggested in place of that
// in turn; "" where the better text is wrong as well.
func suggest(text string, check func(string) fault) string {
	f := check(text)
	switch {
	case !f.bad():
		return didYouMeanText(text)
	case strings.HasPrefix(f.hint, "did you mean"):
		return f.hint
	}
	return ""
}

func meantHostname(name string) string { return suggest(name, hostnameFault) }

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

var labelRE = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

// labelFault wants a DNS-1123 label, which is what Kubernetes takes as the name
// of nearly everything.
func labelFault(what, name string, limit int) fault {
	if len(name) <= limit && labelRE.MatchString(name) {
		return fault{}
	}
	hint := fmt.Sprintf("lower-case letters, digits and hyphens, with a letter or digit at both ends, %d at most", limit)
	if s := slug(name); s != name && len(s) <= limit && labelRE.MatchString(s) && s[0] > '9' { // a Service's name starts with a letter
		hint = didYouMeanText(s)
	}
	if len(name) > limit {
		return fault{fmt.Sprintf("%q cannot name %s: it is %d characters long, and %d is the most", name, what, len(name), limit), hint}
	}
	return fault{fmt.Sprintf("%q cannot name %s", name, what), hint}
}

// slug makes a label of a name where that is easy.
func slug(name string) string {
	return strings.Trim(strings.NewReplacer("_", "-", " ", "-", ".", "-").Replace(strings.ToLower(name)), "-")
}

func emailFault(text string) fault {
	a, err := mail.ParseAddress(text)
	switch {
	case err == nil && a.Address != text:
		return fault{fmt.Sprintf("%q is more than an e-mail address", text), suggest(a.Address, emailFault)}
	case err != nil || !isASCII(text) || strings.ContainsAny(text, "\" \t\r\n"):
		return fault{fmt.Sprintf("%q is no e-mail address", text), "write it like \"maria@example.com\""}
	}
	if at := strings.LastIndex(text, "@"); at > 64 { // RFC 5321, 4.5.3.1.1
		return fault{fmt.Sprintf("%q is no e-mail address: what stands before the @ has %d characters, and 64 is the most", shorten(text), at), ""}
	}
	if local, domain, _ := cutLast(text, "@"); hostnameFault(domain).bad() {
		f := hostnameFault(domain).within(local+"@", "")
		return fault{fmt.Sprintf("%q is no e-mail address: ", text) + f.what, f.hint}
	}
	return fault{}
}

// urlRE has the characters of RFC 3986 without quotes and brackets, which a shell
// or another program would read: they have their %XX form.
var urlRE = regexp.MustCompile(`^[A-Za-z0-9._~:/?#@!&*+,;=%[\]-]+$`)

// urlFault wants an absolute https URL without anything secret in it.
func urlFault(text string) fault {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || !urlRE.MatchString(text):
		return fault{fmt.Sprintf("%q is no URL", text), "write it like \"https://example.com/path\""}
	case u.User != nil:
		return fault{"the URL has a user name or a password in it", "credentials belong into the encrypted files"}
	case u.Scheme != "https":
		return fault{fmt.Sprintf("%q is not an https URL", text), ""}
	case u.Port() != "" && !isPort(u.Port()) || strings.HasSuffix(u.Host, ":"):
		return fault{fmt.Sprintf("%q has no port that there is", text), "ports are from 1 to 65535; https is 443, and need not be said"}
	}
	if !parseAddr(u.Hostname()).IsValid() {
		before, after, _ := strings.Cut(text, u.Hostname())
		return hostnameFault(u.Hostname()).within(before, after)
	}
	return fault{}
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1 && n <= 65535
}

// insideFault wants a slash-separated path that stays below where it starts.
func insideFault(text string) fault {
	switch {
	case text == "" || strings.ContainsAny(text, "\\\x00\r\n"):
		return fault{fmt.Sprintf("%q is no path", text), "folders are separated by /"}
	case path.IsAbs(text):
		return fault{fmt.Sprintf("%q is absolute", text), didYouMeanText(strings.Trim(path.Clean(text), "/"))}
	case path.Clean(text) == ".." || strings.HasPrefix(path.Clean(text), "../"):
		return fault{fmt.Sprintf("%q leads out of the folder that it starts in", text), ""}
	case path.Clean(text) != text:
		return fault{fmt.Sprintf("%q is not in its shortest form", text), didYouMeanText(path.Clean(text))}
	}
	return fault{}
}

// mountFault wants an absolute path in its shortest form.
func mountFault(text string) fault {
	switch {
	case !path.IsAbs(text):
		return fault{fmt.Sprintf("%q is not an absolute path", text), didYouMeanText("/" + strings.TrimLeft(path.Clean(text), "./"))}
	case path.Clean(text) != text:
		return fault{fmt.Sprintf("%q is not in its shortest form", text), didYouMeanText(path.Clean(text))}
	case strings.ContainsAny(text, ":,\\\x00\r\n\t "):
		return fault{fmt.Sprintf("%q has a character in it that a mount point cannot have", text), "no blanks, colons, commas and backslashes"}
	}
	return fault{}
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

// within is the fault of a part of a text, whose suggestion is about the whole.
func (f fault) within(before, after string) fault {
	if text, ok := meant(f.hint); ok {
		f.hint = didYouMeanText(before + text + after)
	}
	return f
}

// meant is the text that a hint suggests: see didYouMeanText.
func meant(hint string) (text string, ok bool) {
	quoted, ok := strings.CutPrefix(hint, "did you mean ")
	quoted, question := strings.CutSuffix(quoted, "?")
	text, err := strconv.Unquote(quoted)
	return text, ok && question && err == nil
}
