package tf

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// FuzzString writes any string as a value, as a key and inside a template, and
// wants the same string back from HCL's parser; what cannot be written is an error
// and never another string.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "x", hostile, "${", "%{", "$${a}", "\\", "\"", "\r", "a\x00", "\xff", "e\u0301", "$"} {
		f.Add(s)
	}
	vars := map[string]cty.Value{"v": cty.StringVal("V")}
	f.Fuzz(func(t *testing.T, s string) {
		if String(s).err != nil {
			return
		}
		if got := eval(t, String(s), nil).AsString(); got != s {
			t.Errorf("value %q reads back as %q", s, got)
		}
		if got := eval(t, Map(map[string]Expr{s: String(s)}), nil); got.GetAttr(s).AsString() != s {
			t.Errorf("key %q reads back as %#v", s, got)
		}
		if e := Template(String(s), Ref("v"), String(s)); e.err == nil {
			if got := eval(t, e, vars).AsString(); got != s+"V"+s {
				t.Errorf("template %q reads back as %q", s, got)
			}
		}
	})
}
