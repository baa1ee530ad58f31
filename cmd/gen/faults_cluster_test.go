package main

import (
	"slices"
	"strings"

	"sitegen/internal/site"
)

// eachHost is a check of every host's modules.
func eachHost(check func(f *finding, host string, modules any)) func(*output) []string {
	return func(r *output) []string {
		var f finding
		for _, host := range r.hostNames() {
			check(&f, host, r.hosts[host])
		}
		return f
	}
}

// k3sFlag wants a flag on the server, once.
func k3sFlag(flag, name string) func(*output) []string {
	return func(r *output) []string {
		var f finding
		var found []string
		for _, x := range texts(r.hosts[r.site.Server.Name], "k3s", "services", "k3s", "extraFlags") {
			if strings.HasPrefix(strings.Trim(x, "[]"), name) {
				found = append(found, x)
			}
		}
		f.unless(slices.Equal(found, []string{flag}), "%s: %q", r.site.Server.Name, found)
		return f
	}
}

// portsClosed: the firewall is on, opens nothing by itself but sshd's port, and
// accepts by rule only from named addresses.
func portsClosed(r *output) []string {
	var f finding
	for _, host := range r.hostNames() {
		f.unless(text(r.hosts[host], "base", "networking", "firewall", "enable") == "true", "%s has no firewall", host)
		for _, module := range []string{"base", "k3s", "machine"} {
			firewall := dig(r.hosts[host], module, "networking", "firewall")
			for _, name := range entries(firewall) {
				f.unless(!strings.HasPrefix(name, "allowed") && name != "interfaces", "%s: %s", host, name)
			}
			for line := range strings.Lines(text(firewall, "extraInputRules")) {
				line = strings.TrimSpace(line)
				from := strings.HasPrefix(line, "ip saddr {") || strings.HasPrefix(line, "ip6 saddr {")
				f.unless(from || line == "" || strings.HasPrefix(line, "#"), "%s: %s", host, line)
			}
		}
	}
	return f
}

// alertFaults are about hearing of a dead disk before the second one dies.
func alertFaults() []fault {
	mailed := func(r *output) bool { return r.site.Alerts != nil }
	arrays := func(r *output) bool {
		return slices.ContainsFunc(r.site.Hosts, func(h *site.Host) bool { return len(h.Arrays) > 0 })
	}
	return []fault{
		{
			name: "array that fails in silence", nix: true,
			breaks:  "mdadm's monitor does nothing without PROGRAM, or an address that some mail transport delivers to (mdadm.conf(5))",
			applies: arrays,
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					if len(h.Arrays) == 0 {
						continue
					}
					conf := text(r.hosts[h.Name], "base", "boot", "swraid", "mdadmConf")
					f.unless(strings.Contains(conf, "\nPROGRAM ") && !strings.Contains(conf, "MAILADDR"), "%s: no PROGRAM, or MAILADDR without a transport", h.Name)
					for _, event := range []string{"DegradedArray", "Fail"} {
						f.unless(strings.Contains(conf, event+"*"), "%s: nothing for the event %s", h.Name, event)
					}
				}
				return f
			},
			again: []func(map[string]string){
				swap(baseNix, `^    PROGRAM .*\n`, ""), swap(baseNix, `^    PROGRAM .*`, "    MAILADDR root"), swap(baseNix, `DegradedArray\* \| `, ""), swap(baseNix, `Fail\* \| `, ""),
			},
		},
		{
			name: "disk that wears out in silence", nix: true,
			breaks: "smartd sees it coming; nobody else does",
			check: eachHost(func(f *finding, host string, m any) {
				f.unless(text(m, "base", "services", "smartd", "enable") == "true", "%s", host)
			}),
			again: []func(map[string]string){swap(baseNix, `^  services\.smartd = \{\n    enable = true;`, "  services.smartd = {\n    enable = false;")},
		},
		{
			name: "alert without a way to send it", nix: true,
			breaks:  "the mail is made and goes nowhere",
			applies: mailed,
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					base := dig(r.hosts[h.Name], "base")
					account := dig(base, "programs", "msmtp", "accounts", "default")
					f.unless(text(base, "programs", "msmtp", "enable") == "true" && text(account, "host") == r.site.Alerts.SMTP.Host && text(account, "passwordeval") != "", "%s has no transport", h.Name)
					f.unless(text(base, "services", "smartd", "notifications", "mail", "recipient") == r.site.Alerts.Email, "%s: smartd mails nobody", h.Name)
					if len(h.Arrays) > 0 {
						f.unless(strings.Contains(text(base, "boot", "swraid", "mdadmConf"), `/bin/msmtp "$to"`), "%s: PROGRAM mails nobody", h.Name)
					}
				}
				return f
			},
			again: []func(map[string]string){
				swap(baseNix, `^  programs\.msmtp = \{\n    enable = true;`, "  programs.msmtp = {\n    enable = false;"), swap(baseNix, ` \| \S+/bin/msmtp "\$to"`, ""),
				swap(baseNix, `^    recipient = .*\n`, ""), swap(baseNix, `^ +passwordeval = .*\n`, ""),
			},
		},
	}
}
