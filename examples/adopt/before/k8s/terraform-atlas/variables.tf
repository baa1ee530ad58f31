variable "kubeconfig_path" {
  description = "Path of the kubeconfig"
  type        = string
  default     = "~/.kube/atlas.yaml"
}

variable "primary_domain" {
  description = "Domain of the services"
  type        = string
}

variable "admin_email" {
  description = "Who gets in at Cloudflare Access"
  type        = string
}

variable "sops_age_key_path" {
  description = "Path of the private age key that ksops decrypts with; never in git"
  type        = string
}
