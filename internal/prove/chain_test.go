package prove

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// The way of a hostname to a Service that a chart makes says that the tree does not have it.
func TestChainTaken(t *testing.T) {
	const service = "http://10.10.0.1:9100"
	from, tree := os.DirFS("../../golden/full/want"), fstest.MapFS{}
	err := fs.WalkDir(from, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, p)
		tree[p] = &fstest.MapFile{Data: bytes.ReplaceAll(data, []byte(service), []byte("http://grafana.monitoring.svc.cluster.local:80"))}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Run(t.Context(), tree, Options{})
	if err != nil {
		t.Fatal(err)
	}
	hops, ok := p.Chain("metrics.example.com")
	last := hops[len(hops)-1]
	if !ok || !strings.Contains(last.Text, "taken as said: a Service of the chart grafana of the Application grafana or the chart prometheus of the Application prometheus, in the namespace monitoring") || last.At.Line == 0 {
		t.Errorf("%v, %+v", ok, hops)
	}
}
