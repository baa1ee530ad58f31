package manifest

import (
	"encoding/base64"
	"testing"

	"github.com/google/go-cmp/cmp"
	sigs "sigs.k8s.io/yaml"
)

// TestConfigMap reads files back as the API server does, each from one of the two maps.
func TestConfigMap(t *testing.T) {
	files := map[string][]byte{"binary": {0x89, 'P', 'N', 'G', 0, 0xff}, "nul": []byte("a\x00b"), "bom": []byte("\ufeffa"), "c1": []byte("a\u0099")}
	for i, text := range hostile {
		files["text-"+string(rune('a'+i/26))+string(rune('a'+i%26))] = []byte(text)
	}
	out, err := Marshal("h", NewConfigMap(Meta{Name: "x"}, files))
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		APIVersion, Kind string
		Metadata         struct{ Name string }
		Data             map[string]string
		BinaryData       map[string]string
	}
	if err := sigs.UnmarshalStrict(out, &read); err != nil {
		t.Fatal(err)
	}
	got := map[string][]byte{}
	for key, text := range read.Data {
		got[key] = []byte(text)
	}
	for key, text := range read.BinaryData {
		data, err := base64.StdEncoding.DecodeString(text)
		if _, twice := got[key]; err != nil || twice {
			t.Errorf("%s: %v, twice %v", key, err, twice)
		}
		got[key] = data
	}
	if diff := cmp.Diff(files, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, key := range []string{"binary", "nul", "bom", "c1"} {
		if _, ok := read.BinaryData[key]; !ok {
			t.Errorf("%s is written as a text, which kustomize refuses or nobody sees", key)
		}
	}
}
