package manifest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestFieldsAreSorted holds what keeps the keys of the output sorted: the encoder
// writes fields in the order of their declaration.
func TestFieldsAreSorted(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[typ] || typ == reflect.TypeFor[Noted]() || typ == reflect.TypeFor[Entry]() {
			return
		}
		seen[typ] = true
		var names []string
		for f := range typ.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if name == "" {
				t.Errorf("%s.%s has no yaml name", typ, f.Name)
			}
			names = append(names, name)
			walk(f.Type)
		}
		if !slices.IsSorted(names) {
			t.Errorf("the fields of %s are not sorted: %q", typ, names)
		}
	}
	for _, v := range []any{
		Namespace{}, Secret{}, Kustomization{}, Ksops{},
		Object[ServiceSpec]{}, Object[ClaimSpec]{}, Object[DisruptionBudgetSpec]{}, Object[DeploymentSpec]{},
		Object[NetworkPolicySpec]{}, Object[CiliumPolicySpec]{}, Object[ApplicationSpec]{}, Object[ProjectSpec]{},
	} {
		walk(reflect.TypeOf(v))
	}
	if len(seen) < 40 {
		t.Errorf("only %d structs were looked at", len(seen))
	}
}
