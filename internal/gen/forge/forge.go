// Package forge writes what a forge runs: jobs that hold the output against the spec and
// say in a pull request what it does, and for Renovate what raises the versions in the
// spec. What the jobs run is in templates/forge; this package puts it into each forge's
// form.
package forge

import (
	"strings"

	"sitegen/internal/manifest"
	"sitegen/internal/sh"
	"sitegen/internal/site"
	"sitegen/internal/tree"
	"sitegen/templates"
)

// Files returns the files of the forge that the spec names, if it names one.
func Files(s *site.Site) ([]tree.File, error) {
	if s.CI == nil {
		return nil, nil
	}
	var f manifest.Files
	var err error
	if s.CI.Forge == "gitlab" {
		err = gitlab(&f, s)
	} else {
		err = actions(&f, s)
	}
	if err != nil {
		return nil, err
	}
	files, err := f.Done()
	if err == nil && s.CI.Renovate {
		var r tree.File
		r, err = renovate(s)
		files = append(files, r)
	}
	return files, err
}

// gen is a command line of gen in the output root.
func gen(s *site.Site, args ...string) (manifest.Text, error) {
	words := []string{"gen"}
	for _, arg := range append(args, s.SpecArgs()...) {
		word, err := sh.Quote(arg)
		if err != nil {
			return "", err
		}
		words = append(words, word)
	}
	return manifest.Text(strings.Join(words, " ")), nil
}

// script puts parts of templates/forge together.
func script(parts ...string) (manifest.Text, error) {
	var b strings.Builder
	for _, part := range parts {
		data, err := templates.FS.ReadFile("forge/" + part + ".sh")
		if err != nil {
			return "", err
		}
		b.Write(data)
	}
	return manifest.Text(b.String()), nil
}
