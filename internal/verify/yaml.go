package verify

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"sitegen/internal/sopsread"
	"sitegen/internal/yamlread"
	"strconv"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// strictYAML reads every document and wants what some readers let pass: no key
// twice (the last one wins, in silence), no tab where space is syntax, no byte
// order mark.
func strictYAML(j *job) string {
	j.each(func(j *job, artifact string) {
		for _, p := range yamlProblems(j.read(artifact)) {
			j.problem(artifact, p.Line, "%s", p.Text)
		}
	})
	return ""
}

func yamlProblems(data []byte) []Problem {
	var problems []Problem
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		problems = append(problems, Problem{Line: 1, Text: "starts with a byte order mark"})
	}
	if bytes.Contains(data, []byte("\r")) {
		problems = append(problems, Problem{Line: 1 + bytes.Count(data[:bytes.IndexByte(data, '\r')], []byte("\n")), Text: "has a carriage return"})
	}
	docs, err := yamlread.Documents(data)
	for _, doc := range docs {
		problems = append(problems, doubled(doc, "")...)
	}
	if err != nil {
		text := strings.TrimPrefix(err.Error(), "yaml: ")
		line := yamlLine(text)
		problems = append(problems, Problem{Line: line, Text: strings.TrimPrefix(text, fmt.Sprintf("line %d: ", line))})
	}
	return problems
}

// yamlLine is the line that a message of the YAML library names.
func yamlLine(text string) int {
	if m := regexp.MustCompile(`\bline (\d+)`).FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// doubled finds the keys that a mapping holds twice.
func doubled(n *yaml.Node, at string) []Problem {
	var problems []Problem
	if n.Kind != yaml.MappingNode {
		for i, child := range n.Content {
			inside := at
			if n.Kind == yaml.SequenceNode {
				inside = fmt.Sprintf("%s[%d]", at, i)
			}
			problems = append(problems, doubled(child, inside)...)
		}
		return problems
	}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		name := strings.TrimPrefix(at+"."+key.Value, ".")
		if line, ok := first[key.Value]; ok {
			problems = append(problems, Problem{Line: key.Line, Text: fmt.Sprintf("key %q is there twice, first in line %d", name, line)})
		} else {
			first[key.Value] = key.Line
		}
		problems = append(problems, doubled(n.Content[i+1], name)...)
	}
	return problems
}

// decode reads the first document into a value, as far as it fits: problems of
// syntax are strictYAML's to tell.
func decode(data []byte, into any) error { return yaml.Unmarshal(data, into) }

// object is the head of a Kubernetes object.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
}

// head reads the head of a file's first document.
func (w *work) head(p string) object {
	var o object
	_ = decode(w.read(p), &o) // what is no object has no kind
	return o
}

// manifests lists the files that hold Kubernetes objects for a cluster: neither
// kustomize's own kinds nor the templates of encrypted files.
func (w *work) manifests() []string {
	return w.match(func(p string) bool {
		if ext := path.Ext(p); ext != ".yaml" && ext != ".yml" || sopsread.IsExample(p) {
			return false
		}
		o := w.head(p)
		return o.Kind != "" && o.APIVersion != "" && o.Kind != "Kustomization" && o.Kind != ksopsKind
	})
}
