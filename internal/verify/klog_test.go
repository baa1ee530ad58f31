package verify

import "testing"

// TestUnlogged takes messages of kubectl out of its log; the first two are what
// kubectl 1.32 wrote.
func TestUnlogged(t *testing.T) {
	for text, want := range map[string]string{
		`E1124 17:20:24.482451   10440 run.go:72] "command failed" err="invalid Kustomization: json: unknown field \"foo\""`:                                       "invalid Kustomization: json: unknown field \"foo\"",
		`E1124 17:20:24.139643   10432 run.go:72] "command failed" err="MalformedYAMLError: yaml: mapping values are not allowed in this context in File: a.yaml"`: "MalformedYAMLError: yaml: mapping values are not allowed in this context in File: a.yaml",
		"E1124 17:20:24.482451   10440 run.go:72] \"command failed\" err=<\n\tfirst\n\tsecond\n >\n":                                                               "first\nsecond\n",
		"# Warning: 'bases' is deprecated.\nE1124 17:20:24.482451       1 run.go:72] \"command failed\" err=\"no\"":                                                "# Warning: 'bases' is deprecated.\nno",
		"W1124 17:20:24.482451   10440 helpers.go:12] the flag is gone":                                                                                            "the flag is gone",
		"Error: E1124 is a code": "Error: E1124 is a code",
	} {
		if got := unlogged(text); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", text, got, want)
		}
	}
}
