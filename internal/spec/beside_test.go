package spec

import (
	"strings"
	"testing"
)

// TestBeside asks for what people look for, as they write it.
func TestBeside(t *testing.T) {
	for _, name := range strings.Fields(`daemonset DaemonSet hostPath gpu ingress luks zfs vlan vlans bond mtu bridge chart charts cronjob cronJobs initContainers
		sidecars files statefulset ha etcd storageClassName longhorn rewrite pageRules serviceToken serviceTokens configMap swap nameservers idps bypass registry livenessProbe`) {
		if beside(nil, name) == "" {
			t.Errorf("nothing is said of %q", name)
		}
	}
	for _, w := range Ways() {
		for name := range strings.FieldsSeq(w.names) {
			if beside(nil, name) == "" {
				t.Errorf("%q is never found: one word in lower case", name)
			}
		}
	}
	if beside(nil, "domian") != "" {
		t.Error("a slip is something of its own")
	}
}
