package gen

import (
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
)

// A declaration is what a module of Terraform may hold once, in its own words.
type declaration struct {
	what string
	line int
}

// once are the blocks that a module may hold once for each set of labels.
func once() []hcl.BlockHeaderSchema {
	return []hcl.BlockHeaderSchema{
		{Type: "resource", LabelNames: []string{"type", "name"}},
		{Type: "data", LabelNames: []string{"type", "name"}},
		{Type: "ephemeral", LabelNames: []string{"type", "name"}},
		{Type: "provider", LabelNames: []string{"name"}},
		{Type: "variable", LabelNames: []string{"name"}},
		{Type: "output", LabelNames: []string{"name"}},
		{Type: "module", LabelNames: []string{"name"}},
		{Type: "check", LabelNames: []string{"name"}},
		{Type: "locals"},
		{Type: "terraform"},
	}
}

func parseTerraform(name string, data []byte) (*hcl.File, hcl.Diagnostics) {
	if strings.HasSuffix(name, ".json") {
		return json.Parse(data, name)
	}
	return hclsyntax.ParseConfig(data, name, hcl.InitialPos)
}

// declarations are what a file declares, in HCL's own syntax or in JSON. What HCL
// takes and Terraform would not is Terraform's to say.
func declarations(name string, data []byte) ([]declaration, hcl.Diagnostics) {
	file, diags := parseTerraform(name, data)
	if diags.HasErrors() {
		return nil, diags
	}
	content, _, _ := file.Body.PartialContent(&hcl.BodySchema{Blocks: once()})
	var all []declaration
	for _, b := range content.Blocks {
		add := func(what string) { all = append(all, declaration{what, b.DefRange.Start.Line}) }
		switch b.Type {
		case "locals":
			attrs, _ := b.Body.JustAttributes()
			for _, a := range attrs {
				all = append(all, declaration{"local." + a.Name, a.Range.Start.Line})
			}
		case "terraform":
			inner, _, _ := b.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
				{Type: "required_providers"}, {Type: "backend", LabelNames: []string{"type"}}, {Type: "cloud"}}})
			for _, x := range inner.Blocks {
				what := x.Type
				if what != "required_providers" { // a module has one place for its state
					what = "the backend of the state"
				}
				all = append(all, declaration{what, x.DefRange.Start.Line})
			}
		case "provider":
			add(strings.Join(append([]string{"provider", b.Labels[0]}, alias(b.Body)...), " "))
		default:
			add(b.Type + " " + strings.Join(b.Labels, "."))
		}
	}
	return all, nil
}

// alias makes a provider's configuration another one.
func alias(body hcl.Body) []string {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "alias"}}})
	if name := text(content.Attributes["alias"]); name != "" {
		return []string{name}
	}
	return nil
}

// references are what a generated file of HCL takes from its module, as declarations
// name it. A resource takes the source of its provider from required_providers.
func references(name string, data []byte) ([]string, error) {
	file, diags := hclsyntax.ParseConfig(data, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, errors.New(name + " is not written in Terraform's language")
	}
	var all []string
	var walk func(body *hclsyntax.Body)
	walk = func(body *hclsyntax.Body) {
		for _, attr := range body.Attributes {
			for _, t := range attr.Expr.Variables() {
				all = append(all, referenced(t))
			}
		}
		for _, b := range body.Blocks {
			if b.Type == "resource" || b.Type == "data" || b.Type == "ephemeral" {
				all = append(all, "required_providers")
			}
			walk(b.Body)
		}
	}
	walk(file.Body.(*hclsyntax.Body))
	return all, nil
}

// referenced is the declaration that a traversal starts from.
func referenced(t hcl.Traversal) string {
	words := []string{t.RootName()}
	for _, step := range t[1:] {
		if attr, ok := step.(hcl.TraverseAttr); ok {
			words = append(words, attr.Name)
		}
	}
	words = append(words, "", "") // a name alone is no declaration
	switch words[0] {
	case "local":
		return "local." + words[1]
	case "var":
		return "variable " + words[1]
	case "module":
		return "module " + words[1]
	case "data", "ephemeral":
		return words[0] + " " + words[1] + "." + words[2]
	}
	return "resource " + words[0] + "." + words[1]
}
