package importer

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/format"
)

// sopsFile takes the keys of .sops.yaml, by their anchors: those of hosts, and of people.
func (r *reading) sopsFile() {
	f := r.tree.files[".sops.yaml"]
	if f == nil || !f.text {
		return
	}
	var root yaml.Node
	if err := yaml.Unmarshal(f.data, &root); err != nil {
		f.say(needsYou, "is no YAML: "+plain(err.Error()))
		return
	}
	f.say(taken, "")
	var walk func(n *yaml.Node, depth int)
	walk = func(n *yaml.Node, depth int) {
		if depth > maxDepth {
			return
		}
		if n.Kind == yaml.ScalarNode {
			r.recipient(f, n)
		}
		for _, c := range n.Content {
			walk(c, depth+1)
		}
	}
	walk(&root, 0)
	docs, err := documents(f)
	if err != nil || len(docs) == 0 {
		return
	}
	for _, rule := range items(docs[0].m, "creation_rules") {
		for _, more := range beyond(rule, "path_regex", "key_groups", "age", "encrypted_regex") {
			f.say(needsYou, more+" of the rule for "+text(rule, "path_regex")+": gen's .sops.yaml has age keys alone; output.exclude keeps the file")
		}
		for _, g := range items(rule, "key_groups") {
			for _, more := range beyond(g, "age") {
				f.say(needsYou, more+" of the rule for "+text(rule, "path_regex")+": gen's .sops.yaml has age keys alone; output.exclude keeps the file")
			}
		}
	}
}

func (r *reading) recipient(f *file, n *yaml.Node) {
	key := n.Value
	if !strings.HasPrefix(key, "age1") {
		return
	}
	for _, key := range strings.Split(key, ",") {
		key = strings.TrimSpace(key)
		if fault := format.AgeKey(key, true); fault.Bad() {
			f.say(needsYou, format.Shorten(key)+" is no age key that gen takes: "+fault.What)
			continue
		}
		name := cmp.Or(n.Anchor, strings.TrimSpace(strings.TrimPrefix(n.LineComment, "#")))
		if slug(name) == "" {
			name = fmt.Sprintf("key%d", len(r.people)+1)
		}
		for _, have := range r.people {
			if have == key {
				name = ""
			}
		}
		if name == "" {
			continue
		}
		if r.isHost(name) {
			r.ages[name] = key
		} else {
			r.people[name] = key
		}
	}
}

// isHost tells whether the tree has a machine of a name.
func (r *reading) isHost(name string) bool {
	return slices.ContainsFunc(r.tree.paths, func(p string) bool {
		return strings.HasPrefix(p, "machines/"+name+"/") || strings.HasPrefix(p, "secrets/hosts/"+name+"/") || p == path.Join("machines", name+".nix")
	})
}
