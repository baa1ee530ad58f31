package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

// ReadOwn reads what the spec takes from files of the user's in the output root into
// the site: generators see no disk. folder is nil where there is no output root. What
// is not sound is empty in the site, and a problem, sorted by place.
func ReadOwn(s *site.Site, folder fs.FS) diag.Problems {
	r := ownReader{site: s, folder: folder}
	for _, w := range s.Workloads() {
		if w.Static != "" {
			w.Pages = r.pages(w.At().With("static"), w.Static)
		}
		at, size := w.At().With("files"), 0
		for i := range w.Files {
			f := &w.Files[i]
			if f.From != "" {
				f.Data = r.file(at.With(f.Path, "from"), f.From)
			}
			size += len(f.Data)
		}
		if size > maxFiles {
			r.report(RuleContent, at, "put what is large into the image, or write it into a volume", "the files have %d bytes together, and the ConfigMap that brings them holds %d", size, maxFiles)
		}
	}
	for _, v := range s.OwnValues() {
		r.values(v.At, v.File)
	}
	return redacted(r.problems.Sorted())
}

// values looks into a file with the values of a chart, which Argo CD reads from the
// repository. One that is not there is told of elsewhere.
func (r *ownReader) values(at diag.Path, p string) {
	if p == "" || r.folder == nil {
		return
	}
	if data, err := fs.ReadFile(r.folder, p); err == nil {
		r.open(at, p, data, "list a key under secrets, and tell the chart the Secret")
	}
}

type ownReader struct {
	site     *site.Site
	folder   fs.FS
	problems diag.Problems
}

func (r *ownReader) report(rule string, at diag.Path, hint, message string, args ...any) {
	r.problems = append(r.problems, diag.Problem{Pos: r.site.At(at), Path: at.String(), Message: fmt.Sprintf(message, args...), Hint: hint, Rule: rule, Severity: diag.Error})
}

// file is what is in a file, or nil.
func (r *ownReader) file(at diag.Path, p string) []byte {
	info, ok := r.stat(at, p)
	switch {
	case !ok:
	case info.IsDir():
		r.report(RuleContent, at, "name a file in it", "%q is a folder", p)
	case !info.Mode().IsRegular():
		r.report(RuleContent, at, "name a file", "%q is no regular file", p)
	case info.Size() > maxFiles:
		r.report(RuleContent, at, "put it into the image, or write it into a volume", "%q has %d bytes, and the ConfigMap that brings it holds %d", p, info.Size(), maxFiles)
	default:
		return r.read(at, p)
	}
	return nil
}

// stat is what is at a path. A link may lead to another file of the output root.
func (r *ownReader) stat(at diag.Path, p string) (fs.FileInfo, bool) {
	if r.folder == nil {
		r.report(RuleMissing, at, "make the folder with the file in it, or name it with --out", "there is no output root with %q in it", p)
		return nil, false
	}
	info, err := fs.Stat(r.folder, p)
	switch {
	case err == nil:
		return info, true
	case isLink(r.folder, p):
		r.report(RuleContent, at, "copy what it leads to in its place", "%q is a link that leads to nothing in the output root", p)
	case errors.Is(err, fs.ErrNotExist):
		hint := "write it, and add it to git"
		if near := r.nearest(p); near != "" {
			hint = format.DidYouMean(near)
		}
		r.report(RuleMissing, at, hint, "there is no %q in the output root", p)
	default:
		r.report(RuleContent, at, "let yourself read it", "%q cannot be read: %s", p, reason(err))
	}
	return nil, false
}

// isLink tells whether a path, or a folder on the way to it, is a symbolic link.
func isLink(folder fs.FS, p string) bool {
	for ; p != "."; p = path.Dir(p) {
		if info, err := fs.Lstat(folder, p); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return true
		}
	}
	return false
}

func (r *ownReader) read(at diag.Path, p string) []byte {
	data, err := fs.ReadFile(r.folder, p)
	if err != nil {
		r.report(RuleContent, at, "let yourself read it", "%q cannot be read: %s", p, reason(err))
		return nil
	}
	if !r.open(at, p, data, "say secret, with a key of the app's encrypted file") {
		return nil
	}
	return data
}

// open tells whether a file has nothing that is secret, or encrypted.
func (r *ownReader) open(at diag.Path, p string, data []byte, hint string) bool {
	if what := format.SecretIn(string(data)); what != "" {
		r.report(RuleContent, at, "secrets go into the files that sops encrypts; take it out of git's history, and make a new one", "%q looks to hold %s, and everybody who reads the repository could read it", p, what)
		return false
	}
	if bytes.Contains(data, []byte("ENC[AES256_GCM,")) {
		r.report(RuleContent, at, hint, "%q is encrypted, and nothing decrypts it", p)
		return false
	}
	return true
}

// nearest is a path that is there and differs in one name, or "".
func (r *ownReader) nearest(p string) string {
	parts := strings.Split(p, "/")
	for i, name := range parts {
		dir := path.Join(append([]string{"."}, parts[:i]...)...)
		if _, err := fs.Stat(r.folder, path.Join(dir, name)); err == nil {
			continue
		}
		entries, err := fs.ReadDir(r.folder, dir)
		if err != nil {
			return ""
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		near := format.Nearest(name, names)
		meant := path.Join(append([]string{dir, near}, parts[i+1:]...)...)
		if _, err := fs.Stat(r.folder, meant); near == "" || err != nil {
			return ""
		}
		return meant
	}
	return ""
}

// reason is an error without the names of the system call and the file.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
