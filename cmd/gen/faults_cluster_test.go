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
		for _, module := range []string{"base", "k3s", "machine", "network"} {
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
			breaks:  "the alert is made and goes nowhere",
			applies: mailed,
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					base := dig(r.hosts[h.Name], "base")
					if smtp := r.site.Alerts.SMTP; smtp != nil {
						account := dig(base, "programs", "msmtp", "accounts", "default")
						f.unless(text(base, "programs", "msmtp", "enable") == "true" && text(account, "host") == smtp.Host && text(account, "passwordeval") != "", "%s has no transport", h.Name)
					}
					f.unless(strings.Contains(text(base, "services", "smartd", "defaults", "monitored"), "/bin/notify "), "%s: smartd tells nobody", h.Name)
					f.unless(text(base, "services", "smartd", "notifications", "mail", "enable") == "false", "%s: the module's own script takes the place of ours", h.Name)
					if len(h.Arrays) > 0 {
						f.unless(strings.Contains(text(base, "boot", "swraid", "mdadmConf"), "/bin/notify "), "%s: PROGRAM tells nobody", h.Name)
					}
					if len(h.Pools) > 0 {
						f.unless(strings.Contains(text(r.hosts[h.Name], "zfs", "services", "zfs", "zed", "settings", "ZED_EMAIL_PROG"), "/bin/notify "), "%s: ZED tells nobody", h.Name)
					}
				}
				return f
			},
			again: []func(map[string]string){
				swap(baseNix, `^  programs\.msmtp = \{\n    enable = true;`, "  programs.msmtp = {\n    enable = false;"), swap(baseNix, `^ +passwordeval = .*\n`, ""),
				both(swap(baseNix, `^ +\$\{notify\}/bin/notify "\$text".*\n`, ""), swap(zfsNix, `^ +ZED_EMAIL_PROG = .*\n`, "")), swap(baseNix, `^ +defaults\.monitored = .*\n`, ""), swap(baseNix, `^ +notifications\.mail\.enable = .*\n`, ""),
			},
		},
		{
			name: "alert every five seconds", nix: true,
			breaks:  "systemd fails a unit each time that it starts it again (systemd#33710): a k3s that waits for another server fills mailboxes",
			applies: mailed,
			check: eachHost(func(f *finding, host string, m any) {
				script := text(m, "base", "systemd", "services", "alert@", "serviceConfig", "ExecStart")
				muted, sent := strings.Index(script, "then exit 0"), strings.Index(script, "/bin/notify ")
				f.unless(strings.Contains(script, "NRestarts=[1-9]") && muted >= 0 && muted < sent, "%s", host)
				f.unless(strings.Contains(script, `/bin/touch "$told"`), "%s does not know what it told", host)
			}),
			again: []func(map[string]string){swap(baseNix, `^ +\*NRestarts=.*\n`, ""), swap(baseNix, `; then exit 0; fi`, "; then :; fi"), swap(baseNix, `^ +\$\{pkgs\.coreutils\}/bin/touch "\$told"\n`, "")},
		},
		{
			name: "unit that fails in silence", nix: true,
			breaks:  "a backup, a check or k3s itself stays down until somebody looks",
			applies: mailed,
			check: eachHost(func(f *finding, host string, m any) {
				drops := map[string]string{}
				for _, p := range list(m, "base", "systemd", "packages") {
					drops[text(p, "path")] = text(p, "text")
				}
				f.unless(strings.Contains(drops["etc/systemd/system/service.d/10-alert.conf"], "OnFailure=alert@%n.service"), "%s", host)
				again, masked := drops["etc/systemd/system/alert@.service.d/10-alert.conf"]
				f.unless(masked && again == "", "%s: an alert that fails alerts, and so on", host)
				f.unless(strings.Contains(text(m, "base", "systemd", "services", "alert@", "serviceConfig", "ExecStart"), "/bin/notify "), "%s: the unit tells nobody", host)
			}),
			again: []func(map[string]string){
				swap(baseNix, `^ +\(pkgs\.writeTextDir "etc/systemd/system/service\.d.*\n`, ""), swap(baseNix, `^ +\(pkgs\.writeTextDir "etc/systemd/system/alert@.*\n`, ""),
				swap(baseNix, `^ +serviceConfig\.ExecStart = "\$\{failedUnit\} %i";\n`, ""),
			},
		},
	}
}
