package tf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// eval reads the expression back with HCL's own parser, in a file of its own.
func eval(t *testing.T, e Expr, vars map[string]cty.Value) cty.Value {
	t.Helper()
	f := New("header")
	f.Set("x", e)
	out, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	parsed, diags := hclsyntax.ParseConfig(out, "x.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s\n%s", diags, out)
	}
	attrs, diags := parsed.Body.JustAttributes()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	v, diags := attrs["x"].Expr.Value(&hcl.EvalContext{Variables: vars})
	if diags.HasErrors() {
		t.Fatalf("%s\n%s", diags, out)
	}
	return v
}

const hostile = "\" \\ ${x} $${x} %{if} %%{if} $ % '' ' # $(id) | // /* \n \r\n \t <<EOT \u00e6\u00f8 \u65e5 \U0001f600 \u2028 ${\"${y}\"}"

func TestString(t *testing.T) {
	for _, s := range []string{"", "plain", hostile, "$", "${", "%{", "$${", "$$${", "\\${", "a$", "\x7f\x01", "\ufeff"} {
		if got := eval(t, String(s), nil).AsString(); got != s {
			t.Errorf("%q reads back as %q", s, got)
		}
		if got := eval(t, Map(map[string]Expr{s: Int(1)}), nil); !got.Type().HasAttribute(s) {
			t.Errorf("key %q reads back as %#v", s, got)
		}
	}
}

func TestTemplate(t *testing.T) {
	vars := map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal("VALUE")})}
	got := eval(t, Template(String("$"), String("{x} "+hostile+" "), Ref("var", "name"), String(hostile)), vars).AsString()
	if want := "${x} " + hostile + " VALUE" + hostile; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExpressions(t *testing.T) {
	vars := map[string]cty.Value{"local": cty.ObjectVal(map[string]cty.Value{"ids": cty.MapVal(map[string]cty.Value{"a.b": cty.StringVal("id")})})}
	for _, c := range []struct {
		expr Expr
		want cty.Value
	}{
		{Ref("local", "ids").Index(String("a.b")), cty.StringVal("id")},
		{Ref("local").Attr("ids").Index(String("a.b")), cty.StringVal("id")},
		{Fixed(`[for k, v in local.ids : "${k}=${v}"]`), cty.TupleVal([]cty.Value{cty.StringVal("a.b=id")})},
		{For("k", "v", Ref("local", "ids"), Ref("v"), Ref("k")), cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal("a.b")})},
		{Strings([]string{"b", "a"}), cty.TupleVal([]cty.Value{cty.StringVal("b"), cty.StringVal("a")})},
		{Tuple(Bool(true), Null(), Int(-3)), cty.TupleVal([]cty.Value{cty.True, cty.NullVal(cty.DynamicPseudoType), cty.NumberIntVal(-3)})},
		{List(), cty.EmptyTupleVal},
		{Object(map[string]Expr{"b": Int(1), "a": StringOrNull("")}), cty.ObjectVal(map[string]cty.Value{"b": cty.NumberIntVal(1), "a": cty.NullVal(cty.DynamicPseudoType)})},
		{Map(map[string]Expr{"for": Int(1), "null": Int(2)}), cty.ObjectVal(map[string]cty.Value{"for": cty.NumberIntVal(1), "null": cty.NumberIntVal(2)})},
	} {
		if got := eval(t, c.expr, vars); !got.RawEquals(c.want) {
			t.Errorf("got %#v, want %#v", got, c.want)
		}
	}
}

// TestRefused holds what must not come out as a file.
func TestRefused(t *testing.T) {
	for name, write := range map[string]func(f *File){
		"attribute name":         func(f *File) { f.Set("a b", Int(1)) },
		"attribute name, inject": func(f *File) { f.Set("a = 1\nb", Int(1)) },
		"attribute set twice":    func(f *File) { f.Set("a", Int(1)); f.Set("a", Int(2)) },
		"block type":             func(f *File) { f.Block("a {}\nb") },
		"block label":            func(f *File) { f.Block("resource", "aws_x", "a\" {}") },
		"below a bad block":      func(f *File) { f.Block("re source").Set("a", Int(1)) },
		"traversal":              func(f *File) { f.Set("a", Ref("var", "x y")) },
		"traversal, keyword":     func(f *File) { f.Set("a", Ref("null", "x")) },
		"empty traversal":        func(f *File) { f.Set("a", Ref()) },
		"attribute of":           func(f *File) { f.Set("a", Ref("var").Attr("x-")); f.Set("b", Ref("var").Attr("")) },
		"function name":          func(f *File) { f.Set("a", Call("f(", Int(1))) },
		"object key":             func(f *File) { f.Set("a", Object(map[string]Expr{"a b": Int(1)})) },
		"object key for":         func(f *File) { f.Set("a", Object(map[string]Expr{"for": Int(1)})) },
		"no expression":          func(f *File) { f.Set("a", Expr{}) },
		"no expression inside":   func(f *File) { f.Set("a", Tuple(Int(1), Expr{})) },
		"fixed, two":             func(f *File) { f.Set("a", Fixed("1\ny = 2")) },
		"fixed, unfinished":      func(f *File) { f.Set("a", Fixed("[1")) },
		"fixed, empty":           func(f *File) { f.Set("a", Fixed("")) },
		"comment with a break":   func(f *File) { f.Comment("a\nresource \"x\" \"y\" {}") },
		"comment with a CR":      func(f *File) { f.Comment("a\rb") },
		"NUL":                    func(f *File) { f.Set("a", String("a\x00b")) },
		"not UTF-8":              func(f *File) { f.Set("a", String("a\xffb")) },
		"not in form C":          func(f *File) { f.Set("a", String("e\u0301")) },
		"bad map key":            func(f *File) { f.Set("a", Map(map[string]Expr{"\xff": Int(1)})) },
		"template, dollar":       func(f *File) { f.Set("a", Template(String("$"), Ref("var", "x"))) },
		"empty template":         func(f *File) { f.Set("a", Template()) },
		"error inside":           func(f *File) { f.Set("a", List(Call("f", Map(map[string]Expr{"k": Ref("a b")})))) },
	} {
		t.Run(name, func(t *testing.T) {
			f := New("header")
			write(f)
			if out, err := f.Bytes(); err == nil {
				t.Errorf("written:\n%s", out)
			} else if strings.Contains(err.Error(), "panic") {
				t.Error(err)
			}
		})
	}
}

func TestLayout(t *testing.T) {
	f := New("made by a test")
	f.Comment("why", "and how")
	locals := f.Block("locals")
	locals.Set("zones", Map(map[string]Expr{
		"long.zone.example": Object(map[string]Expr{"hostnames": Strings([]string{"a", "b"}), "id": Null()}),
		"b.example":         Object(map[string]Expr{"hostnames": List(), "id": Null()}),
	}))
	r := f.Block("resource", "thing", "one")
	r.Set("name", String("x"))
	r.Set("content", Template(Ref("thing", "two", "id"), String(".example")))
	r.Comment("labels")
	r.Block("metadata").Set("name", String("y"))
	r.Set("depends_on", Tuple(Ref("a", "b"), Ref("c", "d")))
	got, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	want := `# made by a test

# why
# and how
locals {
  zones = {
    "b.example" = {
      hostnames = []
      id        = null
    }
    "long.zone.example" = {
      hostnames = [
        "a",
        "b",
      ]
      id = null
    }
  }
}

resource "thing" "one" {
  name    = "x"
  content = "${thing.two.id}.example"
  # labels
  metadata {
    name = "y"
  }

  depends_on = [a.b, c.d]
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}
