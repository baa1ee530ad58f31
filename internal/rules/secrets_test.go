package rules

import (
	"strings"
	"testing"

	"sitegen/internal/spec"
)

// TestSecretInBrokenText: a file that does not parse is looked through as well,
// and nothing of the secret is printed.
func TestSecretInBrokenText(t *testing.T) {
	secret := "AGE-SECRET-KEY-1" + strings.Repeat("Q", 58)
	_, problems := loadText(t, "package site\nname: \"x\" // "+secret+"\n}\n")
	text := problems.Error()
	if !breaks(problems, spec.SecretRule) || !breaks(problems, "syntax") || strings.Contains(text, "QQQQ") {
		t.Errorf("got:\n%s", text)
	}
	if !strings.Contains(text, "site.cue:2:14: looks like a secret age key") {
		t.Errorf("not at its place:\n%s", text)
	}
}
