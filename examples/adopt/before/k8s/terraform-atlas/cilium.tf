resource "helm_release" "cilium" {
  name       = "cilium"
  namespace  = "kube-system"
  repository = "https://helm.cilium.io"
  chart      = "cilium"
  version    = "1.16.5"

  values = [file("${path.module}/values/cilium.yaml")]

  wait    = true
  timeout = 600
}

resource "null_resource" "wait_for_cilium" {
  provisioner "local-exec" {
    command = <<-EOT
      export KUBECONFIG=${var.kubeconfig_path}
      kubectl -n kube-system rollout status daemonset/cilium --timeout=300s
      kubectl wait --for=condition=Ready node --all --timeout=120s
    EOT
  }
  depends_on = [helm_release.cilium]
}
