package nixos

import (
	"fmt"
	"sitegen/internal/site"
	"strings"
	"testing"
)

// TestLogIn: keys only for everybody, root by the keys of wheel, sudo without a
// password that nobody has, and shells that NixOS knows.
func TestLogIn(t *testing.T) {
	t.Parallel()
	h := host(t, withAgent(t), "web2", "6.12")
	sshd := h.at("base", "services", "openssh")
	sshd.at("enable").is(true)
	sshd.at("settings").is(attrs{"KbdInteractiveAuthentication": false, "PasswordAuthentication": false, "PermitRootLogin": "prohibit-password"})
	h.at("base", "security", "sudo", "wheelNeedsPassword").is(false)

	machine := h.at("machine")
	machine.at("users", "users").is(attrs{
		"root": attrs{"openssh": attrs{"authorizedKeys": attrs{"keys": list(key + "maria")}}},
		"maria": attrs{
			"isNormalUser": true, "uid": 1000.0, "extraGroups": list("wheel"), "shell": "/stub/zsh",
			"hashedPasswordFile": "/users/password_maria", "openssh": attrs{"authorizedKeys": attrs{"keys": list(key + "maria")}},
		},
		"tom": attrs{"isNormalUser": true, "openssh": attrs{"authorizedKeys": attrs{"keys": list(key + "tom")}}},
	})
	machine.at("programs").is(attrs{"zsh": attrs{"enable": true}})
	machine.at("system", "stateVersion").is("25.11")
	machine.at("time", "timeZone").is("Europe/Copenhagen")
}

// TestCertificates: a certificate opens the users that list its name, and with no key
// that signs them said, sshd is as it was.
func TestCertificates(t *testing.T) {
	t.Parallel()
	more := `
access: ssh: emails: ["ops@example.com", "m.k+ssh@example.org", "tom@example.org"]
hosts: web2: {
	ssh: {access: "ssh", certificates: true%s}
	users: maria: emails: ["m.k+ssh@example.org", "ops@example.com"]
	users: tom: emails: ["tom@example.org"]
}
`
	ca := key + "open-ssh-ca@cloudflareaccess.org"
	s := withAgent(t, fmt.Sprintf(more, `, ca: "`+ca+`"`))
	machine := host(t, s, "web2", "6.12").at("machine")
	machine.at("environment", "etc", "ssh/access-ca.pub", "text").is(ca + "\n")
	machine.at("services", "openssh", "settings").is(attrs{"TrustedUserCAKeys": "/etc/ssh/access-ca.pub", "AuthorizedPrincipalsFile": "/etc/ssh/authorized_principals.d/%u"})
	users := machine.at("users", "users")
	users.at("root", "openssh").is(attrs{"authorizedKeys": attrs{"keys": list(key + "maria")}, "authorizedPrincipals": list("m.k+ssh", "ops")})
	users.at("maria", "openssh", "authorizedPrincipals").is(list("m.k+ssh", "ops"))
	users.at("tom", "openssh").is(attrs{"authorizedKeys": attrs{"keys": list(key + "tom")}, "authorizedPrincipals": list("tom")})

	early := host(t, withAgent(t, fmt.Sprintf(more, "")), "web2", "6.12").at("machine")
	if early.has("environment") || early.at("services", "openssh").has("settings") || early.at("users", "users", "root", "openssh").has("authorizedPrincipals") {
		t.Error("sshd takes certificates of nobody's")
	}
}

// TestOwnFlake: a hand-written flake may say what the machine says, and another name or
// release stops the build.
func TestOwnFlake(t *testing.T) {
	t.Parallel()
	s := cases(t)["own"]
	text := files(t, s)["machines/web1/default.nix"]
	for _, line := range []string{`networking.hostName = lib.mkDefault "web1";`, `time.timeZone = lib.mkDefault "UTC";`, `system.stateVersion = lib.mkDefault "25.11";`} {
		if !strings.Contains(text, line) {
			t.Errorf("no %s", line)
		}
	}
	var failed []string
	for _, a := range host(t, s, "web1", "7.0").at("machine", "assertions").v.([]any) {
		if a := a.(attrs); a["assertion"] == false {
			failed = append(failed, a["message"].(string))
		}
	}
	same(t, "what fails", failed, "the host was installed with 25.11, on which data formats depend, and system.stateVersion says 20.09")
	if text := files(t, newSite(t))["machines/web1/default.nix"]; strings.Contains(text, "mkDefault") || strings.Contains(text, "config.system.stateVersion") {
		t.Error("gen's own flake says none of it")
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	h := host(t, withAgent(t), "web2", "6.12")
	h.at("base", "sops").is(attrs{
		"age":   attrs{"keyFile": "/var/lib/sops-nix/keys.txt", "sshKeyPaths": []any{}},
		"gnupg": attrs{"sshKeyPaths": []any{}},
	})
	sops := h.at("machine", "sops")
	sops.at("secrets").is(attrs{"k3s_token": attrs{}, "password_maria": attrs{"neededForUsers": true}, "smtp_password": attrs{}})
	if file := sops.at("defaultSopsFile").text(); !strings.HasSuffix(file, "/secrets/hosts/web2/host-secrets.yaml") {
		t.Errorf("secrets are read from %s", file)
	}
	if host(t, cases(t)["quiet"], "web1", "7.0").at("machine").has("sops") {
		t.Error("a host without secrets names a file of them")
	}
}

// TestFirewallLetsPodsIn: see cilium#31565 for reverse path filtering.
func TestFirewallLetsPodsIn(t *testing.T) {
	t.Parallel()
	h := host(t, newSite(t), "web1", "7.0")
	h.at("base", "networking").is(attrs{
		"useNetworkd": true, "useDHCP": false, "tempAddresses": "disabled", "dhcpcd": attrs{"enable": false}, "nftables": attrs{"enable": true},
		"firewall": attrs{"enable": true, "checkReversePath": "loose", "logRefusedConnections": false},
	})
	h.at("k3s", "networking", "firewall").is(attrs{"trustedInterfaces": list("cilium_*", "lxc*")})
	h.at("k3s", "systemd", "network", "config", "networkConfig").is(attrs{"ManageForeignRoutes": false, "ManageForeignRoutingPolicyRules": false})
	sysctl := h.at("k3s", "boot", "kernel", "sysctl")
	sysctl.at("net.ipv4.conf.lxc*.rp_filter").is(0.0)
	sysctl.at("net.ipv4.conf.cilium_*.rp_filter").is(0.0)
	sysctl.at("net.core.rmem_max").is(7500000.0)
	// Since 26.05 NixOS itself sets this; less would take pods something away.
	sysctl.at("fs.inotify.max_user_instances").is(524288.0)
	if h.at("machine", "networking").has("firewall") {
		t.Error("port 22 is not left open to everybody")
	}
}

func TestFirewallBetweenNodes(t *testing.T) {
	t.Parallel()
	s := withAgent(t)
	for encrypt, port := range map[bool]int{true: 51871, false: 8472} {
		s.Cluster.Encrypt = encrypt
		rules := host(t, s, "web2", "6.12").at("k3s", "networking", "firewall", "extraInputRules")
		rules.contains("ip saddr { 203.0.113.10, 198.51.100.7 } tcp dport { 22, 4240, 4244, 6443, 10250 } accept\n")
		rules.contains(fmt.Sprintf("ip saddr { 203.0.113.10, 198.51.100.7 } udp dport %d accept\n", port))
		if strings.Count(rules.text(), "udp") != 1 {
			t.Errorf("more than one port for the pods' traffic:\n%s", rules.text())
		}
	}
	s.Routes = append(s.Routes, site.Route{Kind: site.RouteOwn, Target: site.Target{Node: true, Port: 9100}}, site.Route{Kind: site.RouteOwn, Target: site.Target{Port: 5000}})
	host(t, s, "web2", "6.12").at("k3s", "networking", "firewall", "extraInputRules").contains("} tcp dport { 9100 } accept\n")
	machine := host(t, s, "web2", "6.12").at("machine")
	machine.at("services", "openssh", "openFirewall").is(false)
	machine.at("networking", "firewall", "extraInputRules").is("ip saddr { 198.51.100.0/24 } tcp dport 22 accept\nip6 saddr { 2001:db8:77::/48 } tcp dport 22 accept\n")
}

func TestK3s(t *testing.T) {
	t.Parallel()
	flags := list(
		"--disable-kube-proxy", "--disable-network-policy", "--disable=servicelb", "--disable=traefik",
		"--flannel-backend=none", "--secrets-encryption", "--write-kubeconfig-mode=600",
		"--cluster-cidr=10.42.0.0/16", "--service-cidr=10.43.0.0/16", "--cluster-dns=10.43.0.10")
	server := host(t, newSite(t), "web1", "7.0")
	server.at("k3s", "services", "k3s", "extraFlags").is(flags)
	server.at("machine", "services", "k3s").is(attrs{"role": "server", "extraFlags": list("--node-ip=203.0.113.10")})

	s := withAgent(t)
	server = host(t, s, "web1", "7.0")
	server.at("k3s", "services", "k3s", "extraFlags").is(append(flags, "[--tls-san=k8s.example.com]"))
	server.at("machine", "services", "k3s").is(attrs{"role": "server", "extraFlags": list("--node-ip=203.0.113.10"), "tokenFile": "/run/k3s_token"})
	agent := host(t, s, "web2", "7.0")
	agent.at("k3s", "services", "k3s", "extraFlags").is([]any{})
	agent.at("machine", "services", "k3s").is(attrs{
		"role": "agent", "serverAddr": "https://203.0.113.10:6443", "tokenFile": "/run/k3s_token", "extraFlags": list("--node-ip=198.51.100.7"),
	})
}
