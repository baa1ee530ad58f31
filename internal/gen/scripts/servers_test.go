package scripts

import (
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// serversSite has three servers.
func serversSite(t *testing.T) *site.Site {
	t.Helper()
	return routed(gentest.Base(t, gentest.Servers()+`sops: argocd: "`+argoKey+`"`))
}

const (
	at1, at2, at3 = `root@203\.0\.113\.10`, `root@203\.0\.113\.12`, `root@203\.0\.113\.13`
	inCluster     = ` test -e /var/lib/rancher/k3s/server/db/etcd`
	wasSQLite     = ` test -e /var/lib/rancher/k3s/server/db/state.db`
)

func down(at string) rule {
	return rule{Prog: "ssh", Match: at, Err: "Connection timed out", Exit: 255}
}

// serversRules answer for three servers that are well.
func serversRules() []rule {
	return append([]rule{
		{Prog: "ssh", Match: `get --raw /readyz$`, Out: "ok"},
		{Prog: "kubectl", Match: `get nodes -o`, Out: "web1 web2 web3"},
		{Prog: "kubectl", Match: `get node web[23]`, Out: "True"},
		{Prog: "kubectl", Match: `scale deployment/coredns --replicas=2`},
	}, bootstrapRules()...)
}

func TestBootstrapServers(t *testing.T) {
	t.Parallel()
	r := newCheckout(t, serversSite(t))
	r.script("bootstrap-hetzner-k8s.sh", serversRules(), "", "--yes").want(0, "the API on web1 answers", "hetzner is up").
		called("root@203.0.113.10", "-N").called("kubectl ", "scale deployment/coredns").never("begin-cluster")

	// The first that answers, whichever it is.
	x := r.script("bootstrap-hetzner-k8s.sh", with(down(at1), serversRules()), "", "--yes")
	x.want(0, "web1 at 203.0.113.10: Connection timed out", "the API on web2 answers", "hetzner is up", "-o HostKeyAlias=web2").called("root@203.0.113.12", "-N")
	noAPI := rule{Prog: "ssh", Match: at1 + `.*readyz`, Exit: 1}
	r.script("bootstrap-hetzner-k8s.sh", with(noAPI, serversRules()), "", "--yes").want(0, "web1 at 203.0.113.10: its API does not answer", "the API on web2 answers")
	r.script("bootstrap-hetzner-k8s.sh", append([]rule{down(at1), down(at2), down(at3)}, serversRules()...), "", "--yes").want(1, "cannot log in").never(" apply ")

	// One that has not joined is no reason to stop; two are.
	late := newCheckout(t, serversSite(t))
	late.wait = "0"
	rules := append([]rule{{Prog: "kubectl", Match: `get nodes -o`, Out: "web1 web3"}, {Prog: "kubectl", Match: `/readyz`, Out: "ok"}, {Prog: "kubectl", Match: "rollout status", Out: rolledOut}}, serversRules()...)
	late.script("bootstrap-hetzner-k8s.sh", rules, "", "--yes").want(1, "not joined yet: web2").called(" apply ")
	late.script("bootstrap-hetzner-k8s.sh", with(rule{Prog: "kubectl", Match: `get nodes -o`, Out: "web1"}, rules), "", "--yes").
		want(1, "no other server has joined: web2 web3", "a token that is not the same on all is refused").never(" apply ")
}

func TestBootstrapBegins(t *testing.T) {
	t.Parallel()
	r := newCheckout(t, serversSite(t))
	none := []rule{
		{Prog: "ssh", Match: `get --raw /readyz$`, Exit: 1},
		{Prog: "ssh", Match: inCluster, Exit: 1},
		{Prog: "ssh", Match: wasSQLite, Exit: 1},
		{Prog: "ssh", Match: `begin-cluster`},
	}
	begins := append(none, serversRules()...)
	r.script("bootstrap-hetzner-k8s.sh", begins, "", "--yes").want(1, "no server has a cluster yet", "bootstrap-hetzner-k8s.sh --begin").never("touch").never(" apply ")
	r.script("bootstrap-hetzner-k8s.sh", begins, "", "--yes", "--begin").want(0, "the cluster begins on web1", "hetzner is up").called("root@203.0.113.10", "begin-cluster")
	// One that is not reached may be part of a cluster; one that is part of it is waited for.
	r.script("bootstrap-hetzner-k8s.sh", with(down(at3), begins), "", "--yes", "--begin").want(1, "web3 is not reached").never("touch").never(" apply ")
	member := rule{Prog: "ssh", Match: at2 + inCluster}
	r.script("bootstrap-hetzner-k8s.sh", with(member, begins), "", "--yes", "--begin").want(0, "web2 is part of a cluster", "hetzner is up").called("root@203.0.113.12", "-N").never("touch")
	lost := newCheckout(t, serversSite(t))
	lost.wait = "0"
	lost.script("bootstrap-hetzner-k8s.sh", append([]rule{member, {Prog: "kubectl", Match: `/readyz`, Exit: 1}}, begins...), "", "--yes", "--begin").want(1, "the API on web2 does not answer", "Most servers are lost").never("touch")
	// SQLite becomes etcd without being asked.
	r.script("bootstrap-hetzner-k8s.sh", with(rule{Prog: "ssh", Match: at1 + wasSQLite}, begins), "", "--yes").want(0, "hetzner is up").never("touch")
	// On another one it is the cluster that is there, and begins where it is the first.
	other := with(rule{Prog: "ssh", Match: at2 + wasSQLite}, begins)
	r.script("bootstrap-hetzner-k8s.sh", other, "", "--yes", "--begin").want(1, "state.db) is on: web2; web1 is the first server", `cluster: first: "NAME"`).never("touch").never(" apply ")
	r.script("bootstrap-hetzner-k8s.sh", with(rule{Prog: "ssh", Match: at1 + wasSQLite}, other), "", "--yes").want(1, "state.db) is on: web1 web2").never("touch").never(" apply ")
}

// A dead server's pod of Cilium is never ready.
func TestBootstrapDeadServer(t *testing.T) {
	t.Parallel()
	r := newCheckout(t, serversSite(t))
	dead := append([]rule{
		down(at3),
		{Prog: "kubectl", Match: `rollout status .*daemonset/cilium`, Out: "Waiting for daemon set \"cilium\" rollout to finish: 2 of 3 updated pods are available...\n"},
		{Prog: "kubectl", Match: `get nodes -o .*conditions`, Out: "web1 True\nweb2 True\nweb3 Unknown\n"},
		{Prog: "kubectl", Match: `get daemonset/cilium`, Out: "3 3 2\n"},
		{Prog: "kubectl", Match: `get node web3`, Out: "Unknown"},
	}, serversRules()...)
	r.script("bootstrap-hetzner-k8s.sh", dead, "", "--yes").want(0, "warning: daemonset/cilium is not ready on nodes that do not answer: web3", "hetzner is up")
	r.wait = "0"
	dead = append([]rule{{Prog: "kubectl", Match: `/readyz`, Out: "ok"}}, dead...)
	for name, more := range map[string]rule{
		"one more is missing":     {Prog: "kubectl", Match: `get daemonset/cilium`, Out: "3 3 1\n"},
		"one more is old":         {Prog: "kubectl", Match: `get daemonset/cilium`, Out: "3 1 2\n"},
		"none is there":           {Prog: "kubectl", Match: `get daemonset/cilium`, Out: "3 3 \n"},
		"the node is there":       {Prog: "kubectl", Match: `get nodes -o .*conditions`, Out: "web1 True\nweb2 True\nweb3 False\n"},
		"the API does not answer": {Prog: "kubectl", Match: `get nodes -o .*conditions`, Exit: 1},
	} {
		t.Log(name)
		r.script("bootstrap-hetzner-k8s.sh", append([]rule{more}, dead...), "", "--yes").want(1, "daemonset/cilium in kube-system is not ready")
	}
}

func TestVerifyServers(t *testing.T) {
	t.Parallel()
	r := newRun(t, serversSite(t))
	rules := append([]rule{
		{Prog: "ssh", Match: `get --raw /readyz`, Out: "ok"},
		{Prog: "ssh", Match: ` true$`},
		{Prog: "ssh", Match: `get nodes`, Out: "web1 True\nweb2 True\nweb3 True\n"},
		{Prog: "ssh", Match: `readyReplicas`, Out: "2"},
		{Prog: "ssh", Match: `HostKeyAlias=web2 .*uname -n`, Out: "web2\n"},
		{Prog: "ssh", Match: `HostKeyAlias=web3 .*uname -n`, Out: "web3\n"},
	}, verifyRules()...)
	r.script("verify-hetzner.sh", rules, "").want(0, "ok    3 etcd on web1 has a majority", "ok    3 etcd on web3 has a majority", "ok    3 k3s: nodes Ready: web1 web2 web3", " 0 failed")
	lost := rule{Prog: "ssh", Match: `/readyz/etcd`, Err: "error: etcd failed", Exit: 1}
	r.script("verify-hetzner.sh", with(lost, rules), "").want(1, "FAIL  3 etcd on web2: error: etcd failed", " 3 failed")
	alone := rule{Prog: "ssh", Match: `readyReplicas`, Out: "1"}
	r.script("verify-hetzner.sh", with(alone, rules), "").want(1, "FAIL  5 CoreDNS: 1 of two is ready", "scale deployment/coredns --replicas=2", " 1 failed")
	// The rest is asked of a server that is there.
	dead := rule{Prog: "ssh", Match: at1 + ".*", Err: "No route to host", Exit: 255}
	r.script("verify-hetzner.sh", with(dead, rules), "").want(1, "FAIL  1 NixOS on web1", "FAIL  3 etcd on web1", "ok    4 Cilium", " 2 failed")
}

// A server that waits for the cluster is installed all the same.
func TestInstallServers(t *testing.T) {
	t.Parallel()
	waits := []rule{
		{Prog: "ssh", Match: `is-active k3s`, Out: "activating\n", Exit: 3},
		{Prog: "ssh", Match: `journalctl`, Out: "k3s-pre-start: this host is no part of a cluster yet: it waits, and begins none by itself\n"},
	}
	r := newCheckout(t, serversSite(t))
	r.script("install-web1.sh", append(waits, installRules(rescueFacts)...), "web1\n").want(0, "web1 is installed", "waits for a server that has the cluster", "bootstrap-hetzner-k8s.sh --begin")
	joined := newCheckout(t, serversSite(t))
	joined.script("install-web1.sh", installRules(rescueFacts), "web1\n").want(0, "web1 is installed", "next: scripts/verify-hetzner.sh")
	wrong := newCheckout(t, serversSite(t))
	wrong.wait = "0"
	token := []rule{waits[0], {Prog: "ssh", Match: `journalctl`, Out: "level=fatal msg=\"starting kubernetes: preparing server: failed to validate token\"\n"},
		{Prog: "ssh", Match: `nixos-version`, Out: "26.05.1\n"}}
	wrong.script("install-web1.sh", append(token, installRules(rescueFacts)...), "web1\n").want(1, "failed to validate token", "k3s is not active on web1", "is k3s_token the same")
	one := newCheckout(t, testSite(t))
	one.wait = "0"
	one.script("install-web1.sh", append(append(waits, token[2]), installRules(rescueFacts)...), "web1\n").want(1, "k3s is not active on web1")
}
