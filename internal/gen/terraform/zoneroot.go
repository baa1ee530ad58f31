package terraform

import (
	"slices"

	"sitegen/internal/site"
	"sitegen/internal/tf"
	"sitegen/internal/tree"
)

// zoneRoot writes a root that has some of the zones, with what Cloudflare keeps in
// them. The tunnels are the site's own root's, which is applied first, and are looked
// up by name; so is the account.
func zoneRoot(s *site.Site, dir string) ([]tree.File, error) {
	return root(s, dir, []part{
		{name: "cloudflare-redirects.tf", write: redirects, leave: len(s.Redirects) == 0},
		{name: "cloudflare-zones.tf", write: madeZones},
		{name: "cloudflare.tf", write: zonesAlone},
		{name: "outputs.tf", write: zoneOutputs},
		{name: "providers.tf", write: cloudflareProvider},
		{name: "versions.tf", write: zoneVersions},
	})
}

func zonesAlone(f *tf.File, s *site.Site) {
	var tunnels []string
	for _, z := range s.Zones {
		tunnels = append(tunnels, s.TunnelOf(z.Name))
	}
	slices.Sort(tunnels)

	l := zoneLocals(f, s)
	l.Set("account_id", accountID(s))
	l.Set("tunnel_ids", tf.Fixed("{ for name, tunnel in data.cloudflare_zero_trust_tunnel_cloudflared.by_name : name => tunnel.id }"))
	lookups(f, s)

	f.Comment("The site's own Terraform root makes the tunnels. One that was deleted keeps its name.")
	d := f.Block("data", "cloudflare_zero_trust_tunnel_cloudflared", "by_name")
	d.Set("for_each", tf.Call("toset", tf.Strings(slices.Compact(tunnels))))
	d.Set("account_id", tf.Ref("local", "account_id"))
	d.Set("filter", tf.Object(fields{"is_deleted": tf.Bool(false), "name": tf.Ref("each", "key")}))

	tunnelRecords(f, tf.Fixed("local.tunnel_ids[local.zones[each.value].tunnel]"),
		"A record that it takes the place of is gone. cloudflared leads to no hostname before Access guards it.")
	records(f, s)
}

func zoneVersions(f *tf.File, s *site.Site) {
	v := s.Versions.Providers
	terraformBlock(f, s, []pin{ownPin("cloudflare", v.Cloudflare), ownPin("sops", v.Sops)},
		"The state is the file terraform.tfstate here, kept out of git: give the spec an S3-compatible bucket.")
}

// cloudflareProvider is the provider with its token.
func cloudflareProvider(f *tf.File, s *site.Site) {
	f.Comment("The token is decrypted with the operator's own age key at each run, and is in no state and no plan.")
	f.Block("ephemeral", "sops_file", sopsFile).Set("source_file", inModule(toRoot+s.K8sSecrets()))
	f.Block("provider", "cloudflare").Set("api_token", secret(site.KeyCloudflareToken))
}
