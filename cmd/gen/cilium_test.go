package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/site/sitetest"
)

// shape is a part of a CRD's schema: an object with these fields and no other, a
// list of one shape, or a text.
type shape struct {
	fields   map[string]shape
	required []string
	list     *shape
	labels   bool     // an object of texts
	words    []string // a text that is one of these
	text     string   // a text that matches
}

func listOf(s shape) shape { return shape{list: &s} }

// ciliumPolicy is what gen uses of CiliumNetworkPolicy v2 (cilium 1.20,
// pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml). The API server
// of CI does not know the kind. A field that is new here has to be looked up there.
func ciliumPolicy() shape {
	text := shape{text: `.`}
	label := `^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$`
	selector := shape{fields: map[string]shape{
		"matchLabels": {labels: true, text: label},
		"matchExpressions": listOf(shape{required: []string{"key", "operator"}, fields: map[string]shape{
			"key": text, "operator": {words: []string{"In", "NotIn", "Exists", "DoesNotExist"}}, "values": listOf(shape{text: label}),
		}}),
	}}
	ports := listOf(shape{fields: map[string]shape{"ports": listOf(shape{fields: map[string]shape{
		// A text, and a number in it: names of ports are for L7 rules, which gen has none of.
		"port":     {text: `^(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})$`},
		"protocol": {words: []string{"TCP", "UDP", "SCTP", "VRRP", "IGMP", "GRE", "IPIP", "IPV6", "ESP", "AH", "ANY"}},
	}})}})
	return shape{required: []string{"apiVersion", "kind", "metadata", "spec"}, fields: map[string]shape{
		"apiVersion": {words: []string{"cilium.io/v2"}},
		"kind":       {words: []string{"CiliumNetworkPolicy"}},
		"metadata": {required: []string{"name", "namespace"}, fields: map[string]shape{
			"name": text, "namespace": text, "labels": {labels: true, text: label}, "annotations": {labels: true, text: `.`},
		}},
		// One of egress and ingress has to be there; gen writes the first alone.
		"spec": {required: []string{"endpointSelector", "egress"}, fields: map[string]shape{
			"description":      text,
			"endpointSelector": selector,
			"egress": listOf(shape{fields: map[string]shape{
				"toEndpoints": listOf(selector),
				"toEntities": listOf(shape{words: []string{"all", "world", "cluster", "cluster-mesh", "host", "init", "ingress", "unmanaged",
					"remote-node", "health", "none", "kube-apiserver"}}),
				"toCIDR":  listOf(shape{text: `^[0-9.]+/32$`}),
				"toPorts": ports,
			}}),
		}},
	}}
}

// check lists what does not fit the shape.
func (s shape) check(n *yaml.Node, at string) []string {
	wrong := func(format string, args ...any) []string {
		return []string{fmt.Sprintf("line %d: %s: ", n.Line, at) + fmt.Sprintf(format, args...)}
	}
	var problems []string
	switch {
	case s.list != nil:
		if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
			return wrong("is no list, or an empty one, which selects nothing")
		}
		for i, item := range n.Content {
			problems = append(problems, s.list.check(item, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case s.fields != nil || s.labels:
		if n.Kind != yaml.MappingNode {
			return wrong("is no object")
		}
		missing := slices.Clone(s.required)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			missing = slices.DeleteFunc(missing, func(r string) bool { return r == key })
			field, ok := s.fields[key]
			if s.labels {
				field, ok = shape{text: s.text}, true
			}
			if !ok {
				problems = append(problems, wrong("field %q is not known", key)...)
				continue
			}
			problems = append(problems, field.check(n.Content[i+1], at+"."+key)...)
		}
		for _, m := range missing {
			problems = append(problems, wrong("has no %q", m)...)
		}
	case n.Kind != yaml.ScalarNode || n.Tag != "!!str":
		return wrong("is no text but %s %q", n.Tag, n.Value)
	case s.words != nil && !slices.Contains(s.words, n.Value):
		return wrong("%q is none of %q", n.Value, s.words)
	case s.words == nil && !regexp.MustCompile(s.text).MatchString(n.Value):
		return wrong("%q does not match %s", n.Value, s.text)
	}
	return problems
}

// ciliumPolicies are the policies of a file.
func ciliumPolicies(t *testing.T, name, data string) []*yaml.Node {
	t.Helper()
	var found []*yaml.Node
	for d := yaml.NewDecoder(strings.NewReader(data)); ; {
		var n yaml.Node
		if err := d.Decode(&n); err != nil {
			break // parses is about what is no YAML
		}
		var head struct{ Kind string }
		if err := n.Decode(&head); err == nil && head.Kind == "CiliumNetworkPolicy" {
			found = append(found, n.Content[0])
		}
	}
	return found
}

// TestCiliumPolicies holds every CiliumNetworkPolicy of the golden trees and of
// random sites against the fields and words of its CRD.
func TestCiliumPolicies(t *testing.T) {
	trees := map[string]map[string]string{"out": readTree(t, "../../out")}
	for _, dir := range goldenCases(t) {
		trees[dir] = readTree(t, filepath.Join(dir, "want"))
	}
	spec := filepath.Join(t.TempDir(), "site.cue")
	for seed := range uint64(10) {
		writeFile(t, spec, string(sitetest.Seed(seed)))
		trees[fmt.Sprintf("seed %d", seed)] = generate(t, spec)
	}
	shape := ciliumPolicy()
	for _, from := range slices.Sorted(maps.Keys(trees)) {
		n := 0
		for name, data := range trees[from] {
			if filepath.Ext(name) != ".yaml" {
				continue
			}
			for _, policy := range ciliumPolicies(t, name, data) {
				n++
				for _, p := range shape.check(policy, "") {
					t.Errorf("%s: %s: %s", from, name, p)
				}
			}
		}
		if n == 0 {
			t.Errorf("%s has no CiliumNetworkPolicy", from)
		}
	}
}

// TestCiliumShape: the shape refuses what the CRD does.
func TestCiliumShape(t *testing.T) {
	data, err := os.ReadFile("../../out/k8s/argocd-hetzner/cloudflared/networkpolicy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ old, new, want string }{
		{"toPorts:", "toPort:", `field "toPort" is not known`},
		{"- world", "- internet", `"internet" is none of`},
		{"protocol: UDP", "protocol: udp", `"udp" is none of`},
		{`port: "53"`, "port: 53", `is no text but !!int "53"`},
		{`port: "53"`, `port: "70000"`, `"70000" does not match`},
		{"endpointSelector:", "podSelector:", `has no "endpointSelector"`},
		{"operator: In", "operator: Is", `"Is" is none of`},
	} {
		broken := strings.Replace(string(data), test.old, test.new, 1)
		if broken == string(data) {
			t.Errorf("there is no %q to break", test.old)
		}
		var problems []string
		for _, policy := range ciliumPolicies(t, "", broken) {
			problems = append(problems, ciliumPolicy().check(policy, "")...)
		}
		if !strings.Contains(strings.Join(problems, "\n"), test.want) {
			t.Errorf("%q for %q: %q does not say %q", test.new, test.old, problems, test.want)
		}
	}
}
