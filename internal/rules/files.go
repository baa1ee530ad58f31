package rules

import (
	"maps"
	"path"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func fileRules() []Rule {
	return []Rule{
		{ID: "file-source", Severity: diag.Error, Summary: "A file of a container is one of three: a text, a file of the output root that gen does not write, or a key of the app's encrypted file.",
			Bad:  `apps: invoices: files: "/etc/invoices.yaml": {text: "a: 1\n", from: "config/invoices.yaml"}`,
			Good: `apps: invoices: files: "/etc/invoices.yaml": from: "config/invoices.yaml"`, value: true, beside: true, check: checkFiles},
		{ID: "file-password", Severity: diag.Warning, Summary: "A file with a password, a token or a key in it comes from secrets, not from the spec.",
			Bad: `apps: invoices: files: "/etc/invoices.ini": text: "db_password = hunter2\n"`, Good: `apps: invoices: files: "/etc/invoices.ini": secret: "invoices.ini"`, value: true, check: checkFilePasswords},
		{ID: "static", Severity: diag.Error, Summary: "A client or an app has an image or a static folder. What is about a program of one's own goes with an image.",
			Bad: `clients: cafe: {domain: "cafe.example", static: "sites/cafe", port: 3000}`, Good: `clients: cafe: {domain: "cafe.example", static: "sites/cafe"}`, value: true, check: checkStatic},
	}
}

// maxFiles is what a ConfigMap holds (kubernetes pkg/apis/core/validation,
// ValidateConfigMap: the bytes of all values, before base64, up to MaxSecretSize).
const maxFiles = 1 << 20

func checkFiles(c *checker) {
	for _, w := range c.containers {
		for _, p := range slices.Sorted(maps.Keys(w.Files)) {
			f, at := w.Files[p], w.at.With("files", p)
			var said []string
			if f.Text != nil {
				said = append(said, "text")
			}
			if f.From != "" {
				said = append(said, "from")
			}
			if f.Secret != "" {
				said = append(said, "secret")
			}
			switch {
			case len(said) == 0:
				c.reportName(at, "nothing says what is in %q", p).WithHint("say one of text, from and secret")
			case len(said) > 1:
				c.reportName(at, "%q has %s, and is one of them", p, format.AllOf(said)).WithHint("leave the other out")
			case f.From != "":
				c.ownFile(at.With("from"), f.From)
			case f.Secret != "" && w.app == nil:
				c.report(at.With("secret"), "a client has no secrets").WithHint("make the website an app, which can have some")
			case f.Secret != "" && !isSecretKey(f.Secret):
				c.report(at.With("secret"), "%q cannot be a key of a Secret", format.Shorten(f.Secret)).WithHint("letters, digits, and - . _ between them: \"tls.key\"")
			}
		}
	}
}

// ownFile checks the path of a file or a folder of the user's that gen reads.
func (c *checker) ownFile(at diag.Path, p string) {
	switch f, in := ownPath(p), c.inOutput(p); {
	case f.Bad():
		c.fault(at, f)
	case in != "":
		c.report(at, "%q is where gen writes: %s", p, in).WithHint("keep what is your own in a folder like \"config\"")
	case slices.Contains(strings.Split(p, "/"), ".git"):
		c.report(at, "%q is git's own", p).WithHint("keep what is your own in a folder like \"config\"")
	}
}

func isSecretKey(key string) bool {
	return secretKeyRE().MatchString(key) && path.Clean(key) == key && !strings.HasPrefix(key, "..")
}

// belowFiles reports what is mounted below a file.
func (c *checker) belowFiles(w container, mounts map[string]diag.Path) {
	for p := range w.Files {
		for mount, at := range mounts {
			if mount != p && isBelow(mount, p) {
				c.note(c.report(at, "%q is below %q, which is a file", mount, p), w.at.With("files", p), "the file")
			}
		}
	}
}

// isFileText tells the content of a file, which may be any text.
func isFileText(at diag.Path) bool {
	return len(at) == 5 && at[2] == "files" && at[4] == "text"
}

// ofPrograms are the fields that say how an image's program runs.
var ofPrograms = []string{"port", "command", "args", "env", "secrets", "volumes", "files", "health", "podSecurity", "user", "readOnly", "writable", "kind"}

func checkStatic(c *checker) {
	for _, w := range c.containers {
		switch at := w.at.With("static"); {
		case w.Static == "" && w.Image == "":
			if !c.ix.Has(w.at.With("image")) && !c.ix.Has(at) {
				c.reportName(w.at, "nothing says what it runs").WithHint("say image: \"ghcr.io/example/%s:1.0.0\", or static: \"sites/%s\" for a folder of files", w.name, w.name)
			}
		case w.Static == "":
		case w.Image != "":
			c.note(c.report(at, "it has an image, and a folder of files in place of one").WithHint("leave one of them out"), w.at.With("image"), "the image")
		default:
			c.ownFile(at, w.Static)
			for _, field := range ofPrograms {
				if c.ix.Has(w.at.With(field)) {
					c.report(w.at.With(field), "%s is about a program, and static has gen's web server", field).WithHint("leave it out, or say image in place of static")
				}
			}
		}
	}
}

// settingRE is a line that gives a name a value, as configuration files do.
var settingRE = format.Pattern(`(?m)(?:^|[{,])[ \t]*["']?([A-Za-z][A-Za-z0-9_.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"'#;,]+)`)

// checkFilePasswords looks for settings that are called like a secret. A value that names
// a variable, a file or nothing is none.
func checkFilePasswords(c *checker) {
	for _, w := range c.containers {
		for _, p := range slices.Sorted(maps.Keys(w.Files)) {
			f := w.Files[p]
			if f.Text == nil {
				continue
			}
			for _, m := range settingRE().FindAllStringSubmatch(*f.Text, -1) {
				name := strings.NewReplacer(".", "_", "-", "_").Replace(m[1])
				none := slices.Contains([]string{"null", "true", "false", "~", "none", "{", "[", "|"}, m[2])
				if !namesSecret(name) || none || strings.ContainsAny(m[2][:1], "$/<{%!") {
					continue
				}
				problem := c.report(w.at.With("files", p, "text"), "%q in it is called like a secret, and everybody who reads the repository would read its value", m[1])
				if w.app != nil {
					problem.WithHint("say secret in place of text, and put the whole file into the app's encrypted file under that key")
				} else {
					problem.WithHint("make the website an app, which can have secrets")
				}
				break
			}
		}
	}
}
