package site

import (
	"path"
	"regexp"
	"strings"
)

func outputRules() []Rule {
	return []Rule{
		{ID: "exclude", Severity: Error, Summary: "Patterns of paths that gen leaves alone are sound, and inside of the output.",
			Bad: `output: exclude: ["docs/["]`, Good: `output: exclude: ["docs/*"]`, value: true, check: checkExcludes},
		{ID: "module-path", Severity: Error, Summary: "NixOS modules of your own are .nix files or folders inside of the output, and not where gen writes.",
			Bad: `hosts: web1: imports: ["../backup.nix"]`, Good: `hosts: web1: imports: ["modules/backup.nix"]`, value: true, check: checkImports},
		{ID: "state-bucket", Severity: Error, Summary: "The bucket for Terraform's state, and the key in it, are names that S3 takes.",
			Bad: `terraform: s3: bucket: "My_Bucket"`, Good: `terraform: s3: bucket: "my-bucket"`, value: true, check: checkBucket},
	}
}

func checkExcludes(c *checker) {
	for i, pattern := range c.spec.Output.Exclude {
		at := Path{"output", "exclude", i}
		if _, err := path.Match(pattern, ""); err != nil {
			c.report(at, "%q is no pattern", pattern).hint("* stands for a name, ? for a character, [a-z] for one of some")
			continue
		}
		switch clean := strings.TrimSuffix(pattern, "/"); clean {
		case "", ".", "*", "**":
			c.report(at, "%q would leave nothing to generate", pattern).hint("name the files, or a folder")
		default:
			c.fault(at, insideFault(clean))
		}
	}
}

func checkImports(c *checker) {
	for host, h := range c.spec.Hosts {
		seen := map[string]int{}
		for i, p := range h.Imports {
			at := Path{"hosts", host, "imports", i}
			first, _, _ := strings.Cut(p, "/")
			earlier, twice := seen[p]
			switch f := insideFault(p); {
			case f.bad():
				c.fault(at, f)
			case !moduleRE.MatchString(p):
				c.report(at, "%q is no path that Nix reads", p).hint("letters, digits, and - . _ + / between them")
			case first == "machines" || first == "roles" || p == "flake.nix" || p == ".":
				c.report(at, "%q is where gen writes", p).hint("keep modules of your own in a folder like \"modules\"")
			case twice:
				c.note(c.report(at, "%q is in the list already", p), at.parent().With(earlier), "here")
			default:
				seen[p] = i
			}
		}
	}
}

// moduleRE is what a path without quotes looks like in Nix.
var moduleRE = regexp.MustCompile(`^[A-Za-z0-9._+-]+(/[A-Za-z0-9._+-]+)*$`)

// bucketRE follows the naming rules of S3 (docs.aws.amazon.com, S3, bucket naming
// rules), which R2 shares.
var bucketRE = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func checkBucket(c *checker) {
	b := c.spec.Terraform.S3
	if b == nil {
		return
	}
	at := Path{"terraform", "s3"}
	if !bucketRE.MatchString(b.Bucket) || strings.Contains(b.Bucket, "..") {
		p := c.report(at.With("bucket"), "%q cannot name a bucket", b.Bucket).hint("3 to 63 lower-case letters, digits and hyphens")
		if s := slug(b.Bucket); s != b.Bucket && bucketRE.MatchString(s) {
			p.hint("%s", didYouMeanText(s))
		}
	}
	if b.Key != "" {
		c.fault(at.With("key"), insideFault(b.Key))
	}
	if b.Region == "" || strings.ContainsAny(b.Region, " \t\r\n") {
		c.report(at.With("region"), "%q is no region", b.Region).hint("\"auto\" for R2, or like \"eu-central-1\"")
	}
}
