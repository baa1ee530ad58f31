// Package differ tells what two versions of a file say otherwise, as the program that
// reads the file sees it: YAML and HCL as data, Nix and shell without comments, the rest by
// lines. Formatting, comments, and the order of keys are no difference. It knows languages,
// and nothing of a site.
package differ

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Difference is a value that is another one.
type Difference struct {
	Line       int    // in the file; of what is missing: where it would stand
	Wanted     int    // the line in the other version; 0: it has none
	Path       string // of keys; "" for a file that is read by lines
	Have, Want string // "": nothing
}

func (d Difference) String() string {
	have, want := d.Have, d.Want
	if have == "" {
		have = "nothing"
	}
	if want == "" {
		want = "nothing"
	}
	return strings.TrimPrefix(fmt.Sprintf("%s: %s in place of %s", d.Path, have, want), ": ")
}

// Known tells whether a program reads a file of that name: what people read is not compared.
func Known(name string) bool {
	return path.Ext(name) != ".md" && path.Ext(name) != ".svg" && !strings.HasPrefix(path.Base(name), ".sitegen")
}

// Files compares two versions of a file.
func Files(name string, have, want []byte) []Difference {
	switch ext := path.Ext(name); {
	case string(have) == string(want) || !Known(name):
		return nil
	case ext == ".yaml" || ext == ".yml":
		return values(have, want, readYAML)
	case ext == ".tf" || ext == ".tfvars" || strings.HasSuffix(name, ".tfvars.example"):
		return values(have, want, readHCL)
	}
	return texts(name, have, want)
}

func values(have, want []byte, read func([]byte) (*value, error)) []Difference {
	w, err := read(want)
	if err != nil {
		return []Difference{{Want: "a file that can be read: " + err.Error()}}
	}
	h, err := read(have)
	if err != nil {
		return []Difference{{Line: 1, Have: "what cannot be read: " + err.Error()}}
	}
	c := &comparison{}
	c.compare("", "", h, w)
	slices.SortStableFunc(c.all, func(a, b Difference) int { return a.Line - b.Line })
	return c.all
}
