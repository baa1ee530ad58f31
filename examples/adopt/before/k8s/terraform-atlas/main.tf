provider "sops" {}

provider "kubernetes" {
  config_path = var.kubeconfig_path
}

provider "helm" {
  kubernetes {
    config_path = var.kubeconfig_path
  }
}

provider "kubectl" {
  config_path = var.kubeconfig_path
}

provider "cloudflare" {
  api_token = data.sops_file.k8s_secrets.data["cloudflare_api_token"]
}
