package verify

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/format"
)

// secretArtifacts lists the examples, and the files of the tree that .sops.yaml
// covers, whoever made them.
func (w *work) secretArtifacts() []string {
	files := w.match(example)
	if config, err := readSops(w.read(sopsConfig)); err == nil {
		for _, p := range w.tree {
			if !example(p) && config.ruleFor(p) != nil {
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
		if example(artifact) {
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
	if !bytes.Contains(data, []byte("ENC[AES256_GCM,")) || !hasMAC.Match(data) {
		j.problem(artifact, 0, "is not encrypted, and .sops.yaml says it should be: sops encrypt --in-place %s", artifact)
		return
	}
	if ext := filepath.Ext(artifact); ext != ".yaml" && ext != ".yml" {
		return
	}
	for _, key := range clearValues(data) {
		j.problem(artifact, 0, "%q is in clear text", key)
	}
	if example == "" {
		return
	}
	there := leaves(data)
	for _, key := range slices.Sorted(maps.Keys(leaves(j.read(example)))) {
		if _, ok := there[key]; !ok {
			j.problem(artifact, 0, "has no %q, which %s has: sops edit %s", key, example, artifact)
		}
	}
}

// hasMAC finds the seal that sops puts on a file, in any of its formats.
var hasMAC = regexp.MustCompile(`(?m)(^\s*"?|sops_)mac"?\s*[:=]\s*"?ENC\[`)

// checkPlain looks for secrets in what everybody can read.
func (j *job) checkPlain(p string, data []byte) {
	for _, secret := range format.SecretsIn(data) {
		j.problem(p, 1+bytes.Count(data[:secret.From], []byte("\n")), "holds %s", secret.What)
	}
	if !example(p) {
		return
	}
	if bytes.Contains(data, []byte("ENC[AES256_GCM,")) {
		j.problem(p, 0, "is an example, and holds something encrypted")
	}
	values := leaves(data)
	for _, key := range clearValues(data) {
		if !placeholder.MatchString(values[key]) {
			j.problem(p, 0, "is an example, and the value of %q is not a placeholder such as REPLACE-ME", key)
		}
	}
}

// placeholder is what a value of an example looks like.
var placeholder = regexp.MustCompile(`(?i)^(<.*>|.*…|(replace|change|fill|example|placeholder|your)\b.*)$`)

// leaves maps the path of each scalar to its value. data and stringData of a
// Secret are one: a person may write either.
func leaves(data []byte) map[string]string {
	all := map[string]string{}
	docs, _ := documents(data) // what is no YAML is strictYAML's to tell
	for _, doc := range docs {
		gather(doc, "", all)
	}
	return all
}

func gather(n *yaml.Node, at string, into map[string]string) {
	switch n.Kind {
	case yaml.DocumentNode, yaml.SequenceNode:
		for i, child := range n.Content {
			inside := at
			if n.Kind == yaml.SequenceNode {
				inside = fmt.Sprintf("%s[%d]", at, i)
			}
			gather(child, inside, into)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if at == "" && key == "sops" {
				continue
			}
			if at == "" && key == "data" {
				key = "stringData"
			}
			gather(n.Content[i+1], strings.TrimPrefix(at+"."+key, "."), into)
		}
	case yaml.ScalarNode:
		into[at] = n.Value
	}
}

// clearValues lists what is in clear text in an encrypted file. Of a Secret only
// its data is secret: Kubernetes has to read the rest.
func clearValues(data []byte) []string {
	all := leaves(data)
	isSecret := all["kind"] == "Secret" && all["apiVersion"] != ""
	var plain []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if isSecret && !strings.HasPrefix(key, "stringData.") {
			continue
		}
		if v := all[key]; v != "" && v != "null" && !strings.HasPrefix(v, "ENC[") {
			plain = append(plain, key)
		}
	}
	return plain
}
