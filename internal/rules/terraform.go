package rules

import (
	"math"
	"strconv"
	"strings"

	"sitegen/internal/diag"
)

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
