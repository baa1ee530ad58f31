// Package sopsread reads the files that sops encrypts, without a key: which keys they
// hold, and what of them anybody can read.
package sopsread

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"sitegen/internal/yamlread"
	"slices"
	"strings"
)

// IsExample tells whether a file is the template of an encrypted one.
func IsExample(p string) bool { return strings.HasSuffix(p, ".example.yaml") }

// Example is the path of the example beside an encrypted file.
func Example(p string) string {
	return strings.TrimSuffix(strings.TrimSuffix(p, path.Ext(p)), ".enc") + ".example.yaml"
}

// Begin is the command that makes an encrypted file of its example and then opens it,
// in the folder of .sops.yaml. It keeps the form of the example, which sops alone does
// not know: what is not under a key that the rule encrypts stays readable.
func Begin(p string) string {
	return "sops encrypt --filename-override " + p + " " + Example(p) + " > " + p + " && sops " + p
}

// Fault is what is wrong with a file that is to be encrypted. It shows no value.
type Fault struct{ What, Do string }

const anew = "; if it was ever pushed, its secrets are known, and have to be made anew"

// Faults lists what can be read in a file that is to be encrypted; example is what it is
// made from, where there is one.
func Faults(p string, data, example []byte) []Fault {
	begin := "in the folder of .sops.yaml, write it anew: " + Begin(p)
	again := "in the folder of .sops.yaml, put its values elsewhere, and write it anew: " + Begin(p)
	form := isSecret(example) && !isSecret(data)
	switch {
	case len(bytes.TrimSpace(data)) == 0 && len(example) > 0:
		return []Fault{{"is empty, as where sops encrypt failed", begin}}
	case len(bytes.TrimSpace(data)) == 0:
		return []Fault{{"is empty, as where sops encrypt failed", "write it anew, or delete it"}}
	case !encrypted(data) && form:
		return []Fault{{"is not encrypted, and not in the form of " + path.Base(Example(p)), again + anew}}
	case !encrypted(data):
		return []Fault{{"is not encrypted, and .sops.yaml says it should be", "in the folder of .sops.yaml: sops encrypt --in-place " + p + anew}}
	}
	if !structured(p) {
		return nil
	}
	var all []Fault
	for _, key := range clearValues(data, example) {
		f := Fault{fmt.Sprintf("%q is in clear text", key), "take it out with an editor, and put it in with sops " + p + anew}
		if form {
			f.Do = "the file has not the form of " + path.Base(Example(p)) + ", in which sops knows what is secret; " + again + anew
		}
		all = append(all, f)
	}
	return all
}

// structured tells whether values can be told from keys in a file.
func structured(p string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(p))
}

// hasMAC finds the seal that sops puts on a file, in any of its formats.
var hasMAC = regexp.MustCompile(`(?m)(^\s*"?|[{,]\s*"|sops_)mac"?\s*[:=]\s*"?ENC\[AES256_GCM,`)

func encrypted(data []byte) bool { return hasMAC.Match(data) }

// Lacks lists the keys of an example that an encrypted file does not have.
func Lacks(data, example []byte) []string {
	there := Leaves(data)
	var all []string
	for _, key := range slices.Sorted(maps.Keys(Leaves(example))) {
		if _, ok := there[key]; !ok {
			all = append(all, key)
		}
	}
	return all
}

// Keys lists what a file holds: of a Secret, the keys of its data.
func Keys(data []byte) []string {
	var all []string
	secret := isSecret(data)
	for key := range Leaves(data) {
		name, ok := strings.CutPrefix(key, "stringData.")
		if ok == secret {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// Clear lists what is in clear text in a file that sops has encrypted.
func Clear(data []byte) []string { return clearValues(data, nil) }

// clearValues lists what is in clear text. Of an object of Kubernetes' only data and
// stringData are secret, wherever they are in it: kustomize, and people, need to see
// the rest. But what its example has among the secrets is one wherever it is, and a
// Secret has nothing beside its data but what says which one it is.
func clearValues(data, example []byte) []string {
	known := Leaves(example)
	var plain []string
	docs, _ := yamlread.Documents(data) // what is no YAML is for others to tell
	for _, doc := range docs {
		all := map[string]string{}
		gather(doc, "", all)
		for _, key := range slices.Sorted(maps.Keys(all)) {
			if v := all[key]; v == "" || v == "null" || strings.HasPrefix(v, "ENC[") || meantOpen(all, key, known) {
				continue
			}
			plain = append(plain, key)
		}
	}
	return plain
}

// meantOpen tells whether a key of a document may be readable; known are the leaves of
// the example.
func meantOpen(all map[string]string, key string, known map[string]string) bool {
	parts := strings.Split(key, ".")
	if all["apiVersion"] == "" || all["kind"] == "" { // sops leaves such keys alone, unless it is told otherwise
		return slices.ContainsFunc(parts, func(part string) bool { return strings.HasSuffix(part, "_unencrypted") })
	}
	if slices.ContainsFunc(parts, func(part string) bool {
		name, _, _ := strings.Cut(part, "[")
		return name == "data" || name == "stringData"
	}) {
		return false
	}
	if _, ok := known[key]; ok {
		return true
	}
	for k := range known {
		if name, ok := strings.CutPrefix(k, "stringData."); ok && (key == name || strings.HasSuffix(key, "."+name)) {
			return false
		}
	}
	return all["kind"] != "Secret" || slices.Contains([]string{"apiVersion", "kind", "metadata", "type", "immutable"}, parts[0])
}

func isSecret(data []byte) bool {
	all := Leaves(data)
	return all["kind"] == "Secret" && all["apiVersion"] != ""
}
