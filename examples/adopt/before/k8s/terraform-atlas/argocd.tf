resource "helm_release" "argocd" {
  name             = "argocd"
  namespace        = "argocd"
  create_namespace = false
  repository       = "https://argoproj.github.io/argo-helm"
  chart            = "argo-cd"
  version          = "7.7.10"

  values = [file("${path.module}/values/argocd.yaml")]

  depends_on = [
    null_resource.wait_for_cilium,
    kubernetes_secret.argocd_repo_key,
    kubernetes_secret.sops_age_key,
  ]
}

resource "kubectl_manifest" "app_of_apps" {
  yaml_body = file("${path.module}/../argocd-atlas/app-of-apps.yaml")

  depends_on = [helm_release.argocd]
}
