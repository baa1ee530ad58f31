package main

import (
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/site"
)

// loginFaults are about who gets in, and with what.
func loginFaults() []fault {
	return []fault{
		{
			name: "nobody's key in the configuration", nix: true,
			breaks: "nixos-anywhere copies keys into its installer only, and root has no password: locked out after the first start",
			check: func(r *output) []string {
				var f finding
				for _, host := range r.hostNames() {
					users := dig(r.hosts[host], "machine", "users", "users")
					f.unless(len(texts(users, "root", "openssh", "authorizedKeys", "keys")) > 0, "%s: root has no key", host)
					admins := 0
					for _, name := range entries(users) {
						if slices.Contains(texts(users, name, "extraGroups"), "wheel") {
							admins += len(texts(users, name, "openssh", "authorizedKeys", "keys"))
						}
					}
					f.unless(admins > 0, "%s: nobody in wheel has a key", host)
				}
				return f
			},
			again: []func(map[string]string){
				swap(machineNix, `(?s)^(  users\.users\.root\.openssh\.authorizedKeys\.keys = )\[\n.*?\n  \];`, "$1[ ];"),
				swap(machineNix, `(?s)^(    openssh\.authorizedKeys\.keys = )\[\n.*?\n    \];`, "$1[ ];"), swap(machineNix, `^      "wheel"\n`, ""),
			},
		},
		{
			name: "no state version", nix: true,
			breaks: "the next release takes data for its own format; NixOS warns and takes the newest",
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					f.unless(text(r.hosts[h.Name], "machine", "system", "stateVersion") == h.StateVersion, "%s", h.Name)
				}
				return f
			},
			again: []func(map[string]string){swap(machineNix, `^  system\.stateVersion = .*\n`, ""), swap(machineNix, `(system\.stateVersion = ).*`, `${1}"20.09";`)},
		},
		{
			name: "state version that a flake changes", nix: true,
			breaks:  "a flake that says one release for all of its hosts takes data of an older one for its own",
			applies: func(r *output) bool { return r.site.OwnFlake() },
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					refused := false // the hosts are evaluated with a release that none was installed with
					for _, a := range list(r.hosts[h.Name], "machine", "assertions") {
						refused = refused || text(a, "assertion") == "false" && strings.Contains(text(a, "message"), "system.stateVersion")
					}
					f.unless(refused, "%s", h.Name)
				}
				return f
			},
			again: []func(map[string]string){swap(machineNix, `config\.system\.stateVersion == `, "true || $0"), swap(machineNix, `(?s)^  assertions = \[.*?\n  \];\n`, "")},
		},
		{
			name: "shell that is not installed", nix: true,
			breaks: "a failed assertion of NixOS: shell = pkgs.zsh wants programs.zsh.enable (nixpkgs users-groups.nix)",
			applies: func(r *output) bool {
				for p := range r.files {
					if strings.HasSuffix(p, "/default.nix") && strings.Contains(r.files[p], "shell = pkgs.") {
						return true
					}
				}
				return false
			},
			check: func(r *output) []string {
				var f finding
				for _, host := range r.hostNames() {
					users := dig(r.hosts[host], "machine", "users", "users")
					for _, name := range entries(users) {
						shell := strings.TrimPrefix(text(users, name, "shell"), "/stub/")
						f.unless(shell == "" || text(r.hosts[host], "machine", "programs", shell, "enable") == "true", "%s: %s of %s", host, shell, name)
					}
				}
				return f
			},
			again: []func(map[string]string){swap(machineNix, `^  programs\.zsh\.enable = true;\n`, ""), swap(machineNix, `^  programs\.fish\.enable = true;\n`, "")},
		},
		{
			name: "password that comes too late", nix: true,
			breaks:  "users are made before ordinary secrets are decrypted: without neededForUsers the account has no password",
			applies: func(r *output) bool { return strings.Contains(r.spec, "password: true") },
			check: func(r *output) []string {
				var f finding
				passwords := 0
				for _, host := range r.hostNames() {
					users := dig(r.hosts[host], "machine", "users", "users")
					for _, name := range entries(users) {
						if file := text(users, name, "hashedPasswordFile"); file != "" {
							passwords++ // the stub puts those that are needed for users below /users
							f.unless(strings.HasPrefix(file, "/users/"), "%s: %s of %s", host, file, name)
						}
					}
				}
				f.unless(passwords == strings.Count(r.spec, "password: true"), "%d passwords", passwords)
				return f
			},
			again: []func(map[string]string){swap(machineNix, `\.neededForUsers = true;`, " = { };"), swap(machineNix, `^    hashedPasswordFile = .*\n`, "")},
		},
		{
			name: "key of sops-nix that is not set, or a path", nix: true,
			breaks: "by default only the SSH host key decrypts, which is nobody's recipient; a path literal copies the private key into the readable store",
			check: func(r *output) []string {
				var f finding
				f.unless(r.keyFile == "string", "age.keyFile is of type %s", r.keyFile)
				for _, host := range r.hostNames() {
					file := text(r.hosts[host], "base", "sops", "age", "keyFile")
					f.unless(strings.Contains(r.files["scripts/install-"+host+".sh"], `"$tmp/extra`+file+`"`), "%s: the install does not put a key at %q", host, file)
				}
				return f
			},
			again: []func(map[string]string){
				swap(baseNix, `^    age\.keyFile = .*\n`, ""), swap(baseNix, `age\.keyFile = "(.*)";`, "age.keyFile = $1;"), swap(baseNix, `(age\.keyFile = ").*"`, `$1/etc/sops/age.txt"`),
				swap("scripts/install-*.sh", `/var/lib/sops-nix/keys\.txt`, "/var/lib/sops/keys.txt"),
			},
		},
		{
			name: "passwords on an open port 22", nix: true,
			breaks: "password and keyboard-interactive log-ins are on by default, and the port is open for the day that the tunnel is down",
			check: func(r *output) []string {
				var f finding
				for _, host := range r.hostNames() {
					settings := dig(r.hosts[host], "base", "services", "openssh", "settings")
					for _, name := range []string{"PasswordAuthentication", "KbdInteractiveAuthentication"} {
						f.unless(text(settings, name) == "false", "%s: %s", host, name)
					}
					f.unless(text(settings, "PermitRootLogin") == "prohibit-password" || text(settings, "PermitRootLogin") == "no", "%s: PermitRootLogin", host)
				}
				return f
			},
			again: []func(map[string]string){
				swap(baseNix, `^ +PasswordAuthentication = .*\n`, ""), swap(baseNix, `^ +KbdInteractiveAuthentication = .*\n`, ""), swap(baseNix, `"prohibit-password"`, `"yes"`),
			},
		},
		{
			name: "certificates that open whoever has the same name", nix: true,
			breaks: "a certificate of Access says only what stands before the @: without lists, root@elsewhere.example is root",
			applies: func(r *output) bool {
				return slices.ContainsFunc(r.site.Hosts, func(h *site.Host) bool { return h.SSH.CA != "" })
			},
			check: certificatesListed,
			again: []func(map[string]string){
				swap(machineNix, `^    AuthorizedPrincipalsFile = .*\n`, ""), swap(machineNix, `(?s)authorizedPrincipals = \[\n.*?\n( +)\];`, "authorizedPrincipals = [\n      \"root\"\n$1];"),
				swap(machineNix, `TrustedUserCAKeys = .*`, `TrustedUserCAKeys = "/etc/ssh/ca.pub";`), swap(machineNix, `^    AuthorizedPrincipalsFile = .*`, `    AuthorizedPrincipalsFile = "none";`),
			},
		},
		{
			name: "no way in but the tunnel", nix: true,
			breaks: "when the tunnel is down, so is the host for those who could repair it",
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					f.unless(text(r.hosts[h.Name], "base", "services", "openssh", "enable") == "true", "%s: no sshd", h.Name)
					rules := text(r.hosts[h.Name], "machine", "networking", "firewall", "extraInputRules")
					named := strings.Contains(rules, "tcp dport 22 accept")
					open := text(r.hosts[h.Name], "machine", "services", "openssh", "openFirewall") != "false" && text(r.hosts[h.Name], "base", "services", "openssh", "openFirewall") != "false"
					f.unless(open || named, "%s: port 22 is closed", h.Name)
					f.unless(len(h.SSHFrom) == 0 || !open, "%s: port 22 is open to others than the spec names", h.Name)
					for _, prefix := range h.SSHFrom {
						f.unless(regexp.MustCompile(`saddr \{[^}]*`+regexp.QuoteMeta(prefix.String())).MatchString(rules), "%s: not from %s", h.Name, prefix)
					}
				}
				return f
			},
			again: []func(map[string]string){
				both(swap(baseNix, `^  services\.openssh = \{\n`, "  services.openssh = {\n    openFirewall = false;\n"), swap(machineNix, `tcp dport 22 accept`, "tcp dport 2222 accept")),
				swap(baseNix, `(services\.openssh = \{\n    enable = )true`, "${1}false"),
			},
		},
	}
}

// certificatesListed reads what sshd would: the key that signs, and the names that open
// each user.
func certificatesListed(r *output) []string {
	var f finding
	for _, h := range r.site.Hosts {
		if h.SSH.CA == "" {
			continue
		}
		m := dig(r.hosts[h.Name], "machine")
		ca := strings.TrimPrefix(text(m, "services", "openssh", "settings", "TrustedUserCAKeys"), "/etc/")
		f.unless(strings.TrimSpace(text(m, "environment", "etc", ca, "text")) == h.SSH.CA, "%s: sshd does not read the key that signs", h.Name)
		f.unless(text(m, "services", "openssh", "settings", "AuthorizedPrincipalsFile") == "/etc/ssh/authorized_principals.d/%u", "%s: no lists of names", h.Name)
		names := func(user string) []string { return texts(m, "users", "users", user, "openssh", "authorizedPrincipals") }
		var wheel []string
		for _, u := range h.Users {
			var want []string
			for _, address := range u.Emails {
				want = append(want, strings.Split(address, "@")[0])
			}
			if slices.Contains(u.Groups, "wheel") {
				wheel = append(wheel, want...)
			}
			f.unless(slices.Equal(slices.Sorted(slices.Values(want)), names(u.Name)), "%s: %q open %s", h.Name, names(u.Name), u.Name)
		}
		f.unless(slices.Equal(slices.Sorted(slices.Values(wheel)), names("root")), "%s: %q open root", h.Name, names("root"))
	}
	return f
}
