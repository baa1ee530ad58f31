#!/usr/bin/env bash
set -euo pipefail

ADDRESS="${1:?usage: $0 ADDRESS}"
export KUBECONFIG="$HOME/.kube/atlas.yaml"

ssh -f -N -L 6443:127.0.0.1:6443 "root@$ADDRESS"
scp "root@$ADDRESS:/etc/rancher/k3s/k3s.yaml" "$KUBECONFIG"
until kubectl get nodes &>/dev/null; do sleep 5; done

cd k8s/terraform-atlas
terraform init
terraform apply
