// Package verify lets the programs that read an output tree say whether they
// accept it: Nix, Terraform, Helm, kustomize, cloudflared, sops and so on, as far
// as they are on PATH. What is not there is named, never passed over.
//
// It does not know the site, and does not tell whether the tree is what the spec
// says. It never writes into the tree: programs work on a copy, with an
// environment of their own, without the network unless it was asked for.
package verify
