package nixos

import (
	"fmt"
	"slices"
	"strings"
)

// options are those of a host's modules, put together as the module system does.
type options struct{ modules []any }

func optionsOf(host map[string]any) options {
	var all []any
	for _, name := range []string{"base", "k3s", "machine", "network", "backup"} {
		all = append(all, host[name])
	}
	return options{all}
}

// each calls f with what every module says of an option.
func (o options) each(f func(v any), path ...string) {
	for _, v := range o.modules {
		for _, name := range path {
			m, _ := v.(map[string]any)
			v = m[name]
		}
		if v != nil {
			f(v)
		}
	}
}

// one is the value of an option, or the default where no module says it.
func (o options) one(otherwise any, path ...string) any {
	o.each(func(v any) { otherwise = v }, path...)
	return otherwise
}

// list is that of an option, in the order of the modules.
func (o options) list(path ...string) []string {
	var all []string
	o.each(func(v any) {
		for _, item := range v.([]any) {
			all = append(all, fmt.Sprint(item))
		}
	}, path...)
	return all
}

// lines are those of an option of type lines.
func (o options) lines(path ...string) string {
	var all []string
	o.each(func(v any) { all = append(all, v.(string)) }, path...)
	return strings.Join(all, "\n")
}

// attrs are those of an option.
func (o options) attrs(path ...string) map[string]any {
	all := map[string]any{}
	o.each(func(v any) {
		for name, x := range v.(map[string]any) {
			all[name] = x
		}
	}, path...)
	return all
}

// ruleset is what nixpkgs makes of the options: the chains, their order and their rules
// are those of nixos/modules/services/networking/firewall-nftables.nix (26.05), without
// the rules that only log, and with the defaults of firewall.nix there and of
// services/networking/ssh/sshd.nix.
func ruleset(o options) string {
	firewall := func(path ...string) []string { return append([]string{"networking", "firewall"}, path...) }
	if o.one(true, firewall("enable")...) != true {
		return ""
	}
	trusted := []string{`"lo"`}
	for _, name := range o.list(firewall("trustedInterfaces")...) {
		trusted = append(trusted, `"`+name+`"`)
	}
	tcp, udp := o.list(firewall("allowedTCPPorts")...), o.list(firewall("allowedUDPPorts")...)
	if o.one(true, "services", "openssh", "enable") == true && o.one(true, "services", "openssh", "openFirewall") == true {
		tcp = append(tcp, "22")
	}
	var b strings.Builder
	b.WriteString("table inet nixos-fw {\n")
	// The default is strict (firewall.nix: a kernel that can).
	if path := o.one(true, firewall("checkReversePath")...); path != false {
		iif := " . iif"
		if path == "loose" {
			iif = ""
		}
		fmt.Fprintf(&b, `chain rpfilter {
  type filter hook prerouting priority mangle + 10; policy drop;
  meta nfproto ipv4 udp sport . udp dport { 67 . 68, 68 . 67 } accept
  fib saddr . mark %s oif exists accept
  jump rpfilter-allow
}
`, iif)
	}
	fmt.Fprintf(&b, `chain rpfilter-allow {
%s
}
chain input {
  type filter hook input priority filter; policy drop;
  iifname { %s } accept
  ct state vmap {
    invalid : drop,
    established : accept,
    related : accept,
    new : jump input-allow,
    untracked : jump input-allow,
  }
}
chain input-allow {
`, o.lines(firewall("extraReversePathFilterRules")...), strings.Join(trusted, ", "))
	for _, open := range []struct {
		proto string
		ports []string
	}{{"tcp", tcp}, {"udp", udp}} {
		if len(open.ports) > 0 {
			fmt.Fprintf(&b, "  %s dport { %s } accept\n", open.proto, strings.Join(slices.Compact(slices.Sorted(slices.Values(open.ports))), ", "))
		}
	}
	if o.one(true, firewall("allowPing")...) == true {
		b.WriteString("  icmp type echo-request accept\n")
	}
	fmt.Fprintf(&b, `  icmpv6 type != { nd-redirect, 139 } accept
  ip6 daddr fe80::/64 udp dport 546 accept
%s
}
}
`, o.lines(firewall("extraInputRules")...))
	return b.String()
}
