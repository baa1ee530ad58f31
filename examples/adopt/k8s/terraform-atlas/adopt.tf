# Written by gen adopt --state, once: delete this file after the apply.

# The secret that the tunnel has, so that the connectors which run go on. A plan shows it: make the plan where
# nobody else reads it, and not in CI.
variable "adopted_tunnel_secret" {
  description = "secret of the tunnel as it is, in base64"
  type        = string
}

moved {
  from = cloudflare_tunnel.atlas
  to   = cloudflare_zero_trust_tunnel_cloudflared.site
}

import {
  # cloudflare_record.mx
  to = cloudflare_dns_record.record["workshop.example MX"]
  id = "9f8e7d6c5b4a39281706f5e4d3c2b1a0/00000000000000000000000000abc003"
}

import {
  # cloudflare_record.spf
  to = cloudflare_dns_record.record["workshop.example TXT"]
  id = "9f8e7d6c5b4a39281706f5e4d3c2b1a0/00000000000000000000000000abc004"
}

import {
  # cloudflare_record.wildcard
  to = cloudflare_dns_record.tunnel["*.workshop.example"]
  id = "9f8e7d6c5b4a39281706f5e4d3c2b1a0/00000000000000000000000000abc001"
}

import {
  # cloudflare_record.bakery
  to = cloudflare_dns_record.tunnel["bakery.example"]
  id = "0b8f3c5d7a9e4c1f8d2b6a4e9c7f1d3a/00000000000000000000000000abc005"
}

import {
  # cloudflare_record.harbor
  to = cloudflare_dns_record.tunnel["harbor.example"]
  id = "5e2a9d4c6b8f4e7a1c3d5f7b9a2e4c6d/00000000000000000000000000abc007"
}

import {
  # cloudflare_record.root
  to = cloudflare_dns_record.tunnel["workshop.example"]
  id = "9f8e7d6c5b4a39281706f5e4d3c2b1a0/00000000000000000000000000abc002"
}

import {
  # cloudflare_record.bakery_www
  to = cloudflare_dns_record.tunnel["www.bakery.example"]
  id = "0b8f3c5d7a9e4c1f8d2b6a4e9c7f1d3a/00000000000000000000000000abc006"
}

import {
  # cloudflare_access_application.argocd
  to = cloudflare_zero_trust_access_application.site["argocd.workshop.example"]
  id = "accounts/0a1b2c3d4e5f60718293a4b5c6d7e8f9/00000001-1111-4222-8333-444455556666"
}

import {
  # cloudflare_access_application.billing
  to = cloudflare_zero_trust_access_application.site["billing.workshop.example"]
  id = "accounts/0a1b2c3d4e5f60718293a4b5c6d7e8f9/00000003-1111-4222-8333-444455556666"
}

import {
  # cloudflare_access_application.hubble
  to = cloudflare_zero_trust_access_application.site["hubble.workshop.example"]
  id = "accounts/0a1b2c3d4e5f60718293a4b5c6d7e8f9/00000002-1111-4222-8333-444455556666"
}

import {
  # cloudflare_access_application.ssh
  to = cloudflare_zero_trust_access_application.site["ssh.workshop.example"]
  id = "accounts/0a1b2c3d4e5f60718293a4b5c6d7e8f9/00000004-1111-4222-8333-444455556666"
}

import {
  # kubernetes_namespace.argocd
  to = kubernetes_namespace_v1.argocd
  id = "argocd"
}

import {
  # kubernetes_namespace.cloudflared
  to = kubernetes_namespace_v1.cloudflared
  id = "cloudflared"
}

import {
  # kubernetes_secret.cloudflared_credentials
  to = kubernetes_secret_v1.cloudflared_credentials
  id = "cloudflared/cloudflared-credentials"
}

import {
  # kubernetes_secret.sops_age_key
  to = kubernetes_secret_v1.sops_age_key
  id = "argocd/sops-age-key"
}

import {
  # the secret of cloudflare_tunnel.atlas
  to = random_bytes.tunnel_secret
  id = var.adopted_tunnel_secret
}

# No file has these any more. Terraform lets go of them, and they stay as they are.
removed {
  from = kubernetes_namespace.argocd

  lifecycle {
    destroy = false
  }
}

removed {
  from = kubernetes_namespace.cloudflared

  lifecycle {
    destroy = false
  }
}

removed {
  from = kubernetes_secret.argocd_repo_key

  lifecycle {
    destroy = false
  }
}

removed {
  from = kubernetes_secret.cloudflared_credentials

  lifecycle {
    destroy = false
  }
}

removed {
  from = kubernetes_secret.sops_age_key

  lifecycle {
    destroy = false
  }
}

removed {
  from = null_resource.wait_for_cilium

  lifecycle {
    destroy = false
  }
}

removed {
  from = random_id.tunnel_secret

  lifecycle {
    destroy = false
  }
}
