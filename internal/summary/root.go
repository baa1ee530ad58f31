package summary

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/tfread"
)

// root is a Terraform root: what is said of each of its resources, by address.
type root struct {
	*tfread.Root
	resources map[string]attributes
}

// attributes are what is said of a resource, as texts that are the same where they say
// the same.
type attributes map[string]string

// readRoot reads the files of a root that gen wrote. What only the run knows is unknown in
// the same way on both sides.
func readRoot(dir string, files map[string][]byte) root {
	r := root{tfread.Read(dir, files, tfread.Options{}), map[string]attributes{}}
	for at, res := range r.Resources {
		if res.Mode == "resource" {
			r.resources[at] = res.Texts()
		}
	}
	return r
}

// unknown is what is said where the files do not tell whether it is the same.
const unknown = "?"

// moved are the resources under the addresses that they have in the new root. Of one that has
// another there, what only the run knows may be the same.
func (r root) moved(to root) map[string]attributes {
	all := map[string]attributes{}
	for at, body := range r.resources {
		res := r.Resources[at]
		for _, from := range slices.Sorted(maps.Keys(to.Moves)) {
			if rest, ok := strings.CutPrefix(at, from); ok && (rest == "" || rest[0] == '[') {
				at = to.Moves[from] + rest
				body = maps.Clone(body)
				for name := range body {
					if a, ok := res.Attrs[name]; ok && !a.Value.IsWhollyKnown() {
						body[name] = unknown
					}
				}
				break
			}
		}
		all[at] = body
	}
	return all
}

// forgotten tells whether Terraform lets go of a resource without destroying it.
func (r root) forgotten(at string) bool {
	return slices.ContainsFunc(r.Removed, func(from string) bool {
		rest, ok := strings.CutPrefix(at, from)
		return ok && (rest == "" || rest[0] == '[')
	})
}
