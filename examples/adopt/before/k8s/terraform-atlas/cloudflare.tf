resource "random_id" "tunnel_secret" {
  byte_length = 32
}

resource "cloudflare_tunnel" "atlas" {
  account_id = data.sops_file.k8s_secrets.data["cloudflare_account_id"]
  name       = "atlas-prod"
  secret     = random_id.tunnel_secret.b64_std
}

# The own domain, with all names below.
resource "cloudflare_record" "wildcard" {
  zone_id = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name    = "*"
  content = "${cloudflare_tunnel.atlas.id}.cfargotunnel.com"
  type    = "CNAME"
  proxied = true
}

resource "cloudflare_record" "root" {
  zone_id = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name    = "@"
  content = "${cloudflare_tunnel.atlas.id}.cfargotunnel.com"
  type    = "CNAME"
  proxied = true
}

resource "cloudflare_record" "mx" {
  zone_id  = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name     = "@"
  content  = "mx.mailhost.example"
  type     = "MX"
  priority = 10
}

resource "cloudflare_record" "spf" {
  zone_id = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name    = "@"
  content = "v=spf1 include:_spf.mailhost.example -all"
  type    = "TXT"
}

# Clients
resource "cloudflare_record" "bakery" {
  zone_id = "0b8f3c5d7a9e4c1f8d2b6a4e9c7f1d3a"
  name    = "@"
  content = "${cloudflare_tunnel.atlas.id}.cfargotunnel.com"
  type    = "CNAME"
  proxied = true
}

resource "cloudflare_record" "bakery_www" {
  zone_id = "0b8f3c5d7a9e4c1f8d2b6a4e9c7f1d3a"
  name    = "www"
  content = "${cloudflare_tunnel.atlas.id}.cfargotunnel.com"
  type    = "CNAME"
  proxied = true
}

resource "cloudflare_record" "harbor" {
  zone_id = "5e2a9d4c6b8f4e7a1c3d5f7b9a2e4c6d"
  name    = "@"
  content = "${cloudflare_tunnel.atlas.id}.cfargotunnel.com"
  type    = "CNAME"
  proxied = true
}
