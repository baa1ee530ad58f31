package main

import (
	"bytes"
	"strings"
	"testing"
)

// What is written nearly right is answered with what may be meant.
func TestMeant(t *testing.T) {
	for line, want := range map[string]string{
		"verfy":                                 `did you mean "verify"?`,
		"explain apps.notes.volume":             `did you mean "volumes"?`,
		"explain domains.bakery.example.mail":   `a name with dots stands in quotes, as in 'domains."bakery.example"'`,
		"explain nic-gatway":                    `did you mean "nic-gateway"?`,
		"explain nothing-of-that-kind-at-all-x": "gen rules lists the rules",
	} {
		var out, errs bytes.Buffer
		if code := run(strings.Fields(line), &out, &errs); code != exitTrouble || !strings.Contains(errs.String(), want) {
			t.Errorf("gen %s: exit %d, %s", line, code, errs.String())
		}
	}
}

// A list of fields says what each is where nothing is said.
func TestExplainDefaults(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run([]string{"explain", "backup"}, &out, &errs); code != exitFine {
		t.Fatal(errs.String())
	}
	for _, want := range []string{"backup.s3.bucket text has to be said The bucket", "backup.keep.daily number, 0 to 1000 7 The last"} {
		if text := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
