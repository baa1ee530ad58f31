package terraform

import (
	"strings"

	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// idpGroup is a group of an identity provider: the kind of its condition, and what
// the rule of that kind needs.
func idpGroup(idp site.IdP, group string) (kind string, of fields) {
	of = fields{"idp": tf.String(idp.Name)}
	switch idp.Type {
	case "github":
		organization, team, _ := strings.Cut(group, "/")
		of["organization"], of["team"] = tf.String(organization), tf.StringOrNull(team)
		return "github", of
	case "google-apps":
		of["email"] = tf.String(group)
		return "google_groups", of
	case "azureAD":
		of["id"] = tf.String(group)
		return "azure_groups", of
	case "okta":
		of["name"] = tf.String(group)
		return "okta_groups", of
	}
	claim, value, _ := strings.Cut(group, "=")
	of["name"], of["value"] = tf.String(claim), tf.String(value)
	return "oidc_claims", of
}

// idps writes the identity providers. The provider has no write-only argument for
// their secrets (cloudflare/terraform-provider-cloudflare#5816), so these are in the
// state: they have a file of their own, and nothing else gets there with them.
func idps(f *tf.File, s *site.Site) {
	if len(s.Logins) == 0 {
		return
	}
	all := fields{}
	for _, idp := range s.Logins {
		all[idp.Name] = tf.Object(fields{"config": tf.Object(idpConfig(idp)), "type": tf.String(idp.Type)})
	}
	f.Comment("The secrets of these clients, and nothing else, get into the state: no argument of the provider keeps them out.")
	f.Block("data", "sops_file", "idps").Set("source_file", inModule(toRoot+s.IdPSecrets()))

	l := f.Block("locals")
	l.Set("idps", tf.Map(all))
	l.Set("idp_ids", tf.Fixed("{ for name, idp in cloudflare_zero_trust_access_identity_provider.idp : name => idp.id }"))

	r := f.Block("resource", "cloudflare_zero_trust_access_identity_provider", "idp")
	r.Set("for_each", tf.Ref("local", "idps"))
	r.Set("account_id", tf.Ref("local", "account_id"))
	r.Set("name", tf.Ref("each", "key"))
	r.Set("type", tf.Ref("each", "value", "type"))
	r.Set("config", tf.Fixed("merge(each.value.config, { client_secret = data.sops_file.idps.data[each.key] })"))
	replacedFirst(r)
}

// idpConfig is what the type of a provider takes: the plugin refuses the rest
// (zero_trust_access_identity_provider/schema.go).
func idpConfig(idp site.IdP) fields {
	config := fields{"client_id": tf.String(idp.ClientID)}
	for name, text := range map[string]string{
		"apps_domain": idp.Domain, "auth_url": idp.AuthURL, "certs_url": idp.CertsURL, "directory_id": idp.DirectoryID,
		"okta_account": idp.Account, "token_url": idp.TokenURL,
	} {
		if text != "" {
			config[name] = tf.String(text)
		}
	}
	switch {
	case idp.Type == "azureAD" && idp.Groups:
		config["support_groups"] = tf.Bool(true)
	case idp.Type == "oidc":
		scopes := idp.Scopes
		if len(scopes) == 0 {
			scopes = []string{"openid", "email", "profile"}
		}
		config["scopes"] = tf.Strings(scopes)
		if len(idp.Claims) > 0 {
			config["claims"] = tf.Strings(idp.Claims)
		}
	}
	return config
}
