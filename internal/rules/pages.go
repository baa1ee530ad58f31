package rules

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

// maxPages keeps the list of files in the Deployment, which has the path of each twice,
// well below what an object may have.
const maxPages = 2000

const beyondStatic = "build an image with a web server and the files in it, and say image in place of static: docs/BESIDE.md of gen has one"

// pages are the files of a folder, by their paths in it, sorted.
func (r *ownReader) pages(at diag.Path, dir string) []site.File {
	info, ok := r.stat(at, dir)
	switch {
	case !ok:
		return nil
	case isLink(r.folder, dir):
		r.report(RuleContent, at, "name the folder itself", "%q is a link", dir)
		return nil
	case !info.IsDir():
		r.report(RuleContent, at, "name the folder that it is in", "%q is a file", dir)
		return nil
	}
	var files []site.File
	size := 0
	err := fs.WalkDir(r.folder, dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p != dir && strings.HasPrefix(d.Name(), ".") && d.Name() != ".well-known":
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		info, err := d.Info()
		if err == nil && r.isPage(at, p, info) {
			files = append(files, site.File{Path: strings.TrimPrefix(p, dir+"/")})
			size += int(info.Size())
		}
		return err
	})
	switch {
	case err != nil:
		r.report(RuleContent, at, "let yourself read it", "%q cannot be read: %s", dir, reason(err))
	case size > maxFiles:
		r.report(RuleContent, at, beyondStatic, "the files in %q have %d bytes together, and the ConfigMap that brings them holds %d", dir, size, maxFiles)
	case len(files) > maxPages:
		r.report(RuleContent, at, beyondStatic, "%q holds %d files, and %d are what a Deployment can list", dir, len(files), maxPages)
	case !slices.ContainsFunc(files, func(f site.File) bool { return f.Path == "index.html" }):
		r.report(RuleContent, at, "name the folder that has it in it, which a generator of websites may call public or dist", "there is no index.html in %q, and nothing to see at /", dir)
	default:
		for i := range files {
			files[i].Data = r.page(at, path.Join(dir, files[i].Path))
		}
		slices.SortFunc(files, func(a, b site.File) int { return strings.Compare(a.Path, b.Path) })
		return files
	}
	return nil
}

// isPage tells whether a file of the folder can be served.
func (r *ownReader) isPage(at diag.Path, p string, info fs.FileInfo) bool {
	_, form, _ := format.Composed(p)
	why, hint := "", "give it another name"
	_, ends := lineBreaker(p)
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		why, hint = "is a link", "copy what it leads to in its place"
	case !info.Mode().IsRegular():
		why, hint = "is no regular file", "take it out"
	case !utf8.ValidString(p) || ends || strings.ContainsAny(p, "\t\\"):
		why = "has a character in its name that no link has"
	case form != "":
		why = "has a name that is not in Unicode's composed form, as links are: " + form
	}
	if why != "" {
		r.report(RuleContent, at, hint, "%s %s", fmt.Sprintf("%q", p), why)
	}
	return why == ""
}

// inPages are secrets by their looks that pages show to everybody on purpose: keys of
// maps, and the tokens with which browsers call a database.
var inPages = []string{"an API key of Google", "a signed web token", "the value of a secret variable"}

// page is what is in a file that everybody may see.
func (r *ownReader) page(at diag.Path, p string) []byte {
	data, err := fs.ReadFile(r.folder, p)
	if err != nil {
		r.report(RuleContent, at, "let yourself read it", "%q cannot be read: %s", p, reason(err))
		return nil
	}
	for _, secret := range format.SecretsIn(data) {
		if !slices.Contains(inPages, secret.What) {
			r.report(RuleContent, at, "take it out of the folder and of git's history, and make a new one", "%q looks to hold %s, which the website would show", p, secret.What)
			break
		}
	}
	return data
}
