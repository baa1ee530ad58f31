package rules

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func stateRules() []Rule {
	return []Rule{
		{ID: "exclude", Severity: diag.Error, Summary: "Patterns of paths that gen leaves alone are sound, and inside of the output: a folder stands for all in it, * and ? for characters of one name.",
			Bad: `output: exclude: ["docs/["]`, Good: `output: exclude: ["docs/*"]`, value: true, check: checkExcludes},
		{ID: "module-path", Severity: diag.Error, Summary: "NixOS modules of your own are .nix files or folders inside of the output, and not where gen writes.",
			Bad: `hosts: web1: imports: ["../backup.nix"]`, Good: `hosts: web1: imports: ["modules/backup.nix"]`, value: true, check: checkImports},
		{ID: "state-bucket", Severity: diag.Error, Summary: "The bucket for Terraform's state, its key and its region are names that the service takes, S3 or R2.",
			Bad: `terraform: s3: bucket: "My_Bucket"`, Good: `terraform: s3: bucket: "my-bucket"`, value: true, check: checkBucket},
		{ID: "state-region", Severity: diag.Warning, Summary: "A bucket is in a region of AWS, or at the endpoint of another service.",
			Bad: `terraform: s3: bucket: "my-bucket"`, Good: `terraform: s3: {bucket: "my-bucket", region: "eu-central-1"}`, check: checkBucketRegion},
	}
}

func checkExcludes(c *checker) {
	for i, pattern := range c.spec.Output.Exclude {
		at := diag.Path{"output", "exclude", i}
		if f := patternFault(pattern); f.Bad() {
			c.fault(at, f)
			continue
		}
		switch clean := strings.TrimSuffix(pattern, "/"); clean {
		case "", ".", "*", "**":
			c.report(at, "%q would leave nothing to generate", pattern).WithHint("name the files, or a folder")
		default:
			c.fault(at, format.Inside(clean))
		}
	}
}

// patternFault knows what path.Match does not: that it takes a class of which no
// character is, and words of other programs' patterns as they stand.
func patternFault(pattern string) format.Fault {
	const hint = "* stands for a name, ? for a character, [a-z] for one of some"
	if _, err := path.Match(pattern, ""); err != nil {
		return format.Fault{What: fmt.Sprintf("%q is no pattern", pattern), Hint: hint}
	}
	for _, m := range rangeRE().FindAllStringSubmatch(pattern, -1) {
		if class := []rune(m[1]); slices.ContainsFunc(ranges(class), func(r [2]rune) bool { return r[0] > r[1] }) {
			return format.Fault{What: fmt.Sprintf("%q has a range in it that goes backwards", pattern), Hint: "write it like [a-z]"}
		}
	}
	base := strings.TrimRight(pattern, "*/")
	switch {
	case strings.Contains(pattern, "**") && base != "" && !strings.ContainsAny(base, "*?["):
		return format.Fault{What: fmt.Sprintf("%q has a ** in it, which is no more than *", pattern), Hint: fmt.Sprintf("a folder stands for all that is in it: %q", base)}
	case strings.Contains(pattern, "**") && base != "":
		return format.Fault{What: fmt.Sprintf("%q has a ** in it, which is no more than *", pattern), Hint: "name the folders, with one * for each part of a path"}
	case strings.HasPrefix(pattern, "!"):
		return format.Fault{What: fmt.Sprintf("%q starts with a !, which takes nothing back here", pattern), Hint: "list what shall be left out, and nothing else"}
	case strings.ContainsAny(pattern, "{}"):
		return format.Fault{What: fmt.Sprintf("%q has braces in it, which stand for themselves here", pattern), Hint: "write one pattern for each of them"}
	}
	return format.Fault{}
}

var rangeRE = format.Pattern(`\[\^?((?:\\.|[^\]\\])+)\]`)

// ranges are the pairs of characters around each - of a class.
func ranges(class []rune) [][2]rune {
	var out [][2]rune
	for i := 1; i+1 < len(class); i++ {
		if class[i] == '-' {
			out = append(out, [2]rune{class[i-1], class[i+1]})
			i += 2
		}
	}
	return out
}

func checkImports(c *checker) {
	for host, h := range c.spec.Hosts {
		seen := map[string]int{}
		for i, p := range h.Imports {
			at := diag.Path{"hosts", host, "imports", i}
			first, rest, _ := strings.Cut(p, "/")
			role, _, _ := strings.Cut(rest, "/")
			earlier, twice := seen[p]
			switch f := format.Inside(p); {
			case f.Bad():
				c.fault(at, f)
			case !moduleRE().MatchString(p):
				c.report(at, "%q is no path that Nix reads", p).WithHint("letters, digits, and - . _ + / between them")
			case first == "machines" || p == "roles" || p == "flake.nix" || p == "." || first == "roles" && slices.Contains(site.Roles, role):
				c.report(at, "%q is where gen writes", p).WithHint("keep modules of your own in a folder like \"modules\", or in a role of another name, \"roles/core\"")
			case twice:
				c.note(c.report(at, "%q is in the list already", p), at.Parent().With(earlier), "here")
			default:
				seen[p] = i
			}
		}
	}
}

// moduleRE is what a path without quotes looks like in Nix.
var moduleRE = format.Pattern(`^[A-Za-z0-9._+-]+(/[A-Za-z0-9._+-]+)*$`)

// bucketRE follows the naming rules of S3 (docs.aws.amazon.com, S3, bucket naming
// rules); R2's are the same without dots.
var bucketRE = format.Pattern(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// Beginnings and ends that S3 keeps for itself.
var (
	bucketStarts = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	bucketEnds   = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

const (
	minBucket, maxBucket = 3, 63
	maxStateKey          = 1024 // bytes of an object's key
)

func bucketFault(name string, r2 bool) format.Fault {
	hint, meant := "3 to 63 lower-case letters, digits and hyphens", ""
	if s := format.Slug(name); s != name && len(s) >= minBucket && len(s) <= maxBucket && bucketRE().MatchString(s) {
		meant = s
	}
	why := ""
	switch {
	case len(name) < minBucket || len(name) > maxBucket || !bucketRE().MatchString(name):
	case format.ParseAddr(name).IsValid():
		why = ": it is an address"
	case r2 && strings.Contains(name, "."):
		why = " of R2: it has a dot in it"
	case slices.ContainsFunc(bucketStarts, func(p string) bool { return strings.HasPrefix(name, p) }), slices.ContainsFunc(bucketEnds, func(p string) bool { return strings.HasSuffix(name, p) }):
		why, hint, meant = ": S3 keeps such names for itself", "take another beginning, or another end", ""
	default:
		return format.Fault{}
	}
	return format.Fault{What: fmt.Sprintf("%q cannot name a bucket%s", format.Shorten(name), why), Hint: hint, Meant: meant}
}

var regionRE = format.Pattern(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func checkBucket(c *checker) {
	b := c.spec.Terraform.S3
	if b == nil {
		return
	}
	at := diag.Path{"terraform", "s3"}
	r2 := false
	if u, err := url.Parse(b.Endpoint); err == nil && b.Endpoint != "" {
		r2 = strings.HasSuffix(u.Hostname(), ".r2.cloudflarestorage.com")
		if !format.URL(b.Endpoint).Bad() && (strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "") {
			c.report(at.With("endpoint"), "%q is more than the address of the service", b.Endpoint).WithHint("%s", format.DidYouMean("https://"+u.Host))
		}
	}
	c.fault(at.With("bucket"), bucketFault(b.Bucket, r2))
	if b.Key != "" {
		c.fault(at.With("key"), format.Inside(b.Key))
		if len(b.Key) > maxStateKey {
			c.report(at.With("key"), "the key has %d bytes, and %d is the most", len(b.Key), maxStateKey)
		}
	}
	switch {
	case !regionRE().MatchString(b.Region):
		c.report(at.With("region"), "%q is no region", b.Region).WithHint("\"auto\" for R2, or like \"eu-central-1\"")
	case r2 && b.Region != "auto" && b.Region != "us-east-1":
		c.report(at.With("region"), "%q is no region of R2, which has \"auto\" alone", b.Region).WithHint("leave region out")
	}
}

func checkBucketRegion(c *checker) {
	if b := c.spec.Terraform.S3; b != nil && b.Endpoint == "" && b.Region == "auto" {
		c.report(diag.Path{"terraform", "s3"}, "AWS has no region %q, and there is no endpoint of another service", b.Region).
			WithHint("say region, like \"eu-central-1\", or endpoint; silence this where AWS_ENDPOINT_URL_S3 gives it")
	}
}
