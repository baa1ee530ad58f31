package rules

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"k8s.io/apimachinery/pkg/api/resource"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func containerRules() []Rule {
	return []Rule{
		{ID: "image", Severity: diag.Error, Summary: "Images are references that a registry takes.",
			Bad: `apps: invoices: image: "https://ghcr.io/example/invoices:3.1.0"`, Good: `apps: invoices: image: "ghcr.io/example/invoices:3.1.0"`, value: true, check: checkImages},
		{ID: "image-tag", Severity: diag.Warning, Summary: "Images have a tag or a digest, and the tag is not one that moves, like latest: what runs is what the repository says.",
			Bad: `apps: invoices: image: "ghcr.io/example/invoices:latest"`, Good: `apps: invoices: image: "ghcr.io/example/invoices:3.1.0"`, value: true, check: checkImageTags},
		{ID: "image-registry", Severity: diag.Warning, Summary: "The registry of an image, or of a password, is not one letter off a well-known one.",
			Bad: `apps: invoices: image: "ghrc.io/example/invoices:3.1.0"`, Good: `apps: invoices: image: "ghcr.io/example/invoices:3.1.0"`, value: true, check: checkRegistries},
		{ID: "quantity", Severity: diag.Error, Summary: "Quantities of CPU, memory and storage are Kubernetes' own: \"250m\", \"512Mi\", \"10Gi\".",
			Bad: `apps: invoices: resources: limits: memory: "512 MB"`, Good: `apps: invoices: resources: limits: memory: "512Mi"`, value: true, check: checkQuantities},
		{ID: "resource-limit", Severity: diag.Error, Summary: "No container asks for more than its limit.",
			Bad: `apps: invoices: resources: requests: memory: "1Gi"`, Good: `apps: invoices: resources: {requests: memory: "1Gi", limits: memory: "1Gi"}`, check: checkLimits},
		{ID: "health", Severity: diag.Error, Summary: "A health check is an HTTP path, or a command that is not empty.",
			Bad: `apps: invoices: health: "healthz"`, Good: `apps: invoices: health: "/healthz"`, value: true, check: checkHealth},
		{ID: "command", Severity: diag.Error, Summary: "A command that is given is not empty.",
			Bad: `apps: invoices: command: [""]`, Good: `apps: invoices: command: ["/bin/invoices"]`, value: true, check: checkCommands},
	}
}

// plainImage tells at once that nearly every image is sound: words with single
// dots, hyphens and slashes between them, and a tag. The parser is slow.
func plainImage(image string) bool {
	name, tag, _ := strings.Cut(image, ":")
	if !strings.Contains(name, "/") || len(name) > 200 || len(tag) > 128 || strings.HasPrefix(tag, ".") || strings.HasPrefix(tag, "-") {
		return false
	}
	word := false
	for i := range len(name) {
		switch b := name[i]; {
		case b >= 'a' && b <= 'z' || b >= '0' && b <= '9':
			word = true
		case word && (b == '.' || b == '-' || b == '/'):
			word = false
		default:
			return false
		}
	}
	for i := range len(tag) {
		if b := tag[i]; !(b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '.' || b == '-' || b == '_') {
			return false
		}
	}
	return word && len(name)+len(tag) >= len(image)-1 && !strings.HasSuffix(image, ":")
}

func imageFault(image string) format.Fault {
	if plainImage(image) {
		return format.Fault{}
	}
	named, err := reference.ParseNormalizedNamed(image)
	if err == nil {
		if _, port, ok := strings.Cut(reference.Domain(named), ":"); ok && !format.IsPort(port) {
			return format.Fault{What: fmt.Sprintf("%q is no image: its registry has no port that there is", format.Shorten(image)), Hint: "ports are from 1 to 65535"}
		}
		return format.Fault{}
	}
	if _, rest, ok := strings.Cut(image, "://"); ok {
		return format.Fault{What: fmt.Sprintf("%q is no image: it has a scheme in it", image), Meant: format.Suggest(rest, imageFault)}
	}
	if low := strings.ToLower(image); low != image {
		if _, err := reference.ParseNormalizedNamed(low); err == nil {
			return format.Fault{What: fmt.Sprintf("%q is no image: it has capitals in its name", image), Meant: low}
		}
	}
	return format.Fault{What: fmt.Sprintf("%q is no image", format.Shorten(image)), Hint: "write it like \"ghcr.io/example/site:1.4.2\""}
}

// eachImage calls f with every image that the spec says, and what it is the image of.
func (c *checker) eachImage(f func(of diag.Path, image string)) {
	for _, w := range c.parts {
		if w.imageSaid() {
			f(w.at, w.Image)
		}
	}
	if ci := c.spec.CI; ci != nil && ci.Image != "" {
		f(diag.Path{"ci"}, ci.Image)
	}
}

func checkImages(c *checker) {
	c.eachImage(func(of diag.Path, image string) {
		if f := imageFault(image); f.Bad() {
			c.fault(of.With("image"), f)
		}
	})
}

func checkImageTags(c *checker) {
	c.eachImage(func(of diag.Path, image string) {
		if strings.Contains(image, "@") {
			return
		}
		_, last, _ := format.CutLast(image, "/")
		_, tag, tagged := strings.Cut(last, ":")
		switch {
		case tagged && !movingTag(tag) || imageFault(image).Bad():
		case tagged:
			c.report(of.With("image"), "%q is a different image every now and then", image).WithHint("name the version, or the digest")
		default:
			c.report(of.With("image"), "%q has no tag, which stands for latest: a different image every now and then", image).WithHint("name the version, or the digest: %q", image+":1.0.0")
		}
	})
}

// movingTag tells tags that publishers put on another image every now and then.
func movingTag(tag string) bool {
	return slices.Contains([]string{"latest", "main", "master", "edge", "nightly", "stable", "rolling", "dev", "develop", "development", "canary", "next", "snapshot"}, tag)
}

// knownRegistries are those that people mistype, and that others have registered
// the mistyped names of.
var knownRegistries = []string{"ghcr.io", "docker.io", "quay.io", "gcr.io", "registry.gitlab.com", "registry.k8s.io", "mcr.microsoft.com", "public.ecr.aws", "codeberg.org", "lscr.io"}

func checkRegistries(c *checker) {
	c.eachImage(func(of diag.Path, image string) {
		if registry, rest, ok := strings.Cut(image, "/"); ok {
			c.mistyped(of.With("image"), registry, "/"+rest)
		}
	})
	for name, r := range c.spec.Registries {
		c.mistyped(diag.Path{"registries", name, "host"}, r.Host, "")
	}
}

func (c *checker) mistyped(at diag.Path, registry, rest string) {
	if known := meantRegistry(registry); known != "" {
		c.report(at, "the registry %q is one letter off %q", registry, known).WithHint("%s", format.DidYouMean(known+rest))
	}
}

// meantRegistry is the known registry that a name is one letter off, or "".
func meantRegistry(registry string) string {
	if strings.Contains(registry, ".") && !slices.Contains(knownRegistries, registry) {
		for _, known := range knownRegistries {
			if format.Distance(registry, known, 2) == 1 {
				return known
			}
		}
	}
	return ""
}

// quantities reads each quantity once: most containers have the same ones.
type quantities map[string]*resource.Quantity

func (q quantities) parse(text string) *resource.Quantity {
	if known, ok := q[text]; ok {
		return known
	}
	var out *resource.Quantity
	if parsed, err := resource.ParseQuantity(text); err == nil {
		out = &parsed
	}
	q[text] = out
	return out
}

// Quantities that make sense: below 1Mi the unit is missing, and above what any
// node has it is wrong. CPU is counted in thousandths (kubernetes.io/docs, manage
// resources for containers).
const (
	leastBytes = 1 << 20
	mostBytes  = 1 << 50 // 1Pi
	mostCores  = 256
)

func (q quantities) fault(text string, bytes bool) format.Fault {
	n := q.parse(text)
	example := "write it like \"250m\" or \"2\""
	if bytes {
		example = "write it like \"512Mi\" or \"2Gi\""
	}
	switch {
	case n == nil:
		f := format.Fault{What: fmt.Sprintf("%q is no quantity", text), Hint: example}
		if fixed := fixUnit(text); bytes && fixed != text && q.parse(fixed) != nil {
			f.Meant = fixed
		}
		return f
	case n.Sign() <= 0:
		return format.Fault{What: fmt.Sprintf("%q is not above zero", text), Hint: example}
	case bytes && n.Value() < leastBytes:
		return format.Fault{What: fmt.Sprintf("%q is %d bytes: its unit is missing or wrong", text, n.Value()), Hint: example}
	case bytes && n.Value() > mostBytes:
		return format.Fault{What: fmt.Sprintf("%q is more than any node has: its unit is wrong", text), Hint: example}
	case !bytes && n.Value() > mostCores:
		return format.Fault{What: fmt.Sprintf("%q is more cores than any node has: its unit is missing or wrong", text), Hint: example}
	case !bytes && !wholeMilli(n):
		return format.Fault{What: fmt.Sprintf("%q is no whole number of thousandths of a core", text), Hint: "\"1m\" is the least, and the next is \"2m\""}
	}
	return format.Fault{}
}

func wholeMilli(n *resource.Quantity) bool {
	return resource.NewMilliQuantity(n.MilliValue(), n.Format).Cmp(*n) == 0
}

// fixUnit turns the usual way of writing a size into Kubernetes' own.
func fixUnit(text string) string {
	return strings.NewReplacer(" ", "", "KB", "Ki", "MB", "Mi", "GB", "Gi", "TB", "Ti", "kb", "Ki", "mb", "Mi", "gb", "Gi", "iB", "i").Replace(text)
}

func checkQuantities(c *checker) {
	q := quantities{}
	for _, w := range c.parts {
		r := w.Resources
		if r == nil {
			continue
		}
		for i, text := range [...]string{r.Requests.CPU, r.Requests.Memory, r.Limits.CPU, r.Limits.Memory} {
			if text == "" && i == 2 {
				continue // the one that has no default
			}
			if f := q.fault(text, i%2 == 1); f.Bad() {
				c.fault(w.at.With("resources", [...]string{"requests", "limits"}[i/2], [...]string{"cpu", "memory"}[i%2]), f)
			}
		}
	}
	for name, a := range c.spec.Apps {
		for volume, v := range a.Volumes {
			c.fault(diag.Path{"apps", name, "volumes", volume, "size"}, q.fault(v.Size, true))
		}
	}
}

func checkLimits(c *checker) {
	q := quantities{}
	for _, w := range c.parts {
		r := w.Resources
		if r == nil {
			continue
		}
		pairs := [...]struct{ what, request, limit string }{{"cpu", r.Requests.CPU, r.Limits.CPU}, {"memory", r.Requests.Memory, r.Limits.Memory}}
		for _, p := range pairs {
			request, limit := q.parse(p.request), q.parse(p.limit)
			bytes := p.what == "memory"
			if request == nil || limit == nil || request.Cmp(*limit) <= 0 || q.fault(p.request, bytes).Bad() || q.fault(p.limit, bytes).Bad() {
				continue
			}
			at := w.at.With("resources", "requests", p.what)
			other := w.at.With("resources", "limits", p.what)
			if !c.ix.Has(at) && c.ix.Has(other) {
				at, other = other, at
			}
			problem := c.report(at, "%s asked for is more than %s, the limit", p.request, p.limit).WithHint("raise the limit, or ask for less")
			if c.ix.Has(other) {
				c.note(problem, other, "the other of the two")
			}
		}
	}
}

var healthRE = format.Pattern(`^/[!-"$-~]*$`)

func checkHealth(c *checker) {
	for _, w := range c.parts {
		path, command := w.Health.HTTP(), w.Health.Command
		if command != nil && (len(command) == 0 || strings.TrimSpace(command[0]) == "") {
			c.report(w.at.With("health", "command"), "the command is empty").WithHint("name the program, or leave health out")
		}
		if path == "" || healthRE().MatchString(path) {
			continue
		}
		p := c.report(w.at.With("health"), "%q is no HTTP path", format.Shorten(path)).WithHint("it starts with /, and has no blanks and no #; a command is {command: [\"pg_isready\"]}")
		meant := "/" + path
		if u, err := url.Parse(path); err == nil && u.Host != "" {
			meant = cmp.Or(u.RequestURI(), "/")
		}
		if healthRE().MatchString(meant) {
			p.WithHint("%s", format.DidYouMean(meant))
		}
	}
}

func checkCommands(c *checker) {
	for _, w := range c.parts {
		if len(w.Command) > 0 && strings.TrimSpace(w.Command[0]) == "" {
			c.report(w.at.With("command", 0), "the command is empty").WithHint("name the program, or leave command out")
		}
	}
}
