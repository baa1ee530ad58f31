package tree

import "testing"

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, path string
		want          bool
	}{
		{"a/b", "a/b", true},
		{"a/b", "a/b/c", true},
		{"a/b/", "a/b/c", true},
		{"./a", "a/b", true},
		{".", "a/b", true},
		{"a/b", "a/bc", false},
		{"a/b", "a", false},
		{"b", "a/b", false},
		{"*.nix", "flake.nix", true},
		{"*.nix", "machines/web1/default.nix", false},
		{"machines/*", "machines/web1/default.nix", true},
		{"machines/*/disko.nix", "machines/web1/disko.nix", true},
		{"machines/*/disko.nix", "machines/web1/network.nix", false},
		{"*/web?", "machines/web1/default.nix", true},
		{"*", "a/b/c", true},
		{"*/*/*/*", "a/b/c", false},
		{"[ab]/c", "b/c/d", true},
	} {
		if got, err := Match(test.pattern, test.path); got != test.want || err != nil {
			t.Errorf("Match(%q, %q) = %v, %v", test.pattern, test.path, got, err)
		}
	}
	for _, pattern := range []string{"[", "a/[x", `a\`} {
		if _, err := Match(pattern, "b"); err == nil {
			t.Errorf("Match(%q) has no error", pattern)
		}
	}
}

// TestFilter applies parts, one after the other. What is outside of a part
// keeps its files and its place in the manifest; in the end all is in order.
func TestFilter(t *testing.T) {
	root := openRoot(t, t.TempDir())
	before := tree(t, map[string]string{"a/x": "1\n", "a/old": "1\n", "b/x": "1\n", "b/old": "1\n", "c/x": "1\n"})
	after := tree(t, map[string]string{"a/x": "2\n", "a/new": "2\n", "b/x": "2\n", "b/new": "2\n", "c/x": "1\n"})
	apply(t, root, before, Options{})
	put(t, root, "b/x", "mine\n") // must not stop the work elsewhere
	part := func(want *Tree, patterns ...string) []Change {
		t.Helper()
		changes, err := Filter(compare(t, root, want), patterns)
		if err != nil {
			t.Fatal(err)
		}
		return changes
	}
	changes := part(after, "a")
	if got := report(changes); got != "missing   a/new\norphaned  a/old\nstale     a/x\nstale     .sitegen.sum\n" {
		t.Errorf("part a:\n%s", got)
	}
	if err := Apply(root, changes, Options{}); err != nil {
		t.Fatal(err)
	}
	if left := part(after, "a"); len(left) > 0 {
		t.Errorf("left of part a:\n%s", report(left))
	}
	mixed := generated(tree(t, map[string]string{"a/x": "2\n", "a/new": "2\n", "b/x": "1\n", "b/old": "1\n", "c/x": "1\n"}))
	mixed["b/x"] = "mine\n"
	sameFolder(t, snapshot(t, root), mixed)

	// What was not in the part is still known: stale after a new spec, not edited.
	put(t, root, "b/x", "1\n")
	if got := report(compare(t, root, after)); got != "missing   b/new\norphaned  b/old\nstale     b/x\nstale     .sitegen.sum\n" {
		t.Errorf("left:\n%s", got)
	}
	if err := Apply(root, part(after, "b/*", "nothing"), Options{}); err != nil {
		t.Fatal(err)
	}
	sameFolder(t, snapshot(t, root), generated(after))
}

func TestFilterFromNothing(t *testing.T) {
	root := openRoot(t, t.TempDir())
	want := tree(t, map[string]string{"a/x": "1\n", "b/x": "1\n"})
	for _, test := range []struct{ pattern, report string }{
		{"nothing", ""},
		{"b", "missing   b/x\nmissing   .sitegen.sum\n"},
	} {
		changes, err := Filter(compare(t, root, want), []string{test.pattern})
		if err != nil {
			t.Fatal(err)
		}
		if got := report(changes); got != test.report {
			t.Errorf("part %s:\n%s", test.pattern, got)
		}
		if err := Apply(root, changes, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	sameFolder(t, snapshot(t, root), generated(tree(t, map[string]string{"b/x": "1\n"})))
	if _, err := Filter(compare(t, root, want), []string{"["}); err == nil {
		t.Error("a bad pattern is no error")
	}
}
