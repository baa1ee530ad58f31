package main

import (
	"net"
	"net/url"
	"sitegen/internal/site"
	"slices"
	"strconv"
	"strings"
)

const connectorYAML = "k8s/argocd-*/cloudflared/deployment.yaml"

// tunnelFaults are about what the tunnel leads to.
func tunnelFaults() []fault {
	ssh := func(r *output) bool {
		return strings.Contains(r.files[matching(r.files, configYAML)[0]], "service: ssh:")
	}
	return []fault{
		{
			name:    "ssh to localhost in a pod",
			breaks:  "that is cloudflared's own pod, where no sshd listens",
			applies: ssh,
			check:   sshToNodes,
			again: []func(map[string]string){
				swap(configYAML, `ssh://.*`, "ssh://localhost:22"), swap(configYAML, `ssh://.*`, "ssh://127.0.0.1:22"), swap(configYAML, `ssh://.*`, "ssh://192.0.2.99:22"),
			},
		},
		{
			name:    "node as a block of addresses in a network policy",
			breaks:  "no ipBlock matches a node under Cilium: cilium#46571; ssh through the tunnel times out",
			applies: ssh,
			check: func(r *output) []string {
				var f finding
				found := false
				for _, o := range r.objects("CiliumNetworkPolicy") {
					for _, e := range list(o.v, "spec", "egress") {
						to := texts(e, "toEntities")
						nodes := slices.Contains(to, "host") && slices.Contains(to, "remote-node")
						found = found || nodes && text(e, "toPorts", 0, "ports", 0, "port") == "22"
					}
				}
				f.unless(found, "no policy lets cloudflared reach port 22 of host and remote-node")
				return f
			},
			again: []func(map[string]string){
				swap("k8s/argocd-*/cloudflared/networkpolicy.yaml", `^    - remote-node\n`, ""), swap("k8s/argocd-*/cloudflared/networkpolicy.yaml", `^    - host\n`, ""),
				swap("k8s/argocd-*/cloudflared/networkpolicy.yaml", `"22"`, `"2222"`),
			},
		},
		{
			name:   "tunnel by name without credentials that know its id",
			breaks: "a name alone says nothing to cloudflared: the id is in the credentials file",
			check:  tunnelKnown,
			again: []func(map[string]string){
				swap(secretsTF, `^ +TunnelID +=.*\n`, ""), swap(configYAML, `^credentials-file: .*\n`, ""), swap(configYAML, `^credentials-file: .*`, "credentials-file: /etc/cloudflared/cert.pem"),
				swap(connectorYAML, `^          secretName: cloudflared-credentials$`, "          secretName: tunnel-credentials"), swap(configYAML, `^tunnel: .*`, "tunnel: another"),
			},
		},
	}
}

func sshToNodes(r *output) []string {
	var f finding
	for _, x := range r.rules() {
		if !strings.HasPrefix(x.service, "ssh://") || slices.ContainsFunc(r.site.Routes, func(own site.Route) bool { return own.Kind == site.RouteOwn && own.Hostname == x.hostname }) {
			continue
		}
		u, err := url.Parse(x.service)
		if err != nil {
			r.t.Fatal(err)
		}
		node := false
		for _, h := range r.site.Hosts {
			node = node || net.ParseIP(u.Hostname()).Equal(h.NodeIP.AsSlice())
		}
		f.unless(node && u.Port() == "22", "%s leads to %s, which is no node", x.hostname, x.service)
	}
	return f
}

// tunnelKnown follows the credentials from Terraform's Secret into the pod.
func tunnelKnown(r *output) []string {
	var f finding
	config, pod := r.one(configYAML), dig(r.one(connectorYAML).v, "spec", "template", "spec")
	for _, b := range r.blocks("resource", "cloudflare_zero_trust_tunnel_cloudflared") {
		f.unless(config.text("tunnel") == text(b.value("name")), "the tunnel is %v, and cloudflared runs %s", b.value("name"), config.text("tunnel"))
	}
	name, key := "", ""
	for _, b := range r.blocks("resource", "kubernetes_secret_v1", "cloudflared_credentials") {
		for _, want := range []string{"AccountTag", "TunnelID", "TunnelSecret"} {
			f.unless(strings.Contains(b.expr("data_wo"), want+" "), "the credentials have no %s", want)
		}
		name, key = text(b.inner("metadata")[0].value("name")), "credentials.json"
		f.unless(strings.Contains(b.expr("data_wo"), strconv.Quote(key)), "the Secret has no %s", key)
	}
	found := false
	for _, v := range list(pod, "volumes") {
		for _, m := range list(pod, "containers", 0, "volumeMounts") {
			found = found || text(v, "secret", "secretName") == name && text(m, "name") == text(v, "name") && text(m, "mountPath")+"/"+key == config.text("credentials-file")
		}
	}
	f.unless(found, "the pod reads its credentials from %q, where nothing is mounted", config.text("credentials-file"))
	return f
}

// connectorFaults are about the pods that hold the tunnel open.
func connectorFaults() []fault {
	container := func(r *output, steps ...any) any {
		return dig(dig(r.one(connectorYAML).v, "spec", "template", "spec", "containers", 0), steps...)
	}
	return []fault{
		{
			name:   "connector without a security context",
			breaks: "Pod Security refuses it, or a hole in cloudflared is root with every capability",
			check: func(r *output) []string {
				pod, c := dig(r.one(connectorYAML).v, "spec", "template", "spec"), container(r, "securityContext")
				var f finding
				f.unless(text(pod, "securityContext", "runAsNonRoot") == "true" && text(pod, "securityContext", "runAsUser") != "", "runs as root, or as a user that has no number")
				f.unless(text(pod, "securityContext", "seccompProfile", "type") == "RuntimeDefault", "no seccomp profile")
				f.unless(text(c, "allowPrivilegeEscalation") == "false" && text(c, "readOnlyRootFilesystem") == "true", "may gain privileges, or write to its image")
				f.unless(slices.Equal(texts(c, "capabilities", "drop"), []string{"ALL"}), "keeps capabilities")
				f.unless(text(pod, "automountServiceAccountToken") == "false" && text(pod, "hostNetwork") != "true", "has a token of the API, or the host's network")
				return f
			},
			again: []func(map[string]string){
				swap(connectorYAML, `^        runAsNonRoot: true\n`, ""), swap(connectorYAML, `^        runAsUser: .*\n`, ""), swap(connectorYAML, `RuntimeDefault`, "Unconfined"),
				swap(connectorYAML, `^ +readOnlyRootFilesystem: .*\n`, ""), swap(connectorYAML, `^ +allowPrivilegeEscalation: .*\n`, ""),
				swap(connectorYAML, `^            - ALL$`, "            - NET_RAW"), swap(connectorYAML, `^      enableServiceLinks`, "      hostNetwork: true\n      enableServiceLinks"),
				swap(connectorYAML, `^ +automountServiceAccountToken: .*\n`, ""),
			},
		},
		{
			name:   "single connector",
			breaks: "each update and each restart of the pod takes every website down",
			check: func(r *output) []string {
				d := r.one(connectorYAML)
				n, _ := strconv.Atoi(d.text("spec", "replicas"))
				var f finding
				f.unless(n >= 2, "%d replicas", n)
				f.unless(d.text("spec", "strategy", "rollingUpdate", "maxUnavailable") == "0", "an update takes pods away before the new ones are ready")
				return f
			},
			again: []func(map[string]string){swap(connectorYAML, `^  replicas: .*`, "  replicas: 1"), swap(connectorYAML, `maxUnavailable: 0`, "maxUnavailable: 1")},
		},
		{
			name:   "liveness on /ready",
			breaks: "a lost connection to the edge restarts the pods, when they should reconnect",
			check: func(r *output) []string {
				var f finding
				f.unless(text(container(r, "livenessProbe", "httpGet", "path")) == "/healthcheck", "liveness asks %q", text(container(r, "livenessProbe", "httpGet", "path")))
				f.unless(text(container(r, "readinessProbe", "httpGet", "path")) == "/ready", "readiness asks %q", text(container(r, "readinessProbe", "httpGet", "path")))
				return f
			},
			again: []func(map[string]string){swap(connectorYAML, `/healthcheck`, "/ready"), swap(connectorYAML, `path: /ready`, "path: /healthcheck"), swap(connectorYAML, `(?s)^        livenessProbe:\n.*?        name:`, "        name:")},
		},
		{
			name:   "configuration mounted by subPath",
			breaks: "a new route never reaches the running pods",
			check: func(r *output) []string {
				var f finding
				for _, m := range list(container(r, "volumeMounts")) {
					f.unless(dig(m, "subPath") == nil && dig(m, "subPathExpr") == nil, "%s", text(m, "mountPath"))
				}
				return f
			},
			again: []func(map[string]string){swap(connectorYAML, `^        - mountPath: /etc/cloudflared/config\n`, "        - mountPath: /etc/cloudflared/config/config.yaml\n          subPath: config.yaml\n")},
		},
		{
			name:   "ConfigMap that rolls no pod",
			breaks: "cloudflared reads its file at the start only: without a hash in the name a push changes nothing",
			check:  configRolls,
			again: []func(map[string]string){
				swap("k8s/argocd-*/cloudflared/kustomization.yaml", `(?s)^configMapGenerator:\n.*?\nkind`, "kind"),
				swap("k8s/argocd-*/cloudflared/kustomization.yaml", `^kind: Kustomization$`, "kind: Kustomization\ngeneratorOptions:\n  disableNameSuffixHash: true"),
				swap("k8s/argocd-*/cloudflared/kustomization.yaml", `^  - config\.yaml$`, "  - config=config.yaml"), swap(connectorYAML, `cloudflared-config`, "cloudflared"),
			},
		},
	}
}

// configRolls: kustomize puts a hash into the name of what it generates, and into
// what refers to it (kubernetes-sigs/kustomize api/builtins/HashTransformer.go).
func configRolls(r *output) []string {
	var f finding
	k, pod := r.one("k8s/argocd-*/cloudflared/kustomization.yaml"), dig(r.one(connectorYAML).v, "spec", "template", "spec")
	made := map[string]bool{}
	for _, g := range list(k.v, "configMapGenerator") {
		made[text(g, "name")] = slices.Contains(texts(g, "files"), "config.yaml") && text(g, "options", "disableNameSuffixHash") != "true"
	}
	f.unless(k.text("generatorOptions", "disableNameSuffixHash") != "true", "the hash is switched off")
	found := false
	for _, v := range list(pod, "volumes") {
		found = found || made[text(v, "configMap", "name")]
	}
	f.unless(found, "no volume is of a generated ConfigMap with config.yaml")
	args := texts(pod, "containers", 0, "args")
	f.unless(slices.Contains(args, "/etc/cloudflared/config/config.yaml"), "cloudflared reads another file: %q", args)
	return f
}
