package verify

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/sopsread"
)

// secretArtifacts lists the examples, and the files of the tree that .sops.yaml
// covers, whoever made them.
func (w *work) secretArtifacts() []string {
	files := w.match(sopsread.IsExample)
	if config, err := readSops(w.read(sopsConfig)); err == nil {
		for _, p := range w.tree {
			if !sopsread.IsExample(p) && config.ruleFor(p) != nil {
				files = append(files, p)
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// secrets wants encrypted what .sops.yaml covers, with every key that its example
// has; and in what is plain, nothing that looks like a real secret. No message
// shows a value.
func secrets(j *job) string {
	examples := map[string]string{}
	for _, s := range j.secretFiles() {
		examples[s.path] = s.example
	}
	for _, artifact := range j.artifacts {
		if sopsread.IsExample(artifact) {
			continue
		}
		data, err := j.opts.Root.ReadFile(filepath.FromSlash(artifact))
		if err != nil {
			j.problem(artifact, 0, "%v", err)
			continue
		}
		j.checkEncrypted(artifact, data, examples[artifact])
	}
	for _, s := range j.secretFiles() {
		if _, found := slices.BinarySearch(j.tree, s.path); !found {
			j.note("%s: there is no encrypted file yet", s.path)
		}
	}
	for _, p := range j.own {
		j.checkPlain(p, j.read(p))
	}
	return ""
}

func (j *job) checkEncrypted(artifact string, data []byte, example string) {
	var from []byte
	if example != "" {
		from = j.read(example)
	}
	faults := sopsread.Faults(artifact, data, from)
	for _, f := range faults {
		j.problem(artifact, 0, "%s: %s", f.What, f.Do)
	}
	if len(faults) > 0 || example == "" {
		return
	}
	for _, key := range sopsread.Lacks(data, from) {
		j.problem(artifact, 0, "has no %q, which %s has: sops edit %s", key, example, artifact)
	}
}

// checkPlain looks for secrets in what everybody can read.
func (j *job) checkPlain(p string, data []byte) {
	for _, secret := range format.SecretsIn(data) {
		j.problem(p, 1+bytes.Count(data[:secret.From], []byte("\n")), "holds %s", secret.What)
	}
	if !sopsread.IsExample(p) {
		return
	}
	if bytes.Contains(data, []byte("ENC[AES256_GCM,")) {
		j.problem(p, 0, "is an example, and holds something encrypted")
	}
	values := sopsread.Leaves(data)
	for _, key := range sopsread.Clear(data) {
		if !placeholder.MatchString(strings.TrimSpace(values[key])) {
			j.problem(p, 0, "is an example, and the value of %q is not a placeholder such as REPLACE-ME", key)
		}
	}
}

// placeholder is what a value of an example looks like.
var placeholder = regexp.MustCompile(`(?i)^(<.*>|.*…|(replace|change|fill|example|placeholder|your)\b.*)$`)
