package verify

import (
	"bytes"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// scripts lists the shell scripts, by name or by first line.
func (w *work) scripts() []string {
	return w.match(func(p string) bool {
		if path.Ext(p) == ".sh" {
			return true
		}
		return path.Ext(p) == "" && shebang.Match(w.read(p))
	})
}

var shebang = regexp.MustCompile(`^#! ?/(usr/)?bin/(env )?(ba|da)?sh\b`)

// bashParse has bash parse every script.
func bashParse(j *job) string {
	j.each(func(j *job, artifact string) {
		out, err := j.start(j.copy, "-n", j.file(artifact))
		if out.Code == 0 && len(bytes.TrimSpace(out.Stderr)) > 0 {
			// A here-document without its end is only a warning to bash.
			out.Code = 1
		}
		j.refused(artifact, out, err)
	})
	return ""
}

// shellcheck has shellcheck read every script, whatever the user's own settings.
func shellcheck(j *job) string {
	j.each(func(j *job, artifact string) {
		out, err := j.start(j.copy, "--norc", "--format=gcc", j.file(artifact))
		if err != nil || out.Code > 1 || out.Code == 1 && len(out.Stdout) == 0 {
			j.refused(artifact, out, err)
			return
		}
		for line := range strings.Lines(j.tidy(string(out.Stdout))) {
			_, n := j.place(line, artifact)
			j.problem(artifact, n, "%s", gccText(line))
		}
	})
	return ""
}

// gccText takes the place off a line like "path:12:3: warning: text [SC1000]", and
// keeps the column.
func gccText(line string) string {
	m := regexp.MustCompile(`^.*?:\d+:(\d+): (.*)$`).FindStringSubmatch(strings.TrimSpace(line))
	if m == nil {
		return strings.TrimSpace(line)
	}
	column, err := strconv.Atoi(m[1])
	if err != nil || column <= 1 {
		return m[2]
	}
	return m[2] + " (column " + m[1] + ")"
}
