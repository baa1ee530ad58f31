resource "cloudflare_access_application" "argocd" {
  zone_id          = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name             = "Argo CD"
  domain           = "argocd.${var.primary_domain}"
  session_duration = "24h"
  type             = "self_hosted"
}

resource "cloudflare_access_policy" "argocd_email_otp" {
  application_id = cloudflare_access_application.argocd.id
  zone_id        = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name           = "Email OTP"
  precedence     = 1
  decision       = "allow"

  include {
    email = [var.admin_email]
  }
}

resource "cloudflare_access_application" "hubble" {
  zone_id          = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name             = "Hubble UI"
  domain           = "hubble.${var.primary_domain}"
  session_duration = "24h"
  type             = "self_hosted"
}

resource "cloudflare_access_policy" "hubble_email_otp" {
  application_id = cloudflare_access_application.hubble.id
  zone_id        = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name           = "Email OTP"
  precedence     = 1
  decision       = "allow"

  include {
    email = [var.admin_email]
  }
}

resource "cloudflare_access_application" "billing" {
  zone_id          = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name             = "Billing"
  domain           = "billing.${var.primary_domain}"
  session_duration = "24h"
  type             = "self_hosted"
}

resource "cloudflare_access_policy" "billing_email_otp" {
  application_id = cloudflare_access_application.billing.id
  zone_id        = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name           = "Email OTP"
  precedence     = 1
  decision       = "allow"

  include {
    email = [var.admin_email]
  }
}

resource "cloudflare_access_application" "ssh" {
  zone_id          = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name             = "SSH atlas"
  domain           = "ssh.${var.primary_domain}"
  session_duration = "730h"
  type             = "ssh"
}

resource "cloudflare_access_policy" "ssh_email_otp" {
  application_id = cloudflare_access_application.ssh.id
  zone_id        = data.sops_file.k8s_secrets.data["cloudflare_zone_id"]
  name           = "Email OTP"
  precedence     = 1
  decision       = "allow"

  include {
    email = [var.admin_email]
  }
}
