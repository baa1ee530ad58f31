package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// TestText reads back texts of several lines with white space where a block has its
// indentation: the encoder's own block of the first is refused by its parser.
func TestText(t *testing.T) {
	for _, text := range []string{
		"\t\n\n$${x}", "\t\n", "\n\t\n", "a\n\tb\n", " \n a", "\n", "\n\n\n", "  a\n b", "\ta", "a\t\n\n\n\tb", "\r\n", "\r\n\t", "a\n", "a\nb", "a\n \n", "#\n# x", "---\n", "- a\n- b", "\u2028\n\t", "",
	} {
		for _, value := range []any{Env("A", text), Words([]string{text})} {
			data, err := Marshal("header", value)
			if err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			var back struct{ Value string }
			var words []string
			if strings.Contains(string(data), "name: A") {
				err = yaml.Unmarshal(data, &back)
			} else if err = yaml.Unmarshal(data, &words); err == nil && len(words) == 1 {
				back.Value = words[0]
			}
			if err != nil {
				t.Errorf("%q: %v\n%s", text, err, data)
				continue
			}
			want := string(literal(text))
			if diff := cmp.Diff(want, back.Value); diff != "" {
				t.Errorf("%q: -want +got\n%s\n%s", text, diff, data)
			}
		}
	}
}
