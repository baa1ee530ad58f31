package site

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	fields := []string{"mac", "ipv4", "ipv6", "dns", "domain", "hostnames", "replicas", "gateway", "address", "image", "cpu", "env", "audio", "wheel"}
	for word, want := range map[string]string{
		"mtu": "", "sudo": "", "gpu": "cpu", "ip4": "ipv4", "domian": "domain", "hostanmes": "hostnames", "replica": "replicas",
		"gatway": "gateway", "adress": "address", "weel": "wheel", "enviroment": "", "routes": "", "img": "",
	} {
		if got := nearest(word, fields); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}

// TestBeside asks for what people look for, as they write it.
func TestBeside(t *testing.T) {
	for _, name := range strings.Fields(`daemonset DaemonSet hostPath gpu ingress luks zfs vlan vlans bond mtu chart charts cronjob cronJobs initContainers
		sidecars files statefulset redirect redirects serviceToken serviceTokens configMap swap nameservers idps bypass registry livenessProbe`) {
		if beside(name) == "" {
			t.Errorf("nothing is said of %q", name)
		}
	}
	for _, w := range ways() {
		for name := range strings.FieldsSeq(w.names) {
			if beside(name) == "" {
				t.Errorf("%q is never found: one word in lower case", name)
			}
		}
	}
	if beside("domian") != "" {
		t.Error("a slip is something of its own")
	}
}
