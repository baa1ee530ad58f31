package facts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
)

// What a machine calls itself and its parts never says anything else of the spec.
func TestHostile(t *testing.T) {
	for _, text := range []string{"x\n}\nname: \"evil\"\n// ", "\"}\nname: \"evil\"//", "*/ \u2028 name: 1", "\\(name)", "`\r\nname: 1"} {
		m := &Machine{Version: 1, CPU: CPU{Threads: 2}, Memory: 1 << 33,
			Disks: []Disk{{IDs: []string{""}, Size: 1 << 40}, {Size: 1 << 40}, {Size: 1 << 41, Type: "raid", IDs: []string{"/dev/disk/by-id/usb-"}}},
			Cards: []Card{{MAC: "a8:a1:59:0f:10:01"}, {MAC: "a8:a1:59:0f:10:02"}}, Links: []Link{{Kind: "bond", On: []string{""}}, {Kind: "vlan", On: []string{""}}, {Kind: "bridge", On: []string{""}}}}
		plant(reflect.ValueOf(m).Elem(), text)
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		only(t, string(data))
		report, err := os.ReadFile(filepath.Join("testdata", "facter-server.json"))
		if err != nil {
			t.Fatal(err)
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, old := range []string{"Maker", "EXAMPLE-BOARD", "EXAMPLE FLASH", "x86_64-linux", "eno2", "igb", "none", "AuthenticAMD", "/dev/nvme0n1"} {
			only(t, strings.ReplaceAll(string(report), `"`+old+`"`, string(quoted)))
		}
	}
}

// plant puts a text into every text, behind what is there.
func plant(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); !strings.HasPrefix(s, "a8:") && s != "bond" && s != "vlan" && s != "bridge" && s != "raid" {
			v.SetString(s + text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			plant(v.Field(i), text)
		}
	case reflect.Slice:
		for i := range v.Len() {
			plant(v.Index(i), text)
		}
	}
}

// only wants a fragment to say something of the host, and of nothing else.
func only(t *testing.T, data string) {
	t.Helper()
	m, err := Read(strings.NewReader(data))
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	text := m.Fragment("web1")
	f, err := parser.ParseFile("fragment.cue", text, parser.ParseComments)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(f.Decls) != 1 {
		t.Errorf("%d declarations:\n%s", len(f.Decls), text)
	}
	ast.Walk(f, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok {
			if name, _, _ := ast.LabelName(field.Label); name == "name" {
				t.Errorf("a name is said:\n%s", text)
			}
		}
		return true
	}, nil)
}
