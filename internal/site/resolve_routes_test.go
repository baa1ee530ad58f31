package site

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestByPrecedence: no hostname stands behind a wildcard that takes it too.
func TestByPrecedence(t *testing.T) {
	want := []string{"b.example.com", "x.dev.example.com", "x.zone.example.com", "*.zone.example.com", "*.dev.example.com", "*.example.com", "*.b.example"}
	routes := make([]Route, len(want))
	for i, name := range want {
		routes[len(want)-1-i].Hostname = name
	}
	slices.SortStableFunc(routes, byPrecedence)
	var got []string
	for _, r := range routes {
		got = append(got, r.Hostname)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
