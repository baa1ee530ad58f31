package verify

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
)

// Without a network nothing is run that would try to fetch, each server is tried once, and what
// was not read is no fault of the tree.
func TestNoNetwork(t *testing.T) {
	tried := map[string]int{}
	runner := &standIns{answers: map[string]func(Command) (Output, error){
		"helm": says(1, "", "no such host"), "kubeconform": says(1, "", "no such host"), "nix": func(c Command) (Output, error) {
			if c.Args[0] == "--version" {
				return Output{Stdout: []byte("nix (Nix) 2.28.3\n")}, nil
			}
			return Output{Code: 1, Stderr: []byte("error: unable to download")}, nil
		},
	}}
	opts := options(t, writeTree(t, edit{"flake.lock", "", "{}"}), runner)
	opts.Network = true
	opts.Reach = func(_ context.Context, u *url.URL) error {
		tried[u.Host]++
		return errors.New("no such host")
	}
	for _, res := range runAll(t, opts).Results {
		switch res.Reader {
		case "helm", "kubeconform", "nix-flake", "nix-eval":
			if res.State != Skipped || !strings.HasPrefix(res.Reason, "no network: ") || len(res.Notes) > 0 {
				t.Errorf("%+v", res)
			}
		}
	}
	for host, n := range tried {
		if n != 1 {
			t.Errorf("%s was tried %d times", host, n)
		}
	}
	if asked := strings.Join(runner.asked, "\n"); len(tried) != 3 || strings.Contains(asked, "helm") || strings.Contains(asked, "kubeconform") {
		t.Errorf("tried %v, asked\n%s", tried, asked)
	}
}

// TestReach tries a server that is there, one that is not, and a proxy in the place of a server.
func TestReach(t *testing.T) {
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
		t.Setenv(name, "")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	there, nobody := &url.URL{Scheme: "https", Host: l.Addr().String()}, &url.URL{Scheme: "https", Host: "nobody.invalid"}
	if err := Reach(t.Context(), there); err != nil {
		t.Error(err)
	}
	if err := Reach(t.Context(), nobody); err == nil {
		t.Error("a server that is not there answers")
	}
	t.Setenv("HTTPS_PROXY", "http://"+l.Addr().String())
	if err := Reach(t.Context(), nobody); err != nil {
		t.Errorf("by a proxy: %v", err)
	}
}
