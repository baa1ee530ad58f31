// Package tfread reads Terraform roots: each resource with what is said of it, as far as
// the files tell.
package tfread

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Root is a Terraform root.
type Root struct {
	Dir       string
	Resources map[string]*Resource // by address; data and ephemeral ones with that word before
	Moves     map[string]string    // moved: from → to
	Removed   []string             // removed, without being destroyed
	Imports   []string             // the addresses of import blocks
	Providers map[string]Pos       // of required_providers, those with a source and a version
	Sources   []string             // their sources, as hashicorp/random
	Modules   []string             // the names of module blocks
	Faults    []Fault              // what Terraform would refuse: of a Named root only

	locals map[string]*hclsyntax.Attribute
	said   map[string]map[string]Pos
	reader *reader
}

// Resource is one resource: of a for_each, one of its keys.
type Resource struct {
	Mode    string // resource, data or ephemeral
	Kind    string // the type
	Name    string
	Key     string // of for_each
	Pos     Pos
	Attrs   map[string]Attr
	Blocks  map[string]string            // the text of the nested blocks, by their type
	Nested  map[string][]map[string]Attr // what they say
	Depends []string                     // on addresses
}

// Attr is what is said of an attribute.
type Attr struct {
	Value cty.Value
	Expr  string // as it is written
	Pos   Pos
}

// Pos is a line of a file.
type Pos struct {
	File string
	Line int
}

// Fault is what Terraform would refuse.
type Fault struct {
	Pos  Pos
	Text string
}

// Options say how a root is read.
type Options struct {
	// Named has what only the run knows stand by its name: the id of a resource is the
	// text of the reference to it. Otherwise it is unknown.
	Named bool

	// Variables are values of variables, which say nothing by themselves otherwise.
	Variables map[string]cty.Value
}

// Read reads the files of a root.
func Read(dir string, files map[string][]byte, o Options) *Root {
	r := &reader{
		root:   &Root{Dir: dir, Resources: map[string]*Resource{}, Moves: map[string]string{}, Providers: map[string]Pos{}, locals: map[string]*hclsyntax.Attribute{}},
		named:  o.Named,
		given:  o.Variables,
		files:  files,
		values: map[string]cty.Value{}, blocks: map[string]*hclsyntax.Block{}, declared: map[string]bool{}, sources: map[*hclsyntax.Block][]byte{}, used: map[string]bool{},
	}
	r.root.reader = r
	var blocks []*hclsyntax.Block
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Dir(name) == dir && path.Ext(name) == ".tf" {
			blocks = append(blocks, r.parse(name)...)
		}
	}
	for _, b := range blocks {
		r.block(b)
	}
	if r.named {
		r.check(blocks)
	}
	return r.root
}

func (r *reader) parse(name string) []*hclsyntax.Block {
	f, diags := hclsyntax.ParseConfig(r.files[name], name, hcl.InitialPos)
	if diags.HasErrors() {
		r.refuse(diags)
		return nil
	}
	body, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	body.Blocks = slices.DeleteFunc(body.Blocks, func(b *hclsyntax.Block) bool {
		want, known := labels[b.Type]
		if known && len(b.Labels) != want {
			r.fault(b.DefRange(), "a block %s has %d labels, and not %d", b.Type, want, len(b.Labels))
		}
		return known && len(b.Labels) != want
	})
	for _, b := range body.Blocks {
		r.sources[b] = r.files[name]
		switch b.Type {
		case "locals":
			for name, a := range b.Body.Attributes {
				if before := r.root.locals[name]; before != nil {
					r.fault(a.SrcRange, "local.%s is there twice, first in line %d", name, before.SrcRange.Start.Line)
				}
				r.root.locals[name] = a
			}
		case "resource", "data", "ephemeral":
			at := address(b)
			if before := r.blocks[at]; before != nil {
				r.fault(b.Range(), "%s is there twice, first in line %d", at, before.Range().Start.Line)
			}
			r.blocks[at] = b
		case "variable", "output", "module", "provider":
			r.declared[b.Type+" "+strings.Join(b.Labels, ".")] = true
			if b.Type == "variable" && len(b.Labels) == 1 {
				r.variables = append(r.variables, b)
			}
		}
	}
	return body.Blocks
}

// labels is how many names blocks of the top have.
var labels = map[string]int{"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "provider": 1}

// address is that of a block, without a key.
func address(b *hclsyntax.Block) string {
	at := strings.Join(b.Labels, ".")
	if b.Type != "resource" {
		return b.Type + "." + at
	}
	return at
}

func (r *reader) block(b *hclsyntax.Block) {
	text := func(name string) string {
		a := b.Body.Attributes[name]
		if a == nil {
			return ""
		}
		return strings.TrimSpace(string(a.Expr.Range().SliceBytes(r.sources[b])))
	}
	switch b.Type {
	case "terraform":
		for _, nested := range b.Body.Blocks {
			for name, a := range nested.Body.Attributes {
				v := r.value(a.Expr, nil)
				if nested.Type == "required_providers" && v.Type().IsObjectType() && v.Type().HasAttribute("source") && v.Type().HasAttribute("version") {
					r.root.Providers[name] = pos(a.SrcRange)
					r.root.Sources = append(r.root.Sources, Text(v.GetAttr("source")))
				}
			}
		}
	case "module":
		r.root.Modules = append(r.root.Modules, b.Labels[0])
	case "moved":
		r.root.Moves[text("from")] = text("to")
	case "import":
		r.root.Imports = append(r.root.Imports, text("to"))
	case "removed":
		if !destroys(b) {
			r.root.Removed = append(r.root.Removed, text("from"))
		}
	case "resource", "data", "ephemeral":
		each := b.Body.Attributes["for_each"]
		if each == nil {
			r.root.Resources[address(b)] = r.resource(b, "", nil)
			return
		}
		keys := r.value(each.Expr, nil)
		if !iterable(keys) {
			r.root.Resources[address(b)+"[*]"] = r.resource(b, "", nil)
			return
		}
		for key, value := range elements(keys) {
			r.root.Resources[address(b)+keyed(key)] = r.resource(b, key, map[string]cty.Value{"key": cty.StringVal(key), "value": value})
		}
	}
}

// destroys tells whether a removed block has what it names destroyed: only destroy = false is
// sure not to.
func destroys(b *hclsyntax.Block) bool {
	for _, nested := range b.Body.Blocks {
		if a := nested.Body.Attributes["destroy"]; nested.Type == "lifecycle" && a != nil {
			v, diags := a.Expr.Value(nil)
			return diags.HasErrors() || !v.RawEquals(cty.False)
		}
	}
	return false
}

func iterable(v cty.Value) bool { return v.IsKnown() && !v.IsNull() && v.CanIterateElements() }

// elements are those of a map, an object or a set of texts.
func elements(v cty.Value) map[string]cty.Value {
	all := map[string]cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if v.Type().IsSetType() {
			key = value
		}
		if key.IsKnown() && key.Type() == cty.String {
			all[key.AsString()] = value
		}
	}
	return all
}

func (r *reader) resource(b *hclsyntax.Block, key string, each map[string]cty.Value) *Resource {
	res := &Resource{Mode: b.Type, Kind: b.Labels[0], Name: b.Labels[1], Key: key, Pos: pos(b.DefRange()), Attrs: map[string]Attr{}, Blocks: map[string]string{}, Nested: map[string][]map[string]Attr{}}
	for name, a := range b.Body.Attributes {
		expr := strings.TrimSpace(string(a.Expr.Range().SliceBytes(r.sources[b])))
		switch name {
		case "for_each":
		case "depends_on":
			for _, v := range a.Expr.Variables() {
				res.Depends = append(res.Depends, traversal(v))
			}
		default:
			res.Attrs[name] = Attr{r.value(a.Expr, each), expr, pos(a.SrcRange)}
		}
	}
	for _, nested := range b.Body.Blocks {
		if nested.Type == "lifecycle" {
			continue
		}
		res.Blocks[nested.Type] += string(nested.Range().SliceBytes(r.sources[b]))
		inside := map[string]Attr{}
		for name, a := range nested.Body.Attributes {
			inside[name] = Attr{r.value(a.Expr, each), strings.TrimSpace(string(a.Expr.Range().SliceBytes(r.sources[b]))), pos(a.SrcRange)}
		}
		for name, v := range r.blockValues(nested.Body, each) {
			inside[name] = Attr{v, "", pos(nested.DefRange())}
		}
		res.Nested[nested.Type] = append(res.Nested[nested.Type], inside)
	}
	return res
}

// blockValues are the blocks in a body, each type a list of objects.
func (r *reader) blockValues(body *hclsyntax.Body, each map[string]cty.Value) map[string]cty.Value {
	lists := map[string][]cty.Value{}
	for _, b := range body.Blocks {
		inside := r.blockValues(b.Body, each)
		for name, a := range b.Body.Attributes {
			inside[name] = r.value(a.Expr, each)
		}
		lists[b.Type] = append(lists[b.Type], cty.ObjectVal(inside))
	}
	all := map[string]cty.Value{}
	for name, list := range lists {
		all[name] = cty.TupleVal(list)
	}
	return all
}

// Texts are what is said of a resource, as texts that are the same where they say the same.
func (r *Resource) Texts() map[string]string {
	all := maps.Clone(r.Blocks)
	for name, a := range r.Attrs {
		all[name] = fmt.Sprintf("%#v", a.Value)
		if !a.Value.IsWhollyKnown() {
			all[name] += a.Expr
		}
	}
	return all
}

// Text is the text that an attribute is; "" where it is none, or not known.
func (r *Resource) Text(name string) string { return Text(r.Attrs[name].Value) }

// BlockText is that of an attribute of the first nested block of a type.
func (r *Resource) BlockText(block, name string) string {
	for _, b := range r.Nested[block] {
		return Text(b[name].Value)
	}
	return ""
}

// Text is the text that a value is; "" where it is none, or not known.
func Text(v cty.Value) string {
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

func pos(r hcl.Range) Pos { return Pos{r.Filename, r.Start.Line} }
