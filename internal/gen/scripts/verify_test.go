package scripts

import (
	"strings"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

const loginPage = "302 0 https://team.cloudflareaccess.com/cdn-cgi/access/login/argocd.example.com?kid=1"

// verifyRules answer for a site that is well.
func verifyRules() []rule {
	return []rule{
		{Prog: "ssh-keygen", Match: `^-F`},
		{Prog: "cloudflared", Match: `access token`, Out: "token"},
		{Prog: "ssh", Match: `ProxyCommand=cloudflared .*uname -n`, Out: "web1\n"},
		{Prog: "ssh", Match: `nixos-version`, Out: "26.05.1\n"},
		{Prog: "ssh", Match: `mdstat`, Out: mdstat},
		{Prog: "ssh", Match: `findmnt`, Out: "/boot\n/boot-fallback\n"},
		{Prog: "ssh", Match: `ping -c 3`},
		{Prog: "ssh", Match: `is-active`, Out: "active\n"},
		{Prog: "ssh", Match: `get nodes`, Out: "web1 True\n"},
		{Prog: "ssh", Match: `rollout status`, Out: rolledOut},
		{Prog: "ssh", Match: `applications`, Out: synced},
		{Prog: "curl", Match: `https://(argocd|ssh)\.`, Out: loginPage},
		{Prog: "curl", Match: `https://`, Out: "200 512 "},
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	r := newRun(t, testSite(t))
	x := r.script("verify-hetzner.sh", verifyRules(), "").want(0, "12 ok, 0 failed, 0 skipped", "ok    8 https://bakery.example: 200", "ok    9 ssh to ssh.example.com")
	x.never("-L", "curl") // redirects are looked at, not followed
	r.script("verify-hetzner.sh", verifyRules(), "", "--no-hostnames", "--via-tunnel").want(0, "1 skipped").
		called("ProxyCommand", "root@ssh.example.com nixos-version").never("curl")
	wild := testSite(t)
	wild.Routes = []site.Route{{Hostname: "*.example.com", Kind: site.RouteApp, Owner: "invoices"}}
	newRun(t, wild).script("verify-hetzner.sh", verifyRules(), "").want(0, "ok    8 https://wildcard-check.example.com: 200")
	moved := routed(gentest.Base(t, `
redirects: {
	"old.example": to: "https://bakery.example"
	"shop.example": {to: "https://bakery.example", keepPath: false, status: 302}
}`))
	rules := append([]rule{
		{Prog: "curl", Match: `https://old\.example/verify-check\?a=1`, Out: "301 https://bakery.example/verify-check?a=1"},
		{Prog: "curl", Match: `https://shop\.example`, Out: "302 https://bakery.example/"},
	}, verifyRules()...)
	newRun(t, moved).script("verify-hetzner.sh", rules, "").want(0, "ok    8 https://old.example: 301 to https://bakery.example", "ok    8 https://shop.example: 302 to https://bakery.example")
	for out, want := range map[string]string{
		"302 https://bakery.example/verify-check?a=1": "answers 302 https://bakery.example/verify-check?a=1, and not 301",
		"301 https://bakery.example/":                 "answers 301 https://bakery.example/, and not 301 to https://bakery.example/verify-check?a=1",
		"404 ":                                        "answers 404 without a Location",
	} {
		newRun(t, moved).script("verify-hetzner.sh", with(rule{Prog: "curl", Match: "old", Out: out}, rules), "").want(1, "FAIL  8 https://old.example "+want, " 1 failed")
	}
	r.script("verify-hetzner.sh", nil, "", "--help").want(0, "Usage:")
	r.script("verify-hetzner.sh", nil, "", "--address").want(2, "Usage:")
}

// A path of another group is looked at as a hostname is.
func TestVerifyPaths(t *testing.T) {
	t.Parallel()
	s := routed(gentest.Base(t, `access: staff: emails: ["kim@example.org"]`))
	s.Routes[1].AccessPaths = []site.AccessPath{{Path: "/admin", Access: "staff"}}
	r := newRun(t, s)
	guarded := rule{Prog: "curl", Match: `https://bakery\.example/admin/$`, Out: loginPage}
	r.script("verify-hetzner.sh", with(guarded, verifyRules()), "").want(0, "ok    8 https://bakery.example/admin: Access asks for a log-in (staff)", "ok    8 https://bakery.example: 200")
	r.script("verify-hetzner.sh", verifyRules(), "").want(1, "FAIL  8 https://bakery.example/admin answers 200 WITHOUT a log-in, though the spec says access: staff")
}

// Each fault is one FAIL line; the other checks go on.
func TestVerifyFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule rule
		want string
	}{
		"host down":       {rule{Prog: "ssh", Match: "nixos-version", Err: "timed out", Exit: 255}, "FAIL  1 NixOS on web1 at 203.0.113.10: timed out"},
		"degraded":        {rule{Prog: "ssh", Match: "mdstat", Out: strings.Replace(mdstat, "[UU]", "[_U]", 1)}, "FAIL  2 RAID on web1: an array lacks a disk"},
		"no array":        {rule{Prog: "ssh", Match: "mdstat", Out: "Personalities :\n"}, "FAIL  2 RAID on web1: 0 of 1"},
		"no fallback":     {rule{Prog: "ssh", Match: "findmnt", Out: "/boot\n"}, "not mounted: /boot-fallback"},
		"node":            {rule{Prog: "ssh", Match: "get nodes", Out: "web1 False\n"}, "FAIL  3 k3s: nodes that are not Ready: web1"},
		"no API":          {rule{Prog: "ssh", Match: "get nodes", Exit: 1}, "FAIL  3 k3s: the API does not answer"},
		"cilium":          {rule{Prog: "ssh", Match: "daemonset/cilium", Out: "Waiting\n"}, "FAIL  4 Cilium"},
		"coredns":         {rule{Prog: "ssh", Match: "deployment/coredns", Err: "not found", Exit: 1}, "FAIL  5 CoreDNS: deployment/coredns in kube-system: not found"},
		"cloudflared":     {rule{Prog: "ssh", Match: "deployment/cloudflared", Out: "Waiting\n"}, "FAIL  6 cloudflared"},
		"application":     {rule{Prog: "ssh", Match: "applications", Out: strings.Replace(synced, "website-bakery Synced", "website-bakery OutOfSync", 1)}, "website-bakery (OutOfSync, Healthy)"},
		"no application":  {rule{Prog: "ssh", Match: "applications", Out: "app-of-apps Synced Healthy\n"}, "websites (missing)"},
		"unprotected":     {rule{Prog: "curl", Match: "argocd", Out: "200 99 "}, "WITHOUT a log-in"},
		"other redirect":  {rule{Prog: "curl", Match: "argocd", Out: "302 0 https://argocd.example.com/login"}, "WITHOUT a log-in"},
		"protected":       {rule{Prog: "curl", Match: "bakery", Out: loginPage}, "public in the spec"},
		"no rule":         {rule{Prog: "curl", Match: "bakery", Out: "404 0 "}, "no rule for it"},
		"tunnel down":     {rule{Prog: "curl", Match: "bakery", Out: "530 16 "}, "answers 530"},
		"refused":         {rule{Prog: "curl", Match: "bakery", Out: "403 4512 "}, "answers 403: it is reached, and serves nobody"},
		"too many":        {rule{Prog: "curl", Match: "bakery", Out: "429 99 "}, "answers 429"},
		"no DNS":          {rule{Prog: "curl", Match: "bakery", Err: "Could not resolve host", Exit: 6}, "Could not resolve host"},
		"ssh by tunnel":   {rule{Prog: "ssh", Match: "ProxyCommand", Err: "websocket: bad handshake", Exit: 255}, "FAIL  9 ssh to ssh.example.com: websocket"},
		"ssh to another":  {rule{Prog: "ssh", Match: "ProxyCommand", Out: "web9\n"}, "FAIL  9 ssh to ssh.example.com: web9"},
		"404 of the page": {rule{Prog: "curl", Match: "argocd", Out: "404 0 "}, "WITHOUT a log-in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newRun(t, testSite(t)).script("verify-hetzner.sh", with(c.rule, verifyRules()), "")
			x.want(1, c.want, " 1 failed")
			if n := strings.Count(x.output, "\nFAIL ") + strings.Count(x.output, "\n      next: "); !strings.HasPrefix(x.output, "FAIL") && n != 2 {
				t.Errorf("%d lines of failure\n%s", n, x.output)
			}
		})
	}
}

// TestVerifyWays: between nodes packets have to pass in the size that the spec says.
func TestVerifyWays(t *testing.T) {
	t.Parallel()
	s := routed(gentest.Base(t, gentest.Agent("web2")+`
sops: argocd: "`+argoKey+`"
hosts: [string]: {node: "private", vlans: private: {on: "wan", id: 4000, mtu: 1400}}
hosts: web1: vlans: private: ipv4: address: "10.20.0.11/24"
hosts: web2: vlans: private: ipv4: address: "10.20.0.12/24"
`))
	r := newRun(t, s)
	rules := append([]rule{{Prog: "ssh", Match: `get nodes`, Out: "web1 True\nweb2 True\n"}}, verifyRules()...)
	out := func(more ...rule) string {
		return r.script("verify-hetzner.sh", append(more, rules...), "", "--no-hostnames").output
	}
	r.script("verify-hetzner.sh", rules, "", "--no-hostnames").called("ping", "-M do", "-s 1372", "10.20.0.11").called("ping", "-s 1372", "10.20.0.12")
	for _, c := range []struct{ got, want string }{
		{out(), "ok    3 the way from web1 to web2: packets of 1400 bytes"},
		{out(), "ok    3 the way from web2 to web1: packets of 1400 bytes"},
		{out(rule{Prog: "ssh", Match: `ping .*-s 1372`, Exit: 1}), "FAIL  3 the way from web1 to web2: packets of 1400 bytes do not arrive, smaller ones do"},
		{out(rule{Prog: "ssh", Match: `ping`, Exit: 1}), "FAIL  3 the way from web2 to web1: 10.20.0.11 does not answer"},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("no %q in:\n%s", c.want, c.got)
		}
	}
}

// TestVerifyNetworks: from networks that need no log-in an answer without one says nothing.
func TestVerifyNetworks(t *testing.T) {
	t.Parallel()
	s := routed(gentest.Base(t, `
sops: argocd: "`+argoKey+`"
access: office: {ips: ["198.51.100.0/24"], noLogin: true}
apps: desk: {image: "ghcr.io/example/desk:1.0.0", hostnames: ["desk.example.com"], access: "office"}
`))
	s.Routes = []site.Route{{Hostname: "desk.example.com", Kind: site.RouteApp, Owner: "desk", Access: "office"}}
	r := newRun(t, s)
	r.script("verify-hetzner.sh", verifyRules(), "").want(0, "skip  8 https://desk.example.com answers 200 without a log-in, which is right from the networks of access: office")
	r.script("verify-hetzner.sh", with(rule{Prog: "curl", Match: "desk", Out: loginPage}, verifyRules()), "").want(0, "ok    8 https://desk.example.com: Access asks")
}

// TestVerifyMachines: where machines alone come in, Access refuses without asking.
func TestVerifyMachines(t *testing.T) {
	t.Parallel()
	s := routed(gentest.Base(t, `
sops: argocd: "`+argoKey+`"
access: robots: serviceTokens: ["ci"]
apps: desk: {image: "ghcr.io/example/desk:1.0.0", hostnames: ["desk.example.com"], access: "robots"}
`))
	s.Routes = []site.Route{{Hostname: "desk.example.com", Kind: site.RouteApp, Owner: "desk", Access: "robots"}}
	r := newRun(t, s)
	r.script("verify-hetzner.sh", with(rule{Prog: "curl", Match: "desk", Out: "403 99 "}, verifyRules()), "").want(0, "ok    8 https://desk.example.com: 403 without the service token")
	r.script("verify-hetzner.sh", verifyRules(), "").want(1, "https://desk.example.com answers 200 WITHOUT a log-in")
}

func TestVerifySkips(t *testing.T) {
	t.Parallel()
	r := newRun(t, testSite(t))
	r.script("verify-hetzner.sh", with(rule{Prog: "cloudflared", Err: "Unable to find token"}, verifyRules()), "").
		want(0, "skip  9 ssh to ssh.example.com: no log-in", "cloudflared access login https://ssh.example.com").never("ProxyCommand")
	r.script("verify-hetzner.sh", with(rule{Prog: "ssh", Match: "get nodes", Exit: 1}, verifyRules()), "", "--via-tunnel", "--no-hostnames").
		want(1, "next: ssh -o 'ProxyCommand=cloudflared access ssh --hostname %h' -o HostKeyAlias=web1", "root@ssh.example.com journalctl -u k3s")
	agents := newRun(t, agentSite(t))
	rules := append([]rule{{Prog: "ssh", Match: "get nodes", Out: "web1 True\nweb2 True\n"}, {Prog: "ssh", Match: "ssh-web2.*uname", Out: "web2\n"}}, verifyRules()...)
	agents.script("verify-hetzner.sh", rules, "").want(0, "skip  1 NixOS on web2: its address is only known to DHCP")
	agents.script("verify-hetzner.sh", rules, "", "--address", "web2=198.51.100.7").want(0, "ok    3 k3s on web2").called("root@198.51.100.7")
}

// TestVerifyGrown: what was there before a server came stays where it was.
func TestVerifyGrown(t *testing.T) {
	t.Parallel()
	s := routed(gentest.Base(t, gentest.Servers()+`
sops: argocd: "`+argoKey+`"
storage: "longhorn"
`))
	r := newRun(t, s)
	rules := append([]rule{
		{Prog: "ssh", Match: ` true$`},
		{Prog: "ssh", Match: `ssh-web2.*uname`, Out: "web2\n"},
		{Prog: "ssh", Match: `ssh-web3.*uname`, Out: "web3\n"},
		{Prog: "ssh", Match: `get nodes`, Out: "web1 True\nweb2 True\nweb3 True\n"},
		{Prog: "ssh", Match: `readyz`, Out: "ok"},
		{Prog: "ssh", Match: `get deployment coredns`, Out: "2"},
		{Prog: "ssh", Match: `-n cloudflared get pods`, Out: "web1\nweb3\n"},
		{Prog: "ssh", Match: `get volumes`, Out: "pvc-1 3\npvc-2 3\n"},
	}, verifyRules()...)
	verify := func(exit int, want string, more ...rule) {
		t.Helper()
		r.script("verify-hetzner.sh", append(more, rules...), "", "--no-hostnames").want(exit, want)
	}
	verify(0, "ok    7 Longhorn: volumes have 3 copies")
	verify(1, "FAIL  6 cloudflared: all of its pods are on web1\n      next: ", rule{Prog: "ssh", Match: `-n cloudflared get pods`, Out: "web1\nweb1\n"})
	verify(0, "ok    6 cloudflared", rule{Prog: "ssh", Match: `-n cloudflared get pods`, Out: "web1\n"})
	verify(1, "FAIL  7 Longhorn: volumes with fewer copies than 3: pvc-2 (1)\n", rule{Prog: "ssh", Match: `get volumes`, Out: "pvc-1 3\npvc-2 1\n"})
	verify(1, "FAIL  7 Longhorn: no such type", rule{Prog: "ssh", Match: `get volumes`, Err: "no such type", Exit: 1})
}
