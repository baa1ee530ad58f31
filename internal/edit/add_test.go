package edit_test

import (
	"strings"
	"testing"

	"sitegen/internal/diag"
	"sitegen/internal/edit"
)

// entries are one of each kind that gen add knows, with what it says as the spec's data has it.
func entries() map[string]string {
	return map[string]string{
		"clients":   `{"domain": "zadded.example", "image": "ghcr.io/example/zadded:1.0.0", "env": {"MODE": "a, \"b\""}}`,
		"apps":      `{"hostnames": ["zadded.example.com"], "public": true, "image": "ghcr.io/example/zadded:1.0.0", "resources": {"limits": {"memory": "1Gi"}}}`,
		"charts":    `{"repo": "https://charts.example.com", "chart": "zadded", "version": "1.0.0"}`,
		"folders":   `{"path": "k8s/own/zadded", "kinds": ["ConfigMap", "apps/Deployment"]}`,
		"routes":    `{"to": "http://192.0.2.80", "public": true}`,
		"redirects": `{"to": "https://bakery.example"}`,
		"domains":   `{"wildcard": true}`,
		"hosts":     `{"release": "26.05", "cpu": {"vendor": "amd", "cores": 8}, "disks": {"a": {"device": "/dev/disk/by-id/nvme-EXAMPLE_Z"}}}`,
	}
}

// TestAddEvery adds an entry of each kind to each spec, between and behind the others, and
// takes it out again: the data has exactly that, no other byte is touched, and the text
// comes back to what it was.
func TestAddEvery(t *testing.T) {
	for name, w := range specs(t) {
		if name == "examples/registrar/site.cue" && testing.Short() {
			continue
		}
		for field, text := range entries() {
			for _, entry := range []string{"aadded", "zadded.example"} {
				at := diag.Path{field, entry}
				added, err := w.change(t, func(s *edit.Spec) error { return s.Add(at, text) })
				if err != nil {
					t.Errorf("%s: %s: %v", name, at, err)
					continue
				}
				template := field == "hosts" && name == "golden/vlan/site.cue" // says more of each
				if got, _ := added.ix.Literal(at); got != text && !template || len(others(w, added, at)) > 0 {
					t.Errorf("%s: %s is %s, want %s; others: %v", name, at, got, text, others(w, added, at))
				}
				if before, after := string(w.texts[0].Data), string(added.texts[0].Data); !inserted(before, after) {
					t.Errorf("%s: %s: more than that is another:\n%s", name, at, after)
				}
				back, err := added.change(t, func(s *edit.Spec) error { return s.Remove(at) })
				if err != nil || !same(w, back) {
					t.Errorf("%s: %s is not taken out as it was put in: %v\n%s", name, at, err, added.texts[0].Data)
				}
			}
		}
	}
}

// inserted tells whether a text is another with one piece put in.
func inserted(before, after string) bool {
	i := 0
	for i < len(before) && i < len(after) && before[i] == after[i] {
		i++
	}
	return len(after) > len(before) && strings.HasSuffix(after, before[i:])
}

// TestAddTwice: an entry that is there is not put in again.
func TestAddTwice(t *testing.T) {
	w := textOnly(t, "clients: bakery: {domain: \"bakery.example\"}\n")
	s, err := edit.New(w.texts, w.ix)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(diag.Path{"clients", "bakery"}, "{}"); err == nil || !strings.Contains(err.Error(), "site.cue:1:10: clients.bakery: is there already") {
		t.Error(err)
	}
}
