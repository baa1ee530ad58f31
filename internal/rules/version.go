package rules

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

func versionRules() []Rule {
	return []Rule{
		{ID: "version", Severity: diag.Error, Summary: "Charts, images and actions are pinned to one version each.",
			Bad: `versions: charts: cilium: "~1.20"`, Good: `versions: charts: cilium: "1.20.0"`, value: true, check: checkVersions},
		{ID: "chart-image", Severity: diag.Warning, Summary: "A spec that sets the version of the argo-cd chart sets that of Argo CD's image too, which has a pin of its own. No other image is pinned beside its chart.",
			Bad: `versions: charts: argocd: "9.2.0"`, Good: `versions: {charts: argocd: "9.2.0", images: argocd: ""}`, check: checkChartImage},
		{ID: "constraint", Severity: diag.Error, Summary: "Terraform and its providers are pinned by constraints that Terraform reads.",
			Bad: `versions: providers: helm: "^3.1"`, Good: `versions: providers: helm: "~> 3.1"`, value: true, check: checkConstraints},
		{ID: "terraform-version", Severity: diag.Error, Summary: "The constraint on Terraform admits 1.11 or newer ones only: older ones know no write-only arguments.",
			Bad: `versions: terraform: ">= 1.8"`, Good: `versions: terraform: "~> 1.11"`, value: true, check: checkTerraformVersion},
		{ID: "provider-major", Severity: diag.Error, Summary: "Each provider is of the major version that the output is written for, and of no later one.",
			Bad: `versions: providers: cloudflare: "~> 4.52"`, Good: `versions: providers: cloudflare: "~> 5.22"`, value: true, check: checkProviderMajors},
		{ID: "flake-reference", Severity: diag.Error, Summary: "Flake inputs are references that Nix reads.",
			Bad: `versions: flake: disko: "nix-community/disko@v1"`, Good: `versions: flake: disko: "github:nix-community/disko/v1.13.0"`, value: true, check: checkFlakes},
	}
}

// Charts have semantic versions; image tags are what registries take, though not
// one that moves.
var (
	chartRE = format.Pattern(`^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
	bareRE  = format.Pattern(`^\d+\.\d+`)
	tagRE   = format.Pattern(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?$`)
)

func checkVersions(c *checker) {
	v := c.spec.Versions
	chart := func(version, name string) {
		if !chartRE().MatchString(version) {
			c.report(diag.Path{"versions", "charts", name}, "%q is no version of a chart", version).WithHint("one exact version: %q", exact(version))
		}
	}
	tag := func(version, name string) {
		at := diag.Path{"versions", "images", name}
		switch {
		case !tagRE().MatchString(version):
			c.report(at, "%q is no tag of an image", version).WithHint("one exact version, without the image's name")
		case version == "latest":
			c.report(at, "%q is a different image every now and then", version).WithHint("name the version")
		}
	}
	chart(v.Charts.Cilium, "cilium")
	chart(v.Charts.ArgoCD, "argocd")
	for name, version := range map[string]string{"argocd": v.Images.ArgoCD, "ksops": v.Images.Ksops} {
		switch {
		case bareRE().MatchString(version) && tagRE().MatchString("v"+version):
			c.report(diag.Path{"versions", "images", name}, "%q is no tag of %s, whose tags start with v", version, name).WithHint("%s", format.DidYouMean("v"+version))
		case name == "argocd" && version == "": // the chart's own
		default:
			tag(version, name)
		}
	}
	tag(v.Images.Cloudflared, "cloudflared")
	tag(v.Images.Busybox, "busybox")
	checkActions(c)
}

// checkChartImage: the default image is a patch release later than the default
// chart's own; beside another chart it may be of another minor version, whose flags
// and resources the chart does not have.
func checkChartImage(c *checker) {
	chart, image := diag.Path{"versions", "charts", "argocd"}, diag.Path{"versions", "images", "argocd"}
	if c.ix.Has(chart) && !c.ix.Has(image) {
		c.report(chart, "the version of the chart is set, and that of its image is still gen's own, %q", c.spec.Versions.Images.ArgoCD).
			WithHint("set versions.images.argocd too; \"\" is the chart's own image")
	}
}

var numbersRE = format.Pattern(`\d+(\.\d+){0,2}`)

// exact is a full version made of what numbers there are.
func exact(text string) string {
	n := cmp.Or(numbersRE().FindString(text), "1.0.0")
	return n + strings.Repeat(".0", 2-strings.Count(n, "."))
}

// constraintRE is one term of a constraint (developer.hashicorp.com, Terraform,
// version constraints).
var constraintRE = format.Pattern(`^(=|!=|>|>=|<|<=|~>)?\s*v?(\d+)(\.\d+){0,2}(-[0-9A-Za-z.-]+)?$`)

func constraintFault(text string) format.Fault {
	for term := range strings.SplitSeq(text, ",") {
		if !constraintRE().MatchString(strings.TrimSpace(term)) {
			return format.Fault{What: fmt.Sprintf("%q is no version constraint", text), Meant: "~> " + cmp.Or(numbersRE().FindString(text), "1.0")}
		}
	}
	return format.Fault{}
}

// pin is a provider's constraint and the major version of it that the output's
// arguments belong to.
type pin struct {
	name, constraint string
	major            int
}

func providerPins(v spec.Versions) []pin {
	p := v.Providers
	return []pin{
		{"cloudflare", p.Cloudflare, 5}, {"helm", p.Helm, 3}, {"kubectl", p.Kubectl, 2},
		{"kubernetes", p.Kubernetes, 3}, {"random", p.Random, 3}, {"sops", p.Sops, 1},
	}
}

func checkConstraints(c *checker) {
	c.fault(diag.Path{"versions", "terraform"}, constraintFault(c.spec.Versions.Terraform))
	for _, p := range providerPins(c.spec.Versions) {
		at := diag.Path{"versions", "providers", p.name}
		if f := constraintFault(p.constraint); f.Bad() {
			c.fault(at, f)
			continue
		}
		if low, high := admitted(p.constraint); low > high {
			c.report(at, "%q admits no version", p.constraint).WithHint("leave it out, or take a constraint like \"~> %d.0\"", p.major)
		}
	}
}

func checkProviderMajors(c *checker) {
	for _, p := range providerPins(c.spec.Versions) {
		if constraintFault(p.constraint).Bad() {
			continue
		}
		at := diag.Path{"versions", "providers", p.name}
		first, _ := versionNumber(strconv.Itoa(p.major))
		next, _ := versionNumber(strconv.Itoa(p.major + 1))
		low, high := admitted(p.constraint)
		var problem *diag.Problem
		switch {
		case low > high:
			continue
		case high < first || low >= next:
			problem = c.report(at, "%q asks for version %d of the provider, and the output is written for version %d", p.constraint, low/1_000_000_000_000, p.major)
		case low < first:
			problem = c.report(at, "%q admits versions of the provider before %d, which the output is written for", p.constraint, p.major)
		case high >= next:
			problem = c.report(at, "%q admits version %d of the provider, and the output is written for version %d", p.constraint, p.major+1, p.major)
		default:
			continue
		}
		problem.WithHint("leave it out, or take a constraint like \"~> %d.0\"", p.major)
	}
}

// flakeRE is the part of Nix's flake references that inputs use (nix
// src/nix/flake.md, types).
var flakeRE = format.Pattern(`^((github|gitlab|sourcehut):[A-Za-z0-9_.~-]+/[A-Za-z0-9_.-]+(/[A-Za-z0-9_./-]+)?|(git\+(https|ssh)|https|tarball\+https)://[^\s"'$\\<>]+)(\?[A-Za-z0-9_=&./-]+)?$`)

func checkFlakes(c *checker) {
	f := c.spec.Versions.Flake
	for i, ref := range []string{f.Disko, f.NixosAnywhere, f.SopsNix} {
		if !flakeRE().MatchString(ref) {
			at := diag.Path{"versions", "flake", []string{"disko", "nixosAnywhere", "sopsNix"}[i]}
			c.report(at, "%q is no flake reference", format.Shorten(ref)).WithHint("write it like \"github:OWNER/NAME\" or \"github:OWNER/NAME/TAG\"")
		}
	}
}

// minTerraform is the first minor version of 1 with write-only arguments, in
// OpenTofu and in Terraform.
const minTerraform = 11

// versionNumber orders versions; what a text leaves out is 0.
func versionNumber(text string) (number, parts int) {
	numbers := strings.Split(text, ".")
	for i := range 3 {
		n := 0
		if i < len(numbers) {
			n, _ = strconv.Atoi(numbers[i])
		}
		number = number*1_000_000 + min(n, 999_999)
	}
	return number, len(numbers)
}

// admitted are the lowest and the highest version that a constraint takes. != is
// passed over: it takes single versions out.
func admitted(constraint string) (low, high int) {
	high = math.MaxInt
	for term := range strings.SplitSeq(constraint, ",") {
		m := constraintRE().FindStringSubmatch(strings.TrimSpace(term))
		n, parts := versionNumber(numbersRE().FindString(term))
		switch m[1] {
		case "", "=":
			low, high = max(low, n), min(high, n)
		case ">":
			low = max(low, n+1)
		case ">=":
			low = max(low, n)
		case "<":
			high = min(high, n-1)
		case "<=":
			high = min(high, n)
		case "~>": // the last part that is said may rise
			low, high = max(low, n), min(high, nextVersion(n, parts)-1)
		}
	}
	return low, high
}

func nextVersion(n, parts int) int {
	switch parts {
	case 1:
		return math.MaxInt
	case 2:
		return (n/1_000_000_000_000 + 1) * 1_000_000_000_000
	}
	return (n/1_000_000 + 1) * 1_000_000
}

func checkTerraformVersion(c *checker) {
	text := c.spec.Versions.Terraform
	if constraintFault(text).Bad() {
		return
	}
	at := diag.Path{"versions", "terraform"}
	least, _ := versionNumber("1." + strconv.Itoa(minTerraform))
	switch low, high := admitted(text); {
	case low > high:
		c.report(at, "%q admits no version", text).WithHint("\">= 1.%d\" is the default", minTerraform)
	case high < least:
		c.report(at, "%q admits no version from 1.%d on, and write-only arguments need 1.%d", text, minTerraform, minTerraform).WithHint("\">= 1.%d\" is the default", minTerraform)
	case low < least:
		c.report(at, "%q admits versions before 1.%d, and write-only arguments need 1.%d", text, minTerraform, minTerraform).WithHint("\">= 1.%d\" is the default", minTerraform)
	}
}
