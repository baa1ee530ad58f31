package rules

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

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
