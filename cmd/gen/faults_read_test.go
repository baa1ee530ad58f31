package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// text is what lies at the end of a path of keys and indexes, as it would be
// printed; "" where there is nothing.
func text(v any, steps ...any) string {
	if v = dig(v, steps...); v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// dig goes down into maps by key and into lists by index.
func dig(v any, steps ...any) any {
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}

func list(v any, steps ...any) []any {
	l, _ := dig(v, steps...).([]any)
	return l
}

// entries are the keys of a map, sorted.
func entries(v any, steps ...any) []string {
	m, _ := dig(v, steps...).(map[string]any)
	return slices.Sorted(maps.Keys(m))
}

func texts(v any, steps ...any) []string {
	var all []string
	for _, x := range list(v, steps...) {
		all = append(all, fmt.Sprint(x))
	}
	return all
}

// object is a document of a YAML file.
type object struct {
	path string
	v    any
}

func (o object) text(steps ...any) string { return text(o.v, steps...) }

// String names it as kubectl would.
func (o object) String() string { return o.text("kind") + " " + o.text("metadata", "name") }

// yaml reads the documents of a file.
func (r *output) yaml(p string) []object {
	r.t.Helper()
	key := "yaml " + p + "\n" + r.files[p]
	if v, ok := r.cache.Load(key); ok {
		return v.([]object)
	}
	var all []object
	d := yaml.NewDecoder(strings.NewReader(r.files[p]))
	for {
		var v any
		if err := d.Decode(&v); err == io.EOF {
			break
		} else if err != nil {
			r.t.Fatalf("%s: %s: %v", r.name, p, err)
		}
		all = append(all, object{p, v})
	}
	r.cache.Store(key, all)
	return all
}

// objects are the Kubernetes objects of some kinds in the folder that Argo CD reads.
func (r *output) objects(kinds ...string) []object {
	r.t.Helper()
	var all []object
	for _, p := range slices.Sorted(maps.Keys(r.files)) {
		if ok, _ := path.Match("k8s/argocd-*", firstTwo(p)); !ok || path.Ext(p) != ".yaml" {
			continue
		}
		for _, o := range r.yaml(p) {
			if k := o.text("kind"); k != "" && (len(kinds) == 0 || slices.Contains(kinds, k)) {
				all = append(all, o)
			}
		}
	}
	return all
}

func firstTwo(p string) string {
	return strings.Join(strings.SplitN(p, "/", 3)[:min(2, strings.Count(p, "/")+1)], "/")
}

// one is the only document of the only file whose path matches.
func (r *output) one(pattern string) object {
	r.t.Helper()
	files := matching(r.files, pattern)
	if len(files) != 1 || len(r.yaml(files[0])) != 1 {
		r.t.Fatalf("%s: %q is not one document: %q", r.name, pattern, files)
	}
	return r.yaml(files[0])[0]
}

// block is a block of a Terraform file.
type block struct {
	*hclsyntax.Block
	src string
}

// String names it as Terraform does.
func (b block) String() string { return strings.Join(append([]string{b.Type}, b.Labels...), ".") }

// blocks are those of a type, and with the labels that are given, in all files of
// the Terraform root.
func (r *output) blocks(kind string, labels ...string) []block {
	r.t.Helper()
	var all []block
	for _, p := range matching(r.files, "k8s/terraform-*/*.tf") {
		all = append(all, within(r.terraform(p), r.files[p], kind, labels...)...)
	}
	return all
}

func (r *output) terraform(p string) *hclsyntax.Body {
	r.t.Helper()
	key := "terraform " + p + "\n" + r.files[p]
	if v, ok := r.cache.Load(key); ok {
		return v.(*hclsyntax.Body)
	}
	f, diags := hclsyntax.ParseConfig([]byte(r.files[p]), p, hcl.InitialPos)
	if diags.HasErrors() {
		r.t.Fatalf("%s: %v", r.name, diags)
	}
	r.cache.Store(key, f.Body)
	return f.Body.(*hclsyntax.Body)
}

func within(body *hclsyntax.Body, src, kind string, labels ...string) []block {
	var all []block
	for _, b := range body.Blocks {
		if (kind == "" || b.Type == kind) && len(b.Labels) >= len(labels) && slices.Equal(b.Labels[:len(labels)], labels) {
			all = append(all, block{b, src})
		}
	}
	return all
}

// inner are the blocks of a type within the block.
func (b block) inner(kind string) []block { return within(b.Body, b.src, kind) }

func (b block) has(name string) bool { return b.Body.Attributes[name] != nil }

// expr is an attribute as it is written; "" where there is none.
func (b block) expr(name string) string {
	a := b.Body.Attributes[name]
	if a == nil {
		return ""
	}
	return string(a.Expr.Range().SliceBytes([]byte(b.src)))
}

// value is an attribute that refers to nothing; nil where there is no such thing.
func (b block) value(name string) any {
	a := b.Body.Attributes[name]
	if a == nil {
		return nil
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		return nil
	}
	return plain(v)
}

// plain is a value of Terraform's as JSON has it; nil where it cannot be one.
func plain(v cty.Value) any {
	data, err := ctyjson.SimpleJSONValue{Value: v}.MarshalJSON()
	if err != nil {
		return nil
	}
	var x any
	if json.Unmarshal(data, &x) != nil {
		return nil
	}
	return x
}

// local is a value of the root's locals.
func (r *output) local(name string) any {
	r.t.Helper()
	for _, b := range r.blocks("locals") {
		if b.has(name) {
			return b.value(name)
		}
	}
	return nil
}

// values are those of a Helm chart.
func (r *output) values(chart string) any {
	r.t.Helper()
	return r.one("k8s/terraform-*/values/" + chart + ".yaml").v
}
