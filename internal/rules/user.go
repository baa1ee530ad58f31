package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func userRules() []Rule {
	return []Rule{
		{ID: "user-name", Severity: diag.Error, Summary: "Names of users and groups start with a letter, have lower-case letters, digits, - and _, and 31 characters at most.",
			Bad: `hosts: web1: users: "Maria K": {keys: [], groups: []}`, Good: `hosts: web1: users: "maria-k": password: true`, value: true, check: checkUserNames},
		{ID: "system-user", Severity: diag.Error, Summary: "No user has the name of one that every NixOS system has.",
			Bad: `hosts: web1: users: root: {}`, Good: `hosts: web1: users: "maria-k": password: true`, value: true, check: checkSystemUsers},
		{ID: "user-group", Severity: diag.Warning, Summary: "Groups are some that NixOS makes; others have to come from a module of your own.",
			Bad: `hosts: web1: users: jonas: groups: ["weel"]`, Good: `hosts: web1: users: jonas: groups: ["wheel"]`, value: true, check: checkUserGroups},
		{ID: "uid", Severity: diag.Error, Summary: "User ids are from 1000 to 29999, the range that NixOS gives to people.",
			Bad: `hosts: web1: users: maria: uid: 100`, Good: `hosts: web1: users: maria: uid: 1000`, value: true, check: checkUIDs},
		{ID: "uid-twice", Severity: diag.Error, Summary: "No two users of a host have one id.",
			Bad: `hosts: web1: users: {maria: uid: 1000, jonas: uid: 1000}`, Good: `hosts: web1: users: {maria: uid: 1000, jonas: uid: 1001}`, check: checkUIDTwice},
		{ID: "ssh-key", Severity: diag.Error, Summary: "Keys are public SSH keys, one a line: no DSA, and no RSA under 2048 bits.",
			Bad: `hosts: web1: users: maria: keys: ["ssh-ed25519 AAAAC3Nza maria"]`, Good: `hosts: web1: users: maria: keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF maria"]`, value: true, check: checkSSHKeys},
		{ID: "login", Severity: diag.Error, Summary: "Somebody can log in as an administrator after the install: a user in wheel with a key.",
			Bad: `hosts: web1: users: maria: keys: []`, Good: `hosts: web1: users: maria: {groups: ["wheel"]}`, check: checkLogin},
		{ID: "user-login", Severity: diag.Warning, Summary: "Every user can log in, with a key or with a password.",
			Bad: `hosts: web1: users: jonas: {}`, Good: `hosts: web1: users: jonas: password: true`, check: checkUserLogin},
	}
}

// userRE is what shadow and systemd take without a doubt (systemd.io/USER_NAMES,
// strict mode); maxUser is the module's own limit (nixpkgs
// nixos/modules/config/users-groups.nix).
var userRE = format.Pattern(`^[a-z_][a-z0-9_-]*$`)

const maxUser = 31

func userNameFault(what, name string) format.Fault {
	if len(name) <= maxUser && userRE().MatchString(name) {
		return format.Fault{}
	}
	f := format.Fault{What: fmt.Sprintf("%q cannot name a %s", format.Shorten(name), what), Hint: "lower-case letters, digits, - and _, a letter first, 31 characters at most"}
	if s := format.Slug(name); s != name && len(s) <= maxUser && userRE().MatchString(s) {
		f.Meant = s
	}
	return f
}

func checkUserNames(c *checker) {
	c.eachUser(func(u *spec.User, name string, at diag.Path) {
		c.faultName(at, userNameFault("user", name))
		for i, g := range u.Groups {
			c.fault(at.With("groups", i), userNameFault("group", g))
		}
	})
}

func (c *checker) eachUser(f func(u *spec.User, name string, at diag.Path)) {
	for _, host := range slices.Sorted(maps.Keys(c.spec.Hosts)) {
		users := c.spec.Hosts[host].Users
		for _, name := range slices.Sorted(maps.Keys(users)) {
			f(users[name], name, diag.Path{"hosts", host, "users", name})
		}
	}
}

// systemUser names the accounts of every NixOS host with sshd (nixpkgs
// nixos/modules: users-groups.nix, nix-daemon.nix, sshd.nix, nscd.nix, systemd).
func systemUser(name string) bool {
	return slices.Contains([]string{"root", "nobody", "sshd", "nscd", "messagebus", "polkituser", "rtkit", "shadow", "daemon", "bin"}, name) ||
		strings.HasPrefix(name, "systemd-") || strings.HasPrefix(name, "nixbld")
}

func checkSystemUsers(c *checker) {
	c.eachUser(func(_ *spec.User, name string, at diag.Path) {
		if systemUser(name) {
			hint := "use the name of a person"
			if name == "root" {
				hint = "the keys of the users in wheel open root too"
			}
			c.reportName(at, "%q is an account of the system", name).WithHint("%s", hint)
		}
	})
}

// systemGroups are groups that NixOS makes and that people are put into (nixpkgs
// nixos/modules/config/users-groups.nix, nixos/modules/misc/ids.nix), and keys,
// which sops-nix makes.
func systemGroups() []string {
	return []string{"adm", "audio", "cdrom", "dialout", "disk", "docker", "floppy", "input", "keys", "kvm", "libvirtd", "lp", "networkmanager",
		"nixbld", "nogroup", "podman", "render", "root", "scanner", "systemd-journal", "tape", "tty", "users", "utmp", "uucp", "video", "wheel", "wireshark"}
}

func checkUserGroups(c *checker) {
	c.eachUser(func(u *spec.User, _ string, at diag.Path) {
		for i, g := range u.Groups {
			if !userNameFault("group", g).Bad() && !slices.Contains(systemGroups(), g) {
				p := c.report(at.With("groups", i), "NixOS makes no group %q by itself", g).
					WithHint("%s", cmp.Or(format.NearestHint(g, systemGroups()), "make it in a module of your own, and silence this"))
				if slices.Contains([]string{"sudo", "sudoers", "admin", "admins"}, g) {
					p.WithHint("%s", format.DidYouMean("wheel")) // what others call the administrators
				}
			}
		}
	})
}

// The range of ids for people (nixpkgs nixos/modules/config/update-users-groups.pl).
const minUID, maxUID = 1000, 29999

func checkUIDs(c *checker) {
	c.eachUser(func(u *spec.User, _ string, at diag.Path) {
		if u.UID != nil && (*u.UID < minUID || *u.UID > maxUID) {
			c.report(at.With("uid"), "%d is not from %d to %d, the ids of people", *u.UID, minUID, maxUID).WithHint("leave it out: NixOS chooses one")
		}
	})
}

func checkUIDTwice(c *checker) {
	seen := map[string]map[int]diag.Path{}
	c.eachUser(func(u *spec.User, _ string, at diag.Path) {
		if u.UID == nil {
			return
		}
		host := at[1].(string)
		if seen[host] == nil {
			seen[host] = map[int]diag.Path{}
		}
		if first, ok := seen[host][*u.UID]; ok {
			c.note(c.report(at.With("uid"), "%d is the id of %q already", *u.UID, first[3]), first.With("uid"), "the other user")
			return
		}
		seen[host][*u.UID] = at
	})
}

func checkSSHKeys(c *checker) {
	c.eachUser(func(u *spec.User, _ string, at diag.Path) {
		for i, key := range u.Keys {
			c.fault(at.With("keys", i), format.SSHKey(key))
		}
	})
}

func checkUserLogin(c *checker) {
	c.eachUser(func(u *spec.User, name string, at diag.Path) {
		certified := len(u.Emails) > 0 && c.spec.Hosts[at[1].(string)].SSH.CA != ""
		if len(u.Keys) == 0 && !u.Password && !certified && !slices.Contains(u.Groups, "wheel") {
			c.reportName(at, "%q has neither keys nor a password, and cannot log in", name).WithHint("give keys, or password: true, or leave the user out")
		}
	})
}

func checkLogin(c *checker) {
	for _, h := range c.site.Hosts {
		if len(h.RootKeys) > 0 {
			continue
		}
		p := c.report(diag.Path{"hosts", h.Name, "users"}, "nobody could log in after the install: no user in wheel has a key")
		switch i := slices.IndexFunc(h.Users, func(u *site.User) bool { return len(u.Keys) > 0 }); {
		case i >= 0:
			p.WithHint("put %q into wheel: groups: [\"wheel\"]", h.Users[i].Name)
		default:
			p.WithHint("give a user keys, and groups: [\"wheel\"]")
		}
	}
}
