package gen

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sitegen/internal/sopsread"
)

// Unsealed is a secret that everybody can read.
type Unsealed struct {
	Path string
	sopsread.Fault
}

// Unsealed lists what can be read in the files of the folder that are to be encrypted:
// those for which gen's .sops.yaml has a rule. One that is not there yet is no fault.
func (r *Result) Unsealed(folder fs.FS) ([]Unsealed, error) {
	names, err := r.encrypted(folder)
	if err != nil {
		return nil, err
	}
	var all []Unsealed
	for _, p := range names {
		data, err := fs.ReadFile(folder, p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil: // what cannot be read may hold anything
			all = append(all, Unsealed{p, sopsread.Fault{What: "cannot be read, and is to be encrypted: " + err.Error(), Do: "let it be a file that you can read, or delete it"}})
			continue
		}
		example, _ := r.Tree.Lookup(sopsread.Example(p))
		for _, f := range sopsread.Faults(p, data, example.Data) {
			all = append(all, Unsealed{p, f})
		}
	}
	return all, nil
}

// encrypted lists the files that rules of .sops.yaml are for: each that gen knows, all that
// is in the folders of hosts, and what ends so in folders of the user's.
func (r *Result) encrypted(folder fs.FS) ([]string, error) {
	names := []string{r.Site.K8sSecrets()}
	if len(r.Site.IdPSecretKeys()) > 0 {
		names = append(names, r.Site.IdPSecrets())
	}
	for _, a := range r.Site.ArgoSecrets() {
		names = append(names, a.File())
	}
	add := func(dir string, wanted func(p string) bool) error {
		return fs.WalkDir(folder, dir, func(p string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			}
			if !d.IsDir() && wanted(p) {
				names = append(names, p)
			}
			return nil
		})
	}
	for _, h := range r.Site.Hosts {
		if err := add(path.Dir(h.HostSecrets()), func(p string) bool { return !sopsread.IsExample(p) }); err != nil {
			return nil, err
		}
	}
	for _, own := range r.Site.OwnFolders() {
		if err := add(own, func(p string) bool { return strings.HasSuffix(p, ".enc.yaml") }); err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
