package sh

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", "''"},
		{"web1.example.com", "web1.example.com"},
		{"a b", "'a b'"},
		{"$(id)", "'$(id)'"},
		{"it's $x", `"it's \$x"`},
		{"~/a", "'~/a'"},
		{"a=b", "'a=b'"},
		{"a\nb", `$'a\nb'`},
		{"é", "é"},
		{"if", "'if'"},
		{"a\u200bb c", `a$'\xe2\x80\x8b''b c'`},
		{"\ufffd", `$'\xef\xbf\xbd'`},
		{"\xff", `$'\xff'`},
	} {
		if got, err := Quote(tt.in); err != nil || got != tt.want {
			t.Errorf("Quote(%q) = %s, %v\nwant %s", tt.in, got, err, tt.want)
		}
	}
	if got, err := Quote("a\x00"); err == nil {
		t.Errorf("a NUL is quoted as %s", got)
	}
}

var awkward = []string{
	"'", `"`, "`", `\`, "$", "$(id)", "${x}", "$'", "!", "!!", "#", " ", "\n", "\r", "\t", "\x01", "\x1b", "\x7f", "\xff", "\u0085", "\u200b",
	"\ufeff", "\ufffd", "é", "𝄞", "~", ":~", "=", "[0]=", "{a,b}", "*", "?", ";", "&", "|", "<", ">", "(", ")", "^", "%", "-n", "x", "41", "u", "if", "readonly",
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(7) {
		b.WriteString(awkward[r.IntN(len(awkward))])
	}
	return b.String()
}

func requireBash(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("bash is not installed")
	}
	t.Skip("SKIPPED: nothing is checked against the real shell, bash is not installed")
}

// runBash runs a script in a locale that knows ASCII only: the one that an
// escape by code point does not survive.
func runBash(t testing.TB, script string) string {
	t.Helper()
	requireBash(t)
	cmd := exec.Command("bash", "--norc", "-u", "-s")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=/nowhere"}
	cmd.Dir = t.TempDir()
	cmd.Stdin = strings.NewReader(script)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Fatalf("bash: %v\n%s", err, errs.String())
	}
	return out.String()
}

// checkReadBack has bash read each text as an argument, as the value of a
// variable, and as an element of an array.
func checkReadBack(t testing.TB, texts []string) {
	t.Helper()
	var b, want strings.Builder
	array, err := Var{"all", texts}.assignment()
	if err != nil {
		t.Fatal(err)
	}
	b.WriteString(array)
	for _, s := range texts {
		word, err := Quote(s)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("printf '%s\\0' " + word + "\nx=" + word + "; printf '%s\\0' \"$x\"\n")
		want.WriteString(s + "\x00" + s + "\x00")
	}
	b.WriteString("printf '%s\\0' \"${all[@]}\"\n")
	want.WriteString(strings.Join(texts, "\x00") + "\x00")
	if got := runBash(t, b.String()); got != want.String() {
		t.Fatalf("bash reads other texts:\n got %q\nwant %q\nscript:\n%s", got, want.String(), b.String())
	}
}

func TestQuoteReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	texts := awkward
	for range 5000 {
		texts = append(texts, randomText(r))
	}
	checkReadBack(t, texts)
}

func FuzzQuote(f *testing.F) {
	requireBash(f)
	for _, s := range awkward {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "\x00") {
			if _, err := Quote(s); err == nil {
				t.Fatal("a NUL is quoted")
			}
			return
		}
		checkReadBack(t, []string{s})
	})
}
