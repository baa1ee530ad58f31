package spec

import (
	"strings"

	"sitegen/internal/diag"
)

// other is a field that people look for where it is not: under another name there, or
// somewhere else in the spec.
type other struct {
	at    string // paths, * for any name
	names string // as in way
	hint  string
}

func others() []other {
	const (
		workload = "clients.* apps.*"
		beside   = "charts.* folders.*"
		who      = "access.* access.*.require access.*.exclude"
		objects  = "service serviceaccount rbac role hpa autoscaling affinity toleration nodeselector pdb networkpolicy label annotation configmap job cronjob env image replica resource persistence volume"
	)
	return []other{
		{"argocd cluster.hubble hosts.*.ssh", "public bypass accesspath everyone", "Argo CD, Hubble and SSH always want a log-in; access names the group"},
		{"routes.* routes.*.paths.*", "service target url backend upstream destination", "to says what it leads to: \"http://SERVICE.NAMESPACE:80\", \"https://192.0.2.80\""},
		{"redirects.*", "url target destination location", "to says where visitors are sent: \"https://example.com\""},
		{"routes.* domains.* " + workload, "redirect redirectto forward", "redirects, at the top, sends a hostname elsewhere: redirects: \"HOSTNAME\": to: \"https://example.com\""},
		{beside, "hostname host domain ingress route public access", "routes, at the top, leads a hostname to its Service: routes: \"HOSTNAME\": {to: \"http://SERVICE.NAMESPACE:80\", access: \"GROUP\"}"},
		{"clients.*", "folder directory file html page", "static names the folder of the website's files: static: \"sites/NAME\""},
		{workload, "ingress route", "hostnames lists where it is reached"},
		{"charts.*", objects, "the chart makes its objects: say it in values, or bring more objects in a folder, under folders"},
		{"folders.*", objects, "write it in the folder's manifests"},
		{"folders.*", "recurse recursive directory", "Argo CD reads the folder without those in it; a kustomization.yaml there can name more"},
		{"domains.*", "nameserver ns registrar", "Cloudflare chooses the name servers, and the runbook says where they are entered; a name below the domain is delegated by records of type NS"},
		{who, "group github google okta oidc azure azuread saml", "groups of an identity provider stand under idp: idp: NAME: [\"GROUP\"]"},
		{who, "everyone everybody public bypass", "a page for everyone is public: true of the app or route; paths without a log-in are its bypass"},
		{who, "country geo continent warp mtls certificate device posture mfa", "access groups know people (emails, emailDomains, idp, logins), machines (serviceTokens) and networks (ips), nothing else"},
		{"charts.*.ignoreDifferences.* folders.*.ignoreDifferences.*", "group", "kind has it in front: kind: \"apps/Deployment\""},
		{"idps.*", "clientsecret secret", "its secret is the key of its name in secrets/idp-secrets.yaml"},
		{"tunnel", "token secret credential", "Terraform makes the tunnel with its secret; the spec needs none"},
	}
}

// elsewhere is where a field is found that is not at the path, or "".
func elsewhere(at diag.Path, field string) string {
	word := plain(field)
	for _, p := range others() {
		for pattern := range strings.FieldsSeq(p.at) {
			if at.Matches(pattern) && hasWord(p.names, word) {
				return p.hint
			}
		}
	}
	return ""
}
