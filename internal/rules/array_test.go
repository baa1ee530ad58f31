package rules

import (
	"fmt"
	"testing"

	"sitegen/internal/site/sitetest"
)

// TestArraySizes: disks of one model are of one size, in whatever unit it is said.
func TestArraySizes(t *testing.T) {
	for sizes, differ := range map[[2]string]bool{
		{"512GB", "476.9GiB"}: false, {"476.9GiB", "512GB"}: false, {"1.92TB", "1.7TiB"}: false,
		{"512GB", "480GB"}: true, {"480GB", "512GB"}: true, {"1TB", "476.9GiB"}: true,
	} {
		_, problems := loadText(t, sitetest.Base()+fmt.Sprintf("hosts: web1: disks: {a: size: %q, b: size: %q}\n", sizes[0], sizes[1]))
		found := false
		for _, p := range problems {
			if found = p.Rule == "array-sizes"; !found {
				t.Errorf("%s: %s", sizes, p.Error())
			}
		}
		if found != differ {
			t.Errorf("%s are told to differ: %v", sizes, found)
		}
	}
}
