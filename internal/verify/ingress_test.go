package verify

import (
	"fmt"
	"strings"
	"testing"
)

// TestCloudflared wants the program's answer to be the model's, for every hostname.
func TestCloudflared(t *testing.T) {
	const config = "k8s/argocd-demo/cloudflared/config.yaml"
	answer := map[string]int{"shop.example.com": 0, "www.example.com": 1, "no-such-name.example.com": 2, "nobody.invalid": 3}
	runner := standIn1("cloudflared", func(c Command) (Output, error) {
		last := c.Args[len(c.Args)-1]
		if last == "validate" {
			return Output{Stdout: []byte("OK\n")}, nil
		}
		host := strings.TrimSuffix(strings.TrimPrefix(last, "https://"), "/")
		return Output{Stdout: fmt.Appendf(nil, "Using rules from x\nMatched rule #%d\n", answer[host])}, nil
	})
	if res := readWith(t, "cloudflared", options(t, writeTree(t), runner)); res.State != OK || len(runner.asked) != 5 {
		t.Errorf("%+v, asked %q", res, runner.asked)
	}
	answer["www.example.com"] = 2
	res := readWith(t, "cloudflared", options(t, writeTree(t), runner))
	wantProblem(t, res, config, "https://www.example.com/ is led by rule 3 (http://all.shop.svc.cluster.local:80), expected rule 2 (http://www.shop.svc.cluster.local:80)")
	runner = standIn1("cloudflared", says(1, "", "Validation failed: bad"))
	wantProblem(t, readWith(t, "cloudflared", options(t, writeTree(t), runner)), config, "Validation failed: bad")
}
