package scripts

import (
	"strings"
	"testing"

	"sitegen/internal/gentest"
)

const (
	allReady = "web1 True\nweb2 True\nweb3 True\nweb4 True\n"
	bootID   = `boot_id`
	drain    = `k3s kubectl drain `
)

// maintainRules answer for three servers and an agent that restart as they are told.
func maintainRules() []rule {
	rules := []rule{
		{Prog: "ssh-keygen", Match: `^-F`},
		{Prog: "ssh", Match: ` true$`},
		{Prog: "ssh", Match: `get --raw /readyz$`, Out: "ok"},
		{Prog: "ssh", Match: `get --raw /readyz/etcd`, Out: "ok"},
		{Prog: "ssh", Match: `get nodes`, Out: allReady},
		{Prog: "ssh", Match: drain},
		{Prog: "ssh", Match: `systemctl reboot`, Exit: 255},
		{Prog: "ssh", Match: `uncordon`},
		{Prog: "nix", Match: `nixos-rebuild-ng`},
	}
	for _, name := range []string{"web1", "web2", "web3", "web4"} {
		rules = append(rules,
			rule{Prog: "ssh", Match: `HostKeyAlias=` + name + ` .*boot_id`, Times: 1, Out: "before\n"},
			rule{Prog: "ssh", Match: `HostKeyAlias=` + name + ` .*boot_id`, Times: 2, Err: "Connection refused", Exit: 255},
			rule{Prog: "ssh", Match: `HostKeyAlias=` + name + ` .*boot_id`, Out: "after\n"})
	}
	return rules
}

func maintained(t *testing.T) *run {
	t.Helper()
	return newRun(t, gentest.Base(t, gentest.Servers()+gentest.Agent("web4")))
}

// order is the order of what was done to hosts.
func (r result) order() string {
	var done []string
	for _, c := range r.calls {
		line := c.line()
		for _, what := range []string{"drain ", "reboot", "uncordon ", "nixos-rebuild-ng"} {
			_, rest, found := strings.Cut(line, what)
			switch {
			case !found:
			case what == "reboot":
				_, alias, _ := strings.Cut(line, "HostKeyAlias=")
				done = append(done, "reboot "+strings.Fields(alias)[0])
			case what == "nixos-rebuild-ng":
				done = append(done, strings.Join(strings.Fields(rest)[1:4:4], " "))
			default:
				done = append(done, what+strings.Fields(rest)[0])
			}
		}
	}
	return strings.Join(done, "; ")
}

func TestMaintain(t *testing.T) {
	t.Parallel()
	r := maintained(t)
	x := r.script("maintain-hetzner.sh", maintainRules(), "", "reboot").want(0, "web4 is back", "done: web1 web2 web3 web4", "next: scripts/verify-hetzner.sh")
	var want []string
	for _, h := range []string{"web1", "web2", "web3", "web4"} {
		want = append(want, "drain "+h+"; reboot "+h+"; uncordon "+h)
	}
	if got := x.order(); got != strings.Join(want, "; ") {
		t.Errorf("the order is %s", got)
	}
	// No host is asked about itself while it goes.
	x.called("HostKeyAlias=web2", "drain web1").called("HostKeyAlias=web1", "drain web2")

	x = r.script("maintain-hetzner.sh", maintainRules(), "", "upgrade", "web3").want(0, "done: web3")
	if got := x.order(); got != "boot --flake .#web3; drain web3; reboot web3; uncordon web3" {
		t.Errorf("the order is %s", got)
	}
	x = r.script("maintain-hetzner.sh", maintainRules(), "", "--via-tunnel", "switch", "web2").want(0, "done: web2").called("nix ", "--target-host web2.tunnel")
	if got := x.order(); got != "drain web2; switch --flake .#web2; uncordon web2" {
		t.Errorf("the order is %s", got)
	}
	r.script("maintain-hetzner.sh", nil, "", "--help").want(0, "Usage:")
	r.script("maintain-hetzner.sh", nil, "").want(2, "Usage:")
	r.script("maintain-hetzner.sh", nil, "", "reboot", "web9").want(1, "there is no host web9", "hosts: web1 web2 web3 web4")
}

// Longhorn makes no copy on a node that is cordoned: volumes are whole again after uncordon, and are waited for then.
func TestMaintainLonghorn(t *testing.T) {
	t.Parallel()
	r := newRun(t, gentest.Base(t, gentest.Servers()+`storage: "longhorn"`))
	const whole, degraded = "pvc-1 healthy\npvc-2 unknown\n", "pvc-1 degraded\n"
	rules := append([]rule{
		{Prog: "ssh", Match: `get volumes.longhorn.io`, Since: `drain`, Until: `uncordon`, Out: degraded},
		{Prog: "ssh", Match: `get volumes.longhorn.io`, Since: `uncordon web1`, Times: 2, Out: degraded},
		{Prog: "ssh", Match: `get volumes.longhorn.io`, Out: whole},
		{Prog: "ssh", Match: `get nodes`, Out: "web1 True\nweb2 True\nweb3 True\n"},
	}, maintainRules()...)
	x := r.script("maintain-hetzner.sh", rules, "", "reboot").want(0, "done: web1 web2 web3")
	if got := x.order(); got != "drain web1; reboot web1; uncordon web1; drain web2; reboot web2; uncordon web2; drain web3; reboot web3; uncordon web3" {
		t.Errorf("the order is %s", got)
	}
	asked := 0
	for _, c := range x.calls {
		if strings.Contains(c.line(), "drain web2") {
			break
		}
		if strings.Contains(c.line(), "volumes.longhorn.io") {
			asked++
		}
	}
	if asked < 4 { // before web1, and until it is whole
		t.Errorf("web2 is taken out after %d looks at the volumes", asked)
	}
	r.wait = "5"
	never := rule{Prog: "ssh", Match: `get volumes.longhorn.io`, Since: `uncordon`, Out: degraded}
	x = r.script("maintain-hetzner.sh", append([]rule{never}, rules...), "", "reboot").want(1, "volumes lack copies; web1 takes pods again, and no other host is taken out")
	if got := x.order(); got != "drain web1; reboot web1; uncordon web1" {
		t.Errorf("the order is %s", got)
	}
}

// What fails stops before the next host is taken out.
func TestMaintainStops(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		action string
		rules  []rule
		wait   string
		want   string
		order  string
	}{
		"a node is not Ready": {"reboot", []rule{{Prog: "ssh", Match: `get nodes`, Out: strings.Replace(allReady, "web3 True", "web3 Unknown", 1)}}, "0",
			"not Ready: web3; no host is taken out", ""},
		"a node is missing": {"reboot", []rule{{Prog: "ssh", Match: `get nodes`, Out: strings.Replace(allReady, "web3 True\n", "", 1)}}, "0",
			"not Ready: web3", ""},
		"etcd without a majority": {"reboot", []rule{{Prog: "ssh", Match: `readyz/etcd`, Err: "etcd failed", Exit: 1}}, "0",
			"etcd has no majority, or no member, on: web1 web2 web3", ""},
		"a member is dead": {"reboot", []rule{{Prog: "ssh", Match: at3 + `.*readyz/etcd`, Exit: 1}}, "0", "on: web3", ""},
		"a pod stays": {"reboot", []rule{{Prog: "ssh", Match: drain, Err: "Cannot evict pod as it would violate the pod's disruption budget", Exit: 1}}, "",
			"could not be drained, and is back as it was", "drain web1; uncordon web1"},
		"it does not come back": {"reboot", []rule{{Prog: "ssh", Match: `HostKeyAlias=web1 .*boot_id`, Times: 1, Out: "before\n"}, {Prog: "ssh", Match: `HostKeyAlias=web1 .*boot_id`, Exit: 255}}, "0",
			"web1 has not come back, and no other host is taken out", "drain web1; reboot web1"},
		"it did not restart": {"reboot", []rule{{Prog: "ssh", Match: `HostKeyAlias=web1 .*boot_id`, Out: "before\n"}}, "0",
			"web1 has not come back", "drain web1; reboot web1"},
		"it comes back without its node": {"reboot", []rule{{Prog: "ssh", Match: `get nodes`, Times: 1, Out: allReady}, {Prog: "ssh", Match: `get nodes`, Out: strings.Replace(allReady, "web1 True", "web1 False", 1)},
			{Prog: "ssh", Match: `HostKeyAlias=web1 .*boot_id`, Times: 1, Out: "before\n"}, {Prog: "ssh", Match: `HostKeyAlias=web1 .*boot_id`, Out: "after\n"}}, "0",
			"not Ready: web1; no host is taken out, and web1 takes no pods", "drain web1; reboot web1"},
		"it comes back without etcd": {"reboot", []rule{{Prog: "ssh", Match: at1 + `.*readyz/etcd`, Times: 1, Out: "ok"}, {Prog: "ssh", Match: at1 + `.*readyz/etcd`, Exit: 1},
			{Prog: "ssh", Match: `HostKeyAlias=web1 .*boot_id`, Times: 1, Out: "before\n"}, {Prog: "ssh", Match: `HostKeyAlias=web1 .*boot_id`, Out: "after\n"}}, "0",
			"on: web1; no host is taken out, and web1 takes no pods", "drain web1; reboot web1"},
		"it is not built": {"upgrade", []rule{{Prog: "nix", Match: `.`, Exit: 1}}, "", "web1 is not rebuilt, and was not taken out", "boot --flake .#web1"},
		"it does not switch": {"switch", []rule{{Prog: "nix", Match: `.`, Exit: 1}}, "", "did not take its new configuration, and takes pods again",
			"drain web1; switch --flake .#web1; uncordon web1"},
		"no other server": {"reboot", []rule{down(at2), down(at3)}, "", "no other server is reached", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := maintained(t)
			r.wait = c.wait
			x := r.script("maintain-hetzner.sh", append(c.rules, maintainRules()...), "", c.action).want(1, c.want, "next: ")
			if got := x.order(); got != c.order {
				t.Errorf("done is %q, want %q\n%s", got, c.order, x.output)
			}
		})
	}
}
