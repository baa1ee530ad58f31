package terraform

import (
	"slices"

	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// outputs are those of the site's own root; own is the site with the zones in it.
func outputs(f *tf.File, s, own *site.Site) {
	o := f.Block("output", "tunnel_id")
	o.Set("description", tf.String("the tunnel that every hostname leads to"))
	o.Set("value", tunnelID(s.Connectors()[0]))

	hostnamesOutput(f)

	o = f.Block("output", "guarded_hostnames")
	o.Set("description", tf.String("those of them that want a log-in first"))
	o.Set("value", tf.Fixed("sort(keys(local.access))"))

	registrarOutputs(f, own)

	if len(s.ServiceTokens()) > 0 {
		o = f.Block("output", "service_tokens")
		o.Set("description", tf.String("what machines show in the headers CF-Access-Client-Id and CF-Access-Client-Secret"))
		o.Set("value", tf.Fixed(`{
    for name, token in cloudflare_zero_trust_access_service_token.token : name => {
      client_id     = token.client_id
      client_secret = token.client_secret
      expires_at    = token.expires_at
    }
  }`))
		o.Set("sensitive", tf.Bool(true))
	}

	if len(certified(s)) > 0 {
		o = f.Block("output", "ssh_ca")
		o.Set("description", tf.String("what signs SSH certificates for each host's hostname: ssh.ca of the host in the site spec"))
		o.Set("value", tf.Fixed("{ for hostname, ca in cloudflare_zero_trust_access_short_lived_certificate.ssh : hostname => ca.public_key }"))
	}

	o = f.Block("output", "next_steps")
	o.Set("description", tf.String("what to look at now"))
	o.Set("value", tf.Strings(nextSteps(s)))
}

// zoneOutputs are those of a root that has zones alone.
func zoneOutputs(f *tf.File, s *site.Site) {
	hostnamesOutput(f)
	registrarOutputs(f, s)
}

func hostnamesOutput(f *tf.File) {
	o := f.Block("output", "hostnames")
	o.Set("description", tf.String("every hostname that resolves to the tunnel"))
	o.Set("value", tf.Fixed("sort(keys(local.hostnames))"))
}

// registrarOutputs are what the registrars of zones want to know.
func registrarOutputs(f *tf.File, s *site.Site) {
	if slices.ContainsFunc(s.Zones, func(z site.Zone) bool { return z.Create }) {
		o := f.Block("output", "name_servers")
		o.Set("description", tf.String("for the registrars of the zones that were made here"))
		o.Set("value", tf.Fixed("{ for name, zone in cloudflare_zone.created : name => zone.name_servers }"))
	}
	if slices.ContainsFunc(s.Zones, func(z site.Zone) bool { return z.DNSSEC }) {
		o := f.Block("output", "dnssec_ds")
		o.Set("description", tf.String("for the registrars of the zones that are signed"))
		o.Set("value", tf.Fixed("{ for name, dnssec in cloudflare_zone_dnssec.signed : name => dnssec.ds }"))
	}
}

func nextSteps(s *site.Site) []string {
	// By ssh: the way to the API that Terraform came by is closed when this is read.
	steps := []string{"ssh " + s.Server.Name + " k3s kubectl -n argocd get applications"}
	for _, r := range s.Routes {
		switch r.Kind {
		case site.RouteArgoCD:
			steps = append(steps, "Argo CD: https://"+r.Hostname)
		case site.RouteHubble:
			steps = append(steps, "Hubble: https://"+r.Hostname)
		case site.RouteSSH:
			steps = append(steps, "ssh to "+r.Owner+": cloudflared access ssh --hostname "+r.Hostname)
		}
	}
	return append(steps, "scripts/verify-"+s.Name+".sh")
}
