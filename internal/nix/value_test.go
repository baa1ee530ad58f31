package nix

import (
	"errors"
	"math"
	"net/netip"
	"testing"
)

type name string

type failing struct{}

func (failing) MarshalText() ([]byte, error) { return nil, errors.New("no text") }

func TestValue(t *testing.T) {
	ref, err := Path("./disko.nix")
	if err != nil {
		t.Fatal(err)
	}
	four := 4
	for _, tt := range []struct {
		v    any
		want string
	}{
		{nil, "null"},
		{true, "true"},
		{0, "0"},
		{-1, "(-1)"},
		{int64(math.MinInt64), "(-9223372036854775807 - 1)"},
		{uint16(65535), "65535"},
		{"", `""`},
		{"a b", `"a b"`},
		{`"\`, `"\"\\"`},
		{"$x ${y} $${z} $", `"\$x \${y} \$\${z} \$"`},
		{"a\nb\rc\td", `"a\nb\rc\td"`},
		{"''x'' # /* */ é\u2028", "\"''x'' # /* */ é\u2028\""},
		{name("web1"), `"web1"`},
		{&four, "4"},
		{(*int)(nil), "null"},
		{netip.MustParsePrefix("2001:db8::/32"), `"2001:db8::/32"`},
		{ref, "./disko.nix"},
		{Expr{}, "null"},
		{[]string(nil), "[ ]"},
		{[]int{22}, "[ 22 ]"},
		{[2]int{80, -1}, "[\n  80\n  (-1)\n]"},
		{[]any{[]int{1, 2}, ref}, "[\n  [\n    1\n    2\n  ]\n  ./disko.nix\n]"},
		{map[string]int{}, "{ }"},
		{map[string]any{"b": 1, "a-b'": nil, "_": true}, "{\n  _ = true;\n  a-b' = null;\n  b = 1;\n}"},
		{map[name]int{"if": 1, "or": 2, "1a": 3, "a.b": 4, "": 5, "a${b}": 6},
			"{\n  \"\" = 5;\n  \"1a\" = 3;\n  \"a\\${b}\" = 6;\n  \"a.b\" = 4;\n  \"if\" = 1;\n  \"or\" = 2;\n}"},
		{map[string]any{"a": map[string]any{"b": []string{"x", "y"}}},
			"{\n  a = {\n    b = [\n      \"x\"\n      \"y\"\n    ];\n  };\n}"},
	} {
		got, err := Value(tt.v)
		if err != nil || got.String() != tt.want {
			t.Errorf("Value(%#v) = %s, %v\nwant %s", tt.v, got, err, tt.want)
		}
	}
}

func TestValueErrors(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{
		{"a\x00b", "text holds a NUL at byte 1, which Nix cannot hold"},
		{"\xff", `text "\xff" is not valid UTF-8`},
		{[]any{1, map[string]any{"a": "\x00"}}, "[1].a: text holds a NUL at byte 0, which Nix cannot hold"},
		{map[string]any{"a": []any{[]string{"", "\xff"}}}, `a[0][1]: text "\xff" is not valid UTF-8`},
		{map[string]int{"\xff": 1}, `attribute name "\xff": text "\xff" is not valid UTF-8`},
		{uint64(1 << 63), "9223372036854775808 does not fit into a Nix integer"},
		{[]byte("ab"), "bytes are neither a list nor a string in Nix"},
		{map[int]int{}, "a map[int]int has keys that are not strings"},
		{struct{ A int }{1}, "a struct { A int } cannot be written as Nix"},
		{0.5, "a float64 cannot be written as Nix"},
		{[]any{failing{}}, "[0]: no text"},
	} {
		if got, err := Value(tt.v); err == nil || err.Error() != tt.want {
			t.Errorf("Value(%#v) = %s, %v\nwant the error %s", tt.v, got, err, tt.want)
		}
	}
}

func TestList(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{
		{[]string{"a"}, "[\n  \"a\"\n]"},
		{[]string{}, "[ ]"},
		{[][]int{{1}}, "[\n  [ 1 ]\n]"},
	} {
		got, err := List(tt.v)
		if err != nil || got.String() != tt.want {
			t.Errorf("%#v: got %s, %v\nwant %s", tt.v, got, err, tt.want)
		}
	}
	if _, err := List("a"); err == nil {
		t.Error("List takes a string for a list")
	}
}

func TestPath(t *testing.T) {
	for _, good := range []string{"./a", "./a.nix", "../../roles/base", "./a-b_c+d.e", "../..", "./."} {
		if got, err := Path(good); err != nil || got.String() != good {
			t.Errorf("Path(%q) = %s, %v", good, got, err)
		}
	}
	for _, bad := range []string{
		"", "a", "/etc", "~/a", "./", "./a/", "./a//b", "./a/../b", "./../a", "././a", "..",
		"./a b", "./a;b", "./${x}", "./a\n", "./ä", `./a"`, "./a#b",
	} {
		if got, err := Path(bad); err == nil {
			t.Errorf("Path(%q) = %s, want an error", bad, got)
		}
	}
}
