package verify

import (
	"encoding/json"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// terraformRoots lists the folders of .tf files.
func (w *work) terraformRoots() []string {
	var roots []string
	for _, p := range suffix(".tf")(w) {
		roots = append(roots, path.Dir(p))
	}
	slices.Sort(roots)
	return slices.Compact(roots)
}

// terraformFmt wants the files as the program itself would format them.
func terraformFmt(j *job) string {
	j.each(func(j *job, root string) {
		out, err := j.start(j.file(root), "fmt", "-check", "-no-color", ".")
		if err != nil || out.Code != 0 && len(out.Stderr) > 0 {
			j.refused(root, out, err)
			return
		}
		for line := range strings.Lines(string(out.Stdout)) {
			j.problem(path.Join(root, strings.TrimSpace(line)), 0, "is not formatted as %s fmt would", filepath.Base(j.program))
		}
	})
	return ""
}

// terraformValidate validates the roots that were initialised: the providers'
// plug-ins say what arguments there are. It uses those of the tree, and its lock
// file, over a copy of the rest.
func terraformValidate(j *job) string {
	var ready []string
	for _, root := range j.artifacts {
		if info, err := j.opts.Root.Stat(filepath.Join(filepath.FromSlash(root), ".terraform")); err == nil && info.IsDir() {
			ready = append(ready, root)
		}
	}
	if len(ready) == 0 {
		return "no root is initialised: run " + filepath.Base(j.program) + " init in " + strings.Join(j.artifacts, ", ")
	}
	for _, root := range j.artifacts {
		if !slices.Contains(ready, root) {
			j.note("%s is not initialised", root)
		}
	}
	j.artifacts = ready
	j.each(validateRoot)
	return ""
}

func validateRoot(j *job, root string) {
	plugins := filepath.Join(j.opts.Dir, filepath.FromSlash(root), ".terraform")
	out, err := j.run(Command{
		Path: j.program, Dir: j.file(root), Args: []string{"validate", "-json", "-no-color"},
		Env: j.environment("TF_DATA_DIR=" + plugins), Timeout: longTime,
	})
	var verdict struct {
		Valid       bool `json:"valid"`
		Diagnostics []struct {
			Severity, Summary, Detail string
			Range                     *struct {
				Filename string
				Start    struct{ Line int }
			}
		} `json:"diagnostics"`
	}
	if err != nil || json.Unmarshal(out.Stdout, &verdict) != nil {
		if !j.refused(root, out, err) {
			j.problem(root, 0, "unreadable answer %q", out.Stdout)
		}
		return
	}
	for _, d := range verdict.Diagnostics {
		at, line := root, 0
		if d.Range != nil {
			at, line = path.Join(root, filepath.ToSlash(d.Range.Filename)), d.Range.Start.Line
		}
		text := strings.TrimSpace(d.Severity + ": " + d.Summary + ": " + strings.Join(strings.Fields(d.Detail), " "))
		// A warning is a deprecation: what the next version refuses.
		j.problem(at, line, "%s", text)
	}
	if !verdict.Valid && len(verdict.Diagnostics) == 0 {
		j.problem(root, 0, "is not valid")
	}
}
