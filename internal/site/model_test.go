package site

import (
	"reflect"
	"strings"
	"testing"
)

// TestDeclaredOnce: a field of the spec is declared again only where a site has it in
// another form, a list for a map or an address for its text. Whatever else a field
// of the spec needs is done to the embedded one.
func TestDeclaredOnce(t *testing.T) {
	seen := 0
	var walk func(of reflect.Type, done map[reflect.Type]bool)
	walk = func(of reflect.Type, done map[reflect.Type]bool) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || !strings.HasSuffix(of.PkgPath(), "/site") || done[of] {
			return
		}
		done[of] = true
		for i := range of.NumField() {
			f := of.Field(i)
			if f.Anonymous && strings.HasSuffix(f.Type.PkgPath(), "/spec") {
				seen++
				for j := range of.NumField() {
					own := of.Field(j)
					if twin, ok := f.Type.FieldByName(own.Name); ok && twin.Type == own.Type {
						t.Errorf("%s.%s is declared in %s as well", of, own.Name, f.Type)
					}
				}
			}
			walk(f.Type, done)
		}
	}
	walk(reflect.TypeFor[Site](), map[reflect.Type]bool{})
	if seen < 10 {
		t.Errorf("only %d types of a site embed one of the spec", seen)
	}
}
