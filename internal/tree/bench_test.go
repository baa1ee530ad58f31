package tree

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// bigTree has n files in folders of five, as so many clients would have.
func bigTree(b *testing.B, n, version int) *Tree {
	files := make([]File, 0, n)
	for i := range n {
		data := fmt.Sprintf("# %s\nclient: %d\nversion: %d\n%s", Header, i, version, strings.Repeat("key: value\n", 80))
		files = append(files, File{fmt.Sprintf("k8s/argocd-demo/websites/client-%05d/file-%d.yaml", i/5, i%5), 0o644, []byte(data)})
	}
	tr, err := NewTree(files)
	if err != nil {
		b.Fatal(err)
	}
	return tr
}

var benchSizes = []int{500, 5_000, 50_000}

func BenchmarkNewTree(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			files := bigTree(b, n, 1).Files()
			for b.Loop() {
				if _, err := NewTree(files); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCompare looks at a folder that is in order, and at one in which
// every file is stale.
func BenchmarkCompare(b *testing.B) {
	for _, n := range benchSizes {
		root := benchRoot(b)
		if err := run(root, bigTree(b, n, 1), Options{}); err != nil {
			b.Fatal(err)
		}
		for version, name := range map[int]string{1: "equal", 2: "stale"} {
			want := bigTree(b, n, version)
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Compare(root, want); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkApply writes a new folder, and then each file of it anew.
func BenchmarkApply(b *testing.B) {
	for _, n := range benchSizes {
		versions := []*Tree{bigTree(b, n, 0), bigTree(b, n, 1)}
		b.Run(fmt.Sprintf("new/%d", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				root := benchRoot(b)
				changes, err := Compare(root, versions[0])
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if err := Apply(root, changes, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("stale/%d", n), func(b *testing.B) {
			root := benchRoot(b)
			if err := run(root, versions[0], Options{}); err != nil {
				b.Fatal(err)
			}
			for i := 1; b.Loop(); i++ {
				b.StopTimer()
				changes, err := Compare(root, versions[i%2])
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if err := Apply(root, changes, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchRoot(b *testing.B) *os.Root {
	root, err := os.OpenRoot(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { root.Close() })
	return root
}
