data "sops_file" "k8s_secrets" {
  source_file = "../../secrets/hosts/atlas/k8s-secrets.yaml"
}

resource "kubernetes_namespace" "cloudflared" {
  metadata { name = "cloudflared" }
  depends_on = [null_resource.wait_for_cilium]
}

resource "kubernetes_namespace" "argocd" {
  metadata { name = "argocd" }
  depends_on = [null_resource.wait_for_cilium]
}

resource "kubernetes_secret" "cloudflared_credentials" {
  metadata {
    name      = "cloudflared-credentials"
    namespace = "cloudflared"
  }
  data = {
    "credentials.json" = jsonencode({
      AccountTag   = data.sops_file.k8s_secrets.data["cloudflare_account_id"]
      TunnelID     = cloudflare_tunnel.atlas.id
      TunnelSecret = random_id.tunnel_secret.b64_std
    })
  }
  depends_on = [kubernetes_namespace.cloudflared]
}

resource "kubernetes_secret" "argocd_repo_key" {
  metadata {
    name      = "argocd-repo-key"
    namespace = "argocd"
    labels    = { "argocd.argoproj.io/secret-type" = "repository" }
  }
  data = {
    sshPrivateKey = data.sops_file.k8s_secrets.data["argocd_repo_ssh_key"]
    type          = "git"
    url           = "git@github.com:example/dotfiles"
  }
  depends_on = [kubernetes_namespace.argocd]
}

resource "kubernetes_secret" "sops_age_key" {
  metadata {
    name      = "sops-age-key"
    namespace = "argocd"
  }
  data = {
    "keys.txt" = file(var.sops_age_key_path)
  }
  depends_on = [kubernetes_namespace.argocd]
}
