package ingress

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml/goyaml.v3"
)

// recorded are answers of cloudflared 2026.8.2 to `tunnel --config F ingress rule
// https://HOST PATH`, for the rules below; it counts from 0.
var recorded = []struct {
	host, path string
	rule       int
}{
	{"a.example.com", "/", 0},
	{"a.example.com", "/api/x", 0},
	{"A.example.com", "/", 3},
	{"b.example.com", "/", 3},
	{"b.example.com", "/api/x", 1},
	{"x.deep.example.com", "/", 2},
	{"deep.example.com", "/", 3},
	{"x.y.example.com", "/", 3},
	{"example.com", "/", 5},
	{"badexample.com", "/", 5},
	{"xn--bcher-kva.example", "/", 4},
	{"other.org", "/", 5},
}

const recordedRules = `ingress:
- {hostname: a.example.com, service: "http://a:80"}
- {hostname: b.example.com, path: ^/api, service: "http://b:80"}
- {hostname: "*.deep.example.com", service: "http://deep:80"}
- {hostname: "*.example.com", service: "http://any:80"}
- {hostname: bücher.example, service: "http://books:80"}
- {service: "http_status:404"}
`

// TestFirstMatch holds the model of cloudflared against what the real program said,
// and against the program itself where it is.
func TestFirstMatch(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, []byte(recordedRules), 0o644); err != nil {
		t.Fatal(err)
	}
	var rules struct{ Ingress []Rule }
	if err := yaml.Unmarshal([]byte(recordedRules), &rules); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("cloudflared")
	if err != nil {
		t.Logf("only the recorded answers: %v", err)
	}
	for _, r := range recorded {
		if got := New(rules.Ingress).First(r.host, r.path); got != r.rule {
			t.Errorf("%s%s: rule %d, cloudflared takes %d", r.host, r.path, got, r.rule)
		}
		if program == "" {
			continue
		}
		out, err := exec.Command(program, "tunnel", "--config", config, "ingress", "rule", "https://"+r.host+r.path).CombinedOutput()
		if m := regexp.MustCompile(`Matched rule #(-?\d+)`).FindSubmatch(out); err != nil || m == nil || string(m[1]) != strconv.Itoa(r.rule) {
			t.Errorf("%s%s: cloudflared says %q (%v), recorded is rule %d", r.host, r.path, out, err, r.rule)
		}
	}
}

// faults are rules that cloudflared refuses, and those of its own tests that it loads.
var faults = []struct{ ingress, fault string }{
	{`[{service: "http_status:404"}]`, ""},
	{`[{hostname: "*", service: "http_status:404"}]`, ""},
	{`[{hostname: a.b, service: "http://x"}]`, "the last rule"},
	{`[{hostname: a.b, service: "http://x"}, {path: ^/x, service: "http://x"}]`, "the last rule"},
	{`[{service: "http://x"}, {service: "http_status:404"}]`, "matches everything"},
	{`[{hostname: "a.*.b", service: "http://x"}, {service: "http_status:404"}]`, "not at the front"},
	{`[{hostname: "**.b", service: "http://x"}, {service: "http_status:404"}]`, "not at the front"},
	{`[{hostname: "a.b:80", service: "http://x"}, {service: "http_status:404"}]`, "has a port"},
	{`[{hostname: a.b}, {service: "http_status:404"}]`, "no service"},
}

// TestIngressFault compares the model with `cloudflared tunnel ingress validate`
// where it is.
func TestIngressFault(t *testing.T) {
	program, err := exec.LookPath("cloudflared")
	if err != nil {
		t.Logf("only the model: %v", err)
	}
	for _, f := range faults {
		var rules []Rule
		if err := yaml.Unmarshal([]byte(f.ingress), &rules); err != nil {
			t.Fatal(err)
		}
		got := Fault(rules)
		if !strings.Contains(got, f.fault) || (got == "") != (f.fault == "") {
			t.Errorf("%s: %q, want %q", f.ingress, got, f.fault)
		}
		if program == "" {
			continue
		}
		config := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(config, []byte("ingress: "+f.ingress+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(program, "tunnel", "--config", config, "ingress", "validate").CombinedOutput()
		if (err == nil) != (f.fault == "") {
			t.Errorf("%s: cloudflared says %v %s", f.ingress, err, out)
		}
	}
}
