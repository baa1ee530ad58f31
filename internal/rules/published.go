package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// publishedKeys are the keys that gen's own example, documentation and tests hold:
// anybody may have their private halves. TestPublishedKeys finds those that are
// missing here.
func publishedKeys() []string {
	return words(`
		age1k99xa5dvvzchp0xgjyvms7xdck9u6jt0zn4lw96cqeu9d86a55dq4y0xdf
		age1npmgmwe3rxmyu278txlzhdwyldk9x02rqja4td9uuwkpp09j2ajs73pdex
		age1a3s33vpz5kexc0qxmrcu5utr42pyy3l5385kz59n9n3w832xhfwq0me3h5
		age1evlqx68dt5js4n58pq6yjn0567f84sjlg2hfg0dc7tkucnu9yu3sadsykj
		age1j8kmmzcvwu5qnf0pttf9amzhxa4pmk3ff2xf20v2gnd6jczp7vvswydeqc
		age1rlmspzgcker7g9g2wj62m2q29psc7msp4vv67jshz8fzmpdxt35sng7j7l
		age1ywaugfkwxrxqztjm5s7p2de5ak9u7uxnqw68hvsrymlm83vpeqjqv9rkxd
		age1rvxl4d3wfkv2rdktgpr6k84clzazvw3r0xtjndn3favy46an5quqx0utk9
		age17zu7upttr57ugpk6aeyj6hy2qjmzqd8qyr5m68cq5n8qfnf69vqqkxenav
		age1f2hy9ezwer4kthkda6y24x69j3p56u5435wpuy0tx7kzzawsyd7qjdd5m3
		age1f59tqr9f579nprvwqqreygm5ehyfx659lefsqax0x2rwksy2naks0wgd6k
		age1nvf3yuhcugu0n8qak38nz8utpvzeyew5rz98ev2wd7ceewpe7vtq7hla98
		age1ree03ay6aq8tj0zmzdjqulsgnl8sphhgqlvjynuuvwyxvgyy2gesg4qvk3
		age1t5j8y44qjwfg0gwk5s5sjyu52lwzj6k0mr60xcn3327t6ne8usjqhz3xv5
		age1t94rylw6k0cu9w2pj3j3r2fy2ngnhyq6c36kh9mlt0k7ncu6nd0qsadpvv
		age1uf69xmm2r89ck6c95ce67syzceqaljf5sfa52pxx8qewfdknv53s8kkyam
		age1y8mlygllh3m35v5v0k60tu3t8h44hftdz7jr9ahumv9524q799vqgq6a35
		age1ycufztphnpv9m0nwh2d4r054rx7jjw8478f6yyrx2rce8w4uhfyqm4h89k
		AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF
		AAAAC3NzaC1lZDI1NTE5AAAAIC2vNVczmfaG8LBP3HLyX5d/sGzwPbELBhe8OnZsUMHB
		AAAAC3NzaC1lZDI1NTE5AAAAIO/t/KFZJTJdKTqMVpJ3rZLrz/aKas5my24vb86CfGkA`)
}

func checkPublishedKeys(c *checker) {
	evidence, ok := c.real()
	if !ok {
		return
	}
	published := publishedKeys()
	report := func(at diag.Path, key, what, hint string) {
		if slices.Contains(published, key) {
			p := c.report(at, "is a key of gen's own examples, and this is no example: whoever has its private half %s", what).WithHint("%s", hint)
			c.note(p, evidence, "what is no example stands here")
		}
	}
	const reads, makes = "reads the secrets", "age-keygen -o FILE makes a key of your own, and prints its public half"
	c.eachUser(func(u *spec.User, _ string, at diag.Path) {
		opens := "can log in"
		if slices.Contains(u.Groups, "wheel") {
			opens = "has root"
		}
		for i, line := range u.Keys {
			for word := range strings.FieldsSeq(line) {
				report(at.With("keys", i), word, opens, "write your own: ssh-keygen -t ed25519 makes it, the file ends with .pub")
			}
		}
	})
	for _, name := range slices.Sorted(maps.Keys(c.spec.Hosts)) {
		report(diag.Path{"hosts", name, "age"}, c.spec.Hosts[name].Age, reads, makes)
	}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Sops.People)) {
		report(diag.Path{"sops", "people", name}, c.spec.Sops.People[name], reads, makes)
	}
	report(diag.Path{"sops", "argocd"}, c.spec.Sops.ArgoCD, reads, makes)
}
