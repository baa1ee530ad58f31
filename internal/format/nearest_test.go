package format

import (
	"testing"
)

func TestNearest(t *testing.T) {
	fields := []string{"mac", "ipv4", "ipv6", "dns", "domain", "hostnames", "replicas", "gateway", "address", "image", "cpu", "env", "audio", "wheel"}
	for word, want := range map[string]string{
		"mtu": "", "sudo": "", "gpu": "cpu", "ip4": "ipv4", "domian": "domain", "hostanmes": "hostnames", "replica": "replicas",
		"gatway": "gateway", "adress": "address", "weel": "wheel", "enviroment": "", "routes": "", "img": "",
	} {
		if got := Nearest(word, fields); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}
