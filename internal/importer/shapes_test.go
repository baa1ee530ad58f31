package importer

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// version5 is a root with provider cloudflare 5: names in full, lists of objects, records by for_each,
// a policy that applications refer to, rules in the dashboard.
const version5 = `
variable "account" { default = "0123456789abcdef0123456789abcdef" }
locals {
  zones = { "studio.example" = "0b8f3c5d7a9e4c1f8d2b6a4e9c7f1d3a", "gallery.example" = "5e2a9d4c6b8f4e7a1c3d5f7b9a2e4c6d" }
  hosts = { "studio.example" = "studio.example", "www.studio.example" = "studio.example", "admin.studio.example" = "studio.example", "gallery.example" = "gallery.example" }
}
resource "cloudflare_zero_trust_tunnel_cloudflared" "t" {
  account_id = var.account
  name       = "prod"
}
resource "cloudflare_dns_record" "host" {
  for_each = local.hosts
  zone_id  = local.zones[each.value]
  name     = each.key
  type     = "CNAME"
  content  = "${cloudflare_zero_trust_tunnel_cloudflared.t.id}.cfargotunnel.com"
  proxied  = true
  ttl      = 1
}
resource "cloudflare_dns_record" "caa" {
  zone_id = local.zones["studio.example"]
  name    = "studio.example"
  type    = "CAA"
  ttl     = 1
  data    = { flags = 0, tag = "issue", value = "letsencrypt.org" }
}
resource "cloudflare_zero_trust_tunnel_cloudflared_config" "t" {
  account_id = var.account
  tunnel_id  = cloudflare_zero_trust_tunnel_cloudflared.t.id
  config = {
    ingress = [
      { hostname = "admin.studio.example", path = "^/api/", service = "http://api.default:8080" },
      { hostname = "admin.studio.example", service = "https://admin.kube-system.svc.cluster.local:8443", origin_request = { no_tls_verify = true } },
      { hostname = "studio.example", service = "http://studio.default" },
      { hostname = "www.studio.example", service = "http://studio.default" },
      { hostname = "gallery.example", service = "http://192.0.2.80:3000" },
      { service = "http_status:404" },
    ]
  }
}
resource "cloudflare_zero_trust_access_group" "staff" {
  account_id = var.account
  name       = "staff"
  include    = [{ email_domain = { domain = "studio.example" } }]
}
resource "cloudflare_zero_trust_access_policy" "staff" {
  account_id = var.account
  name       = "Staff"
  decision   = "allow"
  include    = [{ group = { id = cloudflare_zero_trust_access_group.staff.id } }, { email = { email = "kim@example.com" } }]
}
resource "cloudflare_zero_trust_access_application" "admin" {
  account_id       = var.account
  name             = "admin"
  domain           = "admin.studio.example"
  type             = "self_hosted"
  session_duration = "8h"
  policies         = [{ id = cloudflare_zero_trust_access_policy.staff.id, precedence = 1 }]
}
`

func TestVersion5(t *testing.T) {
	r := read(t, map[string]string{"tf/main.tf": version5})
	has(t, r, `name: "prod"`, `zoneId: "0b8f3c5d7a9e4c1f8d2b6a4e9c7f1d3a"`, `type: "CAA", name: "@"`, `tag: "issue"`, `emails: ["kim@example.com"]`, `emailDomains: ["studio.example"]`,
		`session: "8h"`, `"studio.example": {to: "http://studio.default", public: true}`, `path: "^/api/"`, `noTLSVerify: true`, `to:     "https://admin.kube-system:8443"`, `access: "staff"`, "http://192.0.2.80:3000")
	if l := r.line("tf/main.tf"); l.State != "taken" {
		t.Errorf("%+v", l)
	}
}

// loops5 is a root of version 5 that says everything once, in maps that its resources go through: records
// of any type, applications with one policy of the account's, options of the origin for all rules.
const loops5 = `
variable "account_id" { default = "0123456789abcdef0123456789abcdef" }
locals {
  origin = { connect_timeout = 10, no_tls_verify = true }
  records = {
    mx   = { type = "MX", name = "studio.example", content = "mx1.mailhost.example", priority = 10 }
    spf  = { type = "TXT", name = "studio.example", content = "\"v=spf1 -all\"", ttl = 300 }
    old  = { type = "A", name = "old.studio.example", content = "198.51.100.7", proxied = true }
    chat = { type = "SRV", name = "_xmpp._tcp.studio.example", data = { priority = 5, weight = 0, port = 5269, target = "old.studio.example" } }
  }
  apps = { admin = { host = "admin", session = "8h" }, stats = { host = "stats", session = "24h" } }
}
resource "cloudflare_zone" "studio" {
  account = { id = var.account_id }
  name    = "studio.example"
  type    = "full"
}
data "cloudflare_zone" "gallery" {
  filter = { name = "gallery.example" }
}
resource "random_password" "tunnel" {
  length = 64
}
resource "cloudflare_zero_trust_tunnel_cloudflared" "t" {
  account_id    = var.account_id
  name          = "prod"
  config_src    = "cloudflare"
  tunnel_secret = base64sha256(random_password.tunnel.result)
}
resource "cloudflare_dns_record" "plain" {
  for_each = local.records
  zone_id  = cloudflare_zone.studio.id
  name     = each.value.name
  type     = each.value.type
  content  = try(each.value.content, null)
  priority = try(each.value.priority, null)
  proxied  = try(each.value.proxied, false)
  data     = try(each.value.data, null)
  ttl      = try(each.value.ttl, 1)
}
resource "cloudflare_dns_record" "tunnel" {
  for_each = toset(["studio.example", "admin.studio.example", "stats.studio.example"])
  zone_id  = cloudflare_zone.studio.id
  name     = each.key
  type     = "CNAME"
  content  = "${cloudflare_zero_trust_tunnel_cloudflared.t.id}.cfargotunnel.com"
  proxied  = true
  ttl      = 1
}
resource "cloudflare_dns_record" "gallery" {
  zone_id = data.cloudflare_zone.gallery.zone_id
  name    = "gallery.example"
  type    = "CNAME"
  content = "${cloudflare_zero_trust_tunnel_cloudflared.t.id}.cfargotunnel.com"
  proxied = true
  ttl     = 1
}
resource "cloudflare_zero_trust_tunnel_cloudflared_config" "t" {
  account_id = var.account_id
  tunnel_id  = cloudflare_zero_trust_tunnel_cloudflared.t.id
  source     = "cloudflare"
  config = {
    origin_request = { connect_timeout = 20 }
    warp_routing   = { enabled = true }
    ingress = [
      { hostname = "studio.example", path = "^/api/", service = "http://api.default:8080", origin_request = { http_host_header = "api.internal", connect_timeout = 5 } },
      { hostname = "studio.example", service = "http://studio.default" },
      { hostname = "admin.studio.example", service = "https://admin.default:8443", origin_request = local.origin },
      { hostname = "stats.studio.example", service = "http://stats.default:3000" },
      { hostname = "gallery.example", service = "http://192.0.2.80:3000" },
      { service = "http_status:404" },
    ]
  }
}
resource "cloudflare_zero_trust_access_policy" "staff" {
  account_id       = var.account_id
  name             = "Staff"
  decision         = "allow"
  session_duration = "12h"
  include          = [{ email = { email = "kim@example.com" } }, { email = { email = "lee@example.com" } }]
}
resource "cloudflare_zero_trust_access_policy" "everyone" {
  account_id = var.account_id
  name       = "Nobody refers to it"
  decision   = "bypass"
  include    = [{ everyone = {} }]
}
resource "cloudflare_zero_trust_access_application" "app" {
  for_each             = local.apps
  account_id           = var.account_id
  name                 = each.key
  type                 = "self_hosted"
  session_duration     = each.value.session
  destinations         = [{ type = "public", uri = "${each.value.host}.studio.example" }]
  policies             = [{ id = cloudflare_zero_trust_access_policy.staff.id, precedence = 1 }]
  allowed_idps         = []
  app_launcher_visible = true
}
`

// TestLoops5: nothing of it is lost, and what the spec has no field for is told.
func TestLoops5(t *testing.T) {
	r := read(t, map[string]string{"tf/main.tf": loops5})
	has(t, r, `tunnel: name: "prod"`, `create: true`, `"gallery.example"`,
		`{type: "MX", name: "@", content: "mx1.mailhost.example", priority: 10}`, `{type: "TXT", name: "@", content: "v=spf1 -all", ttl: 300}`,
		`{type: "A", name: "old", content: "198.51.100.7", proxied: true}`, `srv: {priority: 5, weight: 0, port: 5269, target: "old.studio.example"}`,
		`access: staff: {`, `emails: ["kim@example.com", "lee@example.com"]`, `session: "12h"`,
		`{path: "^/api/", to: "http://api.default:8080", origin: {connectTimeout: "5s", httpHostHeader: "api.internal"}}`, `origin: connectTimeout: "20s"`,
		`"studio.example": {`, `public: true`, `origin: {connectTimeout: "10s", noTLSVerify: true}`, `to:     "http://stats.default:3000"`)
	if n := strings.Count(r.Spec, `access: "staff"`); n != 2 {
		t.Errorf("%d hostnames are guarded:\n%s", n, r.Spec)
	}
	needs := r.line("tf/main.tf").Needs
	if len(needs) != 1 || !strings.Contains(needs[0], "warp_routing") {
		t.Errorf("%q", needs)
	}
	if want := []string{"terraform -chdir=tf state pull > ~/tf.tfstate", "gen adopt -out . --state ~/tf.tfstate"}; !slices.Equal(r.Report.State, want) {
		t.Errorf("%q, want %q", r.Report.State, want)
	}
}

// TestLonely: a guard without a rule, and a rule without a record, are told.
func TestLonely(t *testing.T) {
	r := read(t, map[string]string{"tf/main.tf": version5 + `
resource "cloudflare_zero_trust_access_application" "lonely" {
  domain   = "lonely.studio.example"
  policies = [{ id = cloudflare_zero_trust_access_policy.staff.id }]
}
`, "tf/more.tf": `resource "cloudflare_dns_record" "other" {
  zone_id = local.zones["studio.example"]
  name    = "other.studio.example"
  type    = "A"
  content = "192.0.2.1"
}`})
	if needs := strings.Join(r.line("tf/main.tf").Needs, "\n"); !strings.Contains(needs, "lonely.studio.example") {
		t.Error(needs)
	}
	r = read(t, map[string]string{"tf/main.tf": strings.Replace(version5, `"www.studio.example" = "studio.example", `, "", 1)})
	if needs := strings.Join(r.line("tf/main.tf").Needs, "\n"); !strings.Contains(needs, "www.studio.example has a rule and no record") {
		t.Error(needs)
	}
}

// TestClosed: where it is not known who may see a hostname, nobody new may.
func TestClosed(t *testing.T) {
	app := func(more string) string {
		return `resource "cloudflare_access_application" "a" {
  zone_id = "0b8f3c5d7a9e4c1f8d2b6a4e9c7f1d3a"
  domain  = "a.studio.example"
  type    = "self_hosted"
` + more + "}\n"
	}
	policy := func(body string) string {
		return app("") + `resource "cloudflare_access_policy" "a" {
  application_id = cloudflare_access_application.a.id
  name = "P"
` + body + "}\n"
	}
	five := func(policy string) string {
		return `resource "cloudflare_zero_trust_access_application" "a" {
  account_id = "0b8f3c5d7a9e4c1f8d2b6a4e9c7f1d3a"
  type       = "self_hosted"
  self_hosted_domains = ["a.studio.example"]
  policies   = [{ id = cloudflare_zero_trust_access_policy.a.id }]
}
resource "cloudflare_zero_trust_access_group" "g" {
  include = [{ email = { email = "a@example.com" } }]
  require = [{ ip = { ip = "198.51.100.0/24" } }]
}
resource "cloudflare_zero_trust_access_policy" "a" {
  name = "P"
` + policy + "}\n"
	}
	for name, tf := range map[string]string{
		"5: everyone":          five("decision = \"allow\"\ninclude = [{ everyone = {} }]\n"),
		"5: bypass":            five("decision = \"bypass\"\ninclude = [{ email = { email = \"a@example.com\" } }]\n"),
		"5: service token":     five("decision = \"non_identity\"\ninclude = [{ any_valid_service_token = {} }]\n"),
		"5: require":           five("decision = \"allow\"\ninclude = [{ email = { email = \"a@example.com\" } }]\nrequire = [{ ip = { ip = \"198.51.100.0/24\" } }]\n"),
		"5: exclude":           five("decision = \"allow\"\ninclude = [{ email = { email = \"a@example.com\" } }]\nexclude = [{ geo = { country_code = \"AQ\" } }]\n"),
		"5: group":             five("decision = \"allow\"\ninclude = [{ group = { id = cloudflare_zero_trust_access_group.g.id } }]\n"),
		"5: unknown include":   five("decision = \"allow\"\ninclude = data.x.y.all\n"),
		"5: unknown email":     five("decision = \"allow\"\ninclude = [for e in data.x.y.all : { email = { email = e } }]\n"),
		"5: another policy":    strings.ReplaceAll(five("decision = \"allow\"\ninclude = [{ email = { email = \"a@example.com\" } }]\n"), "cloudflare_zero_trust_access_policy.a.id", "data.x.y.id"),
		"no policy":            app(""),
		"everyone":             policy("decision = \"allow\"\ninclude { everyone = true }\n"),
		"bypass":               policy("decision = \"bypass\"\ninclude { email = [\"a@example.com\"] }\n"),
		"service token":        policy("decision = \"non_identity\"\ninclude { any_valid_service_token = true }\n"),
		"require":              policy("decision = \"allow\"\ninclude { email = [\"a@example.com\"] }\nrequire { ip = [\"198.51.100.0/24\"] }\n"),
		"dynamic":              policy("decision = \"allow\"\ndynamic \"include\" {\n for_each = [1]\n content { email = [\"a@example.com\"] }\n}\n"),
		"group from elsewhere": policy("decision = \"allow\"\ninclude { group = [\"0123\"] }\n"),
		"unknown policies":     app("policies = data.x.y.ids\n"),
		"for_each":             "resource \"cloudflare_access_application\" \"a\" {\n for_each = data.x.y.names\n domain = each.key\n}\n",
		"unknown hostname":     strings.ReplaceAll(policy("decision = \"allow\"\ninclude { email = [\"a@example.com\"] }\n"), `"a.studio.example"`, "data.x.y.name"),
		"module":               "module \"access\" {\n source = \"./access\"\n}\n",
		"broken":               app("{"),
		"two variables":        strings.ReplaceAll(policy("decision = \"allow\"\ninclude { email = [\"a@example.com\"] }\n"), `"a.studio.example"`, `"${var.sub}.${var.domain}"`),
		"list of unknown":      policy("decision = \"allow\"\ninclude { email = data.x.y.all }\n"),
	} {
		t.Run(name, func(t *testing.T) {
			r := read(t, map[string]string{"tf/a.tf": tf, "c/config.yaml": tunnel("- {hostname: a.studio.example, service: 'http://a.default'}\n")})
			if strings.Contains(r.Spec, "public: true") || !strings.Contains(r.Spec, "replace-me@example.com") || strings.Contains(r.Spec, `"a@example.com"`) && strings.Contains(r.Spec, `access: "p"`) && name != "unknown hostname" && name != "two variables" {
				t.Errorf("it is open, or open to others:\n%s", r.Spec)
			}
			if l := r.line("tf/a.tf"); l.State != "needs you" {
				t.Errorf("%+v", l)
			}
		})
	}
}

// TestUnread: Terraform that is not read may guard any hostname.
func TestUnread(t *testing.T) {
	for name, text := range map[string]string{"tf/a.tf.json": "{}", "tf/a.tf": "\x00"} {
		r := read(t, map[string]string{name: text, "c/config.yaml": tunnel("- {hostname: a.studio.example, service: 'http://a.default'}\n")})
		if strings.Contains(r.Spec, "public: ") || r.line(name).State != "needs you" {
			t.Errorf("%+v\n%s", r.line(name), r.Spec)
		}
	}
}

// TestRules: wildcards, paths, what is never reached, and what catches all.
func TestRules(t *testing.T) {
	r := read(t, map[string]string{"c/config.yaml": `tunnel: prod
credentials-file: /x
originRequest: {connectTimeout: 10s}
ingress:
- {hostname: a.studio.example, path: /admin, service: "http://admin.default:81"}
- {hostname: "*.studio.example", service: "http://gateway.default:8000", originRequest: {httpHostHeader: x.example, ipRules: []}}
- {hostname: late.studio.example, service: "http://late.default"}
- {hostname: studio.example, service: "unix:/run/x.sock"}
- {hostname: hello.studio.example, service: hello_world}
- {service: "http://rest.default"}
`})
	has(t, r, `"*.studio.example"`, `http://gateway.default:8000`, `connectTimeout: "10s"`, `"/admin"`, `to:     "http_status:404"`)
	l := r.line("c/config.yaml")
	for _, want := range []string{"late.studio.example", "rest.default", "ipRules", "unix:/run/x.sock"} {
		if !strings.Contains(strings.Join(l.Needs, "\n"), want) {
			t.Errorf("nothing is said of %s: %q", want, l.Needs)
		}
	}
	if strings.Contains(r.Spec, "late") || strings.Contains(r.Spec, "unix:") {
		t.Errorf("%s", r.Spec)
	}
	read(t, map[string]string{"c/config.yaml": tunnel("- {hostname: 'a:80', service: x}\n")})
	read(t, map[string]string{"c/config.yaml": "ingress: [1, {hostname: [2]}]\ntunnel: x\n", "d/config.yaml": tunnel("")})
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-nginx, namespace: websites}
spec:
  selector: {matchLabels: {app: shop-nginx}}
  template:
    metadata: {labels: {app: shop-nginx}}
    spec:
      containers:
      - name: nginx
        image: ghcr.io/example/shop:1.0
        ports: [{containerPort: 8080}]
        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
`
const service = `apiVersion: v1
kind: Service
metadata: {name: shop-nginx, namespace: websites}
spec: {selector: {app: shop-nginx}, ports: [{port: 80, targetPort: 8080}]}
`

func argo(name, path, more string) string {
	return "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: " + name + ", namespace: argocd}\nspec:\n  source: {repoURL: 'git@github.com:example/x', path: " + path + ", targetRevision: main" + more +
		"}\n  destination: {namespace: websites}\n"
}

// TestWorkloads: one thing that gen's clients cannot say keeps the folder, and is named.
func TestWorkloads(t *testing.T) {
	site := func(change ...string) *Result {
		return read(t, map[string]string{
			"k8s/argocd-x/apps/shop.yaml": argo("shop", "k8s/argocd-x/shop", ""), "k8s/argocd-x/app-of-apps.yaml": argo("root", "k8s/argocd-x/apps", ""),
			"k8s/argocd-x/shop/all.yaml": strings.NewReplacer(change...).Replace(deployment + "---\n" + service), "c/config.yaml": tunnel("- {hostname: shop.example, service: 'http://shop-nginx.websites:80'}\n"),
		})
	}
	r := site()
	has(t, r, "clients: shop", `"ghcr.io/example/shop:1.0"`, `podSecurity: "baseline"`)
	if l := r.line("k8s/argocd-x/shop/all.yaml"); !strings.Contains(strings.Join(l.Needs, ""), "Prune=false") {
		t.Errorf("%+v", l)
	}
	for what, change := range map[string][]string{
		"volumes":                   {"      containers:", "      volumes: [{name: x, configMap: {name: x}}]\n      containers:"},
		"env.valueFrom":             {"        ports: [", "        env: [{name: A, valueFrom: {fieldRef: {fieldPath: x}}}]\n        ports: ["},
		"2 containers":              {"      - name: nginx", "      - {name: other, image: 'x:1'}\n      - name: nginx"},
		"resources of":              {"limits: {memory: 64Mi}", ""},
		"spec.externalTrafficPolic": {"spec: {selector", "spec: {externalTrafficPolicy: Local, selector"},
		"ClusterIP":                 {"ports: [{port: 80,", "type: NodePort, ports: [{port: 80,"},
		"strategy Recreate":         {"spec:\n  selector: {matchLabels", "spec:\n  strategy: {type: Recreate}\n  selector: {matchLabels"},
		"hostAliases":               {"      containers:", "      hostAliases: []\n      containers:"},
		"affinity":                  {"      containers:", "      affinity: {podAntiAffinity: {}}\n      containers:"},
		"StatefulSet":               {"kind: Deployment", "kind: StatefulSet"},
		"without a tag":             {"shop:1.0", "shop"},
		"its namespace":             {"namespace: websites", "namespace: shops", "shop-nginx.websites", "shop-nginx.shops"},
		"exec":                      {"        ports: [", "        livenessProbe: {exec: {command: [a]}}\n        ports: ["},
		"the selector":              {"selector: {app: shop-nginx}, ports", "selector: {app: other}, ports"},
		"capabilities.add":          {"        ports: [", "        securityContext: {capabilities: {add: [NET_ADMIN]}}\n        ports: ["},
		"ConfigMap":                 {"---\n", "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n"},
	} {
		t.Run(what, func(t *testing.T) {
			r := site(change...)
			if strings.Contains(r.Spec, "clients:") || !strings.Contains(r.Spec, "folders: ") && !strings.Contains(r.Spec, "folders: {") {
				t.Errorf("it is a client:\n%s", r.Spec)
			}
			if what != "exec" && !strings.Contains(strings.Join(r.line("k8s/argocd-x/shop/all.yaml").Notes, ""), what) {
				t.Errorf("nothing is said of it: %q", r.line("k8s/argocd-x/shop/all.yaml").Notes)
			}
		})
	}
}

// TestApp: what has the names that gen's would have is taken over where it runs, with its selector.
func TestApp(t *testing.T) {
	site := func(label string) *Result {
		all := strings.NewReplacer("app: shop-nginx", label+": shop", "shop-nginx", "shop", "namespace: websites", "namespace: shop", "port: 80,", "port: 8080,").Replace(deployment + "---\n" + service)
		return read(t, map[string]string{"apps/shop.yaml": strings.ReplaceAll(argo("shop", "own/files", ""), "websites", "shop"), "own/files/all.yaml": all, "c/config.yaml": tunnel("- {hostname: shop.example, service: 'http://shop.shop:8080'}\n")})
	}
	r := site("app.kubernetes.io/name")
	has(t, r, "apps: shop", `hostnames: ["shop.example"]`, "public: ", `selector: "app.kubernetes.io/name": "shop"`)
	if strings.Contains(r.Spec, "folders") || strings.Contains(r.Spec, "routes") {
		t.Error(r.Spec)
	}
	r = site("app")
	has(t, r, "apps: shop", `selector: app: "shop"`)
	if after := strings.Join(r.Report.After, "\n"); !strings.Contains(after, "annotate deployment shop argocd.argoproj.io/sync-options-") || strings.Contains(after, "delete deployment") {
		t.Error(after)
	}
}

// TestTakenOver: a client keeps the name of its Deployment and Service where gen's may have it
// and lives in the same namespace; else gen's runs beside it, behind the same selector where that
// finds its pods.
func TestTakenOver(t *testing.T) {
	const restricted = "        securityContext: {runAsNonRoot: true, capabilities: {drop: [ALL]}}\n"
	site := func(objects string) *Result {
		return read(t, map[string]string{
			"k8s/argocd-x/apps/shop.yaml": argo("shop", "k8s/argocd-x/shop", ""), "k8s/argocd-x/app-of-apps.yaml": argo("root", "k8s/argocd-x/apps", ""),
			"k8s/argocd-x/shop/all.yaml": objects, "c/config.yaml": tunnel("- {hostname: shop.example, service: 'http://shop-nginx.websites:80'}\n"),
		})
	}
	for what, c := range map[string]struct{ objects, name, selector, after string }{
		"as it is":         {deployment + restricted + "---\n" + service, `"shop-nginx": {`, `selector: app: "shop-nginx"`, "annotate service shop-nginx"},
		"as root":          {deployment + "---\n" + service, "shop: {", "", "delete deployment shop-nginx"},
		"its port":         {deployment + restricted + "---\n" + strings.Replace(service, "port: 80,", "port: 81,", 1), "", "", ""},
		"two names":        {strings.Replace(deployment, "name: shop-nginx,", "name: shop-web,", 1) + restricted + "---\n" + service, "shop: {", `selector: app: "shop-nginx"`, "delete deployment shop-web"},
		"a name with dots": {strings.Replace(deployment, "name: shop-nginx,", "name: shop.web,", 1) + restricted + "---\n" + service, "shop: {", `selector: app: "shop-nginx"`, "delete deployment shop.web"},
	} {
		r := site(c.objects)
		if c.name == "" { // the rule for its hostname leads to another port
			has(t, r, "folders: ")
			continue
		}
		if _, clients, _ := strings.Cut(r.Spec, "clients: "); !strings.HasPrefix(strings.TrimLeft(clients, "{\n\t"), c.name) {
			t.Errorf("%s: it has another name than %s:\n%s", what, c.name, clients)
		}
		if strings.Contains(r.Spec, "selector") != (c.selector != "") || !strings.Contains(r.Spec, c.selector) {
			t.Errorf("%s: no %q:\n%s", what, c.selector, r.Spec)
		}
		if after := strings.Join(r.Report.After, "\n"); !strings.Contains(after, c.after) {
			t.Errorf("%s: no %q:\n%s", what, c.after, after)
		}
	}
}

// TestFolders: kinds, namespaces, what a kustomization takes from elsewhere.
func TestFolders(t *testing.T) {
	r := read(t, map[string]string{
		"apps/a.yaml": argo("tools", "own/tools", ""),
		"own/tools/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [all.yaml, ../base, 'https://example.com/x.yaml']\npatches: [{path: p.yaml}]\n" +
			"configMapGenerator: [{name: x}]\nhelmCharts: [{name: y}]\n",
		"own/tools/p.yaml": "- op: remove\n  path: /x\n",
		"own/tools/all.yaml": "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: x}\n---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: y, namespace: kube-system}\n" +
			"spec: {jobTemplate: {spec: {template: {spec: {hostNetwork: true}}}}}\n---\napiVersion: example.com/v1\nkind: Thing\nmetadata: {name: z}\n",
		"own/base/x.yaml": "a: 1\n",
	})
	has(t, r, `path: "own/tools"`, `"rbac.authorization.k8s.io/ClusterRole"`, `"batch/CronJob"`, `"example.com/Thing"`, `"ConfigMap"`, `"*"`, `namespaces: ["kube-system"]`, `podSecurity: "privileged"`)
}

// TestReserved: Applications with names of gen's, and objects where no folder has any.
func TestReserved(t *testing.T) {
	r := read(t, map[string]string{
		"apps/a.yaml": argo("websites", "own/websites", ""), "own/websites/all.yaml": deployment + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: argocd}\n",
		"apps/b.yaml": strings.Replace(argo("kube-tools", "own/tools", ""), "namespace: websites", "namespace: cloudflared", 1), "own/tools/x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
	})
	has(t, r, `"own-websites": {path: "own/websites"`, `"own-kube-tools": {path: "own/tools"`)
	for _, name := range []string{"own/websites/all.yaml", "own/tools/x.yaml"} {
		if needs := strings.Join(r.line(name).Needs, ""); !strings.Contains(needs, "could change the site itself") {
			t.Errorf("%s: %q", name, needs)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".sitegen.sum"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Import(dir); err == nil || !strings.Contains(err.Error(), "gen wrote this tree") {
		t.Error(err)
	}
}

// TestHostile: what cannot be read is its owner's, and nothing panics.
func TestHostile(t *testing.T) {
	deepHCL := "a = " + strings.Repeat("[", 100_000)
	files := map[string]string{
		"a.tf": "resource \"x\" {", "b/b.tf": "resource \"cloudflare_record\" {}\nresource {}\ndata \"a\" \"b\" \"c\" {}\nvariable {}\n", "c/c.tf": deepHCL,
		"d.yaml": "a: [", "e.yaml": "a: &a [*a]\n", "f.yaml": "- 1\n- 2\n", "g.yaml": "\x00\xff", "h.yaml": strings.Repeat("{", 100_000), "i.yaml": "kind: [1]\nmetadata: 3\nspec: x\n",
		"j.yaml": "kind: Application\napiVersion: argoproj.io/v1\nspec: {source: {path: ../../etc}}\n", "k.yaml": "kind: Application\napiVersion: argoproj.io/v1\nmetadata: {name: \"a\\\"b\"}\nspec: {source: {chart: [], repoURL: x}}\n",
		"big.yaml": strings.Repeat("a", maxFile+1), "flake.nix": "{ x = mkHost {", "machines/a/default.nix": "{ imports = [ /etc/passwd ]; x = builtins.readFile \"/etc/passwd\"; }",
		"machines/a/disko.nix": "{ disko.devices = import <nixpkgs>; }", "machines/b/disko.nix": "let x = x; in { disko.devices = x; }", ".sops.yaml": "keys: [&a age1x, {b: *a}]\ncreation_rules: 3\n",
		"l.yaml": "1: 2\n? [a]\n: b\n", "m.tf": "locals { a = local.b\n b = local.a }\nresource \"cloudflare_record\" \"x\" {\n zone_id = local.a\n name = [1]\n type = {}\n content = 5\n ttl = \"x\"\n priority = 1e99\n}\n",
		"n.tf":             "resource \"cloudflare_access_application\" \"x\" {\n domain = 5\n policies = [1, null, {id = 3}]\n}\nresource \"cloudflare_tunnel_config\" \"x\" {\n config {\n ingress_rule {\n hostname = null\n }\n }\n}\n",
		"terraform.tfvars": "a = [", "empty.tf": "", "empty.yaml": "", "x y/ü\".yaml": "a: 1",
	}
	r := read(t, files)
	if strings.Contains(r.Spec, "root:") {
		t.Errorf("a file of this machine was read:\n%s", r.Spec)
	}
	for _, name := range []string{"a.tf", "d.yaml", "big.yaml", "h.yaml", "c/c.tf"} {
		if l := r.line(name); len(l.Notes)+len(l.Needs) == 0 {
			t.Errorf("nothing is said of %s", name)
		}
	}
}

// TestLinks: links are not followed, and lead to no other file.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	for name, to := range map[string]string{"self": ".", "passwd.yaml": "/etc/passwd", "loop": "loop", "main.nix": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Import(dir)
	if err != nil {
		t.Fatal(err)
	}
	once(t, r, map[string]string{"self": "", "passwd.yaml": "", "loop": "", "main.nix": ""})
	for _, l := range r.Report.Files {
		if l.State != "yours" {
			t.Errorf("%+v", l)
		}
	}
}

// TestMutations: whatever becomes of the files of a whole tree, each is in the report once,
// and nothing that somebody has to log in for is open to all.
func TestMutations(t *testing.T) {
	t.Setenv("PATH", "") // without Nix, which takes long
	whole := map[string]string{}
	root := os.DirFS("../../examples/adopt/before")
	if err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			data, err := fs.ReadFile(root, name)
			whole[name] = string(data)
			return err
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(whole))
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		files := maps.Clone(whole)
		guarded := true
		for range 1 + rnd.IntN(3) {
			name := names[rnd.IntN(len(names))]
			guarded = guarded && !strings.HasSuffix(name, "access.tf") && !strings.HasSuffix(name, "configmap.yaml")
			files[name] = mutated(rnd, files[name])
		}
		r := imported(t, files)
		if guarded && strings.Contains(r.Spec, "billing.default:3000\", public") {
			t.Errorf("it is open to all:\n%s", r.Spec)
		}
		var got []string
		for _, l := range r.Report.Files {
			got = append(got, l.Path)
		}
		slices.Sort(got)
		if !slices.Equal(got, names) {
			t.Errorf("the report has other files: %q", got)
		}
	}
}

// mutated is a text with a line of it gone, twice there, or cut, or with a byte changed.
func mutated(rnd *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	i := rnd.IntN(len(lines))
	switch rnd.IntN(5) {
	case 0:
		return strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")
	case 1:
		return strings.Join(slices.Insert(slices.Clone(lines), i, lines[i]), "")
	case 2:
		return strings.Join(lines[:i], "")
	case 3:
		return strings.Join(append(slices.Clone(lines[i:]), lines[:i]...), "")
	}
	if text == "" {
		return "\x00"
	}
	b := []byte(text)
	b[rnd.IntN(len(b))] = "{}[]\"'$:-\n0x\x00\xff"[rnd.IntN(14)]
	return string(b)
}

// needNix skips where Nix is missing, which reads the machines; in CI it has to be there.
func needNix(t *testing.T) {
	t.Helper()
	if newNixReader(t.TempDir()).program == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is not installed (Debian: nix-bin)")
		}
		t.Skip("SKIPPED: nix-instantiate is not installed (Debian: nix-bin)")
	}
}

// TestNetwork: addresses, cards and disks of a machine that has no flake.
func TestNetwork(t *testing.T) {
	needNix(t)
	r := read(t, map[string]string{
		"machines/web1/default.nix": `{ pkgs, lib, ... }: {
  boot.kernelModules = [ "kvm-amd" ];
  boot.loader.grub.device = "/dev/sda";
  networking.interfaces.eth0.ipv4.addresses = [ { address = "203.0.113.10"; prefixLength = 26; } ];
  networking.defaultGateway = "203.0.113.1";
  networking.firewall.allowedTCPPorts = [ 22 443 ];
  system.stateVersion = "25.11";
  users.users.kim = { isNormalUser = true; extraGroups = [ "wheel" ]; shell = pkgs.fish; openssh.authorizedKeys.keys = [ "` + todoSSH() + `" ]; };
  services.nginx.enable = lib.mkForce true;
  services.k3s.extraFlags = [ "--tls-san=a.example.com" ];
}`,
		"machines/web1/disko.nix": `{
  disko.devices.disk.a = { device = "/dev/sda"; content = { type = "gpt"; partitions = {
    root = { size = "100%"; content = { type = "luks"; name = "x"; }; };
  }; }; };
}`,
	})
	has(t, r, `vendor: "amd"`, `firmware:     "bios"`, `address: "203.0.113.10/26"`, `gateway: "203.0.113.1"`, `shell: "fish"`, "unstableName: true", `"machines/web1/disko.nix"`, `--tls-san=a.example.com`)
	needs := strings.Join(r.line("machines/web1/default.nix").Needs, "\n")
	for _, want := range []string{"services.nginx.enable", "allowedTCPPorts"} {
		if !strings.Contains(needs, want) {
			t.Errorf("nothing is said of %s: %s", want, needs)
		}
	}
	if l := r.line("machines/web1/disko.nix"); l.State != "needs you" || !strings.Contains(strings.Join(l.Needs, ""), "luks") {
		t.Errorf("%+v", l)
	}
}

// TestZFS: pools and datasets as they are.
func TestZFS(t *testing.T) {
	needNix(t)
	r := read(t, map[string]string{
		"machines/nas/default.nix": `{ networking.hostId = "0a1b2c3d"; system.stateVersion = "25.11"; boot.loader.systemd-boot.enable = true; }`,
		"machines/nas/disko.nix": `let disk = d: boot: { device = "/dev/disk/by-id/ata-EXAMPLE_${d}"; content = { type = "gpt"; partitions = {
    ESP = { size = "1G"; type = "EF00"; content = { type = "filesystem"; format = "vfat"; mountpoint = boot; }; };
    zfs = { size = "100%"; content = { type = "zfs"; pool = "zroot"; }; };
  }; }; };
in { disko.devices = {
  disk = { x = disk "1" "/boot"; y = disk "2" "/boot-fallback"; };
  zpool.zroot = { type = "zpool"; mode = "mirror"; datasets = {
    root = { type = "zfs_fs"; mountpoint = "/"; };
    "root/nix" = { type = "zfs_fs"; mountpoint = "/nix"; };
    reserved = { type = "zfs_fs"; };
  }; };
}; }`,
	})
	has(t, r, `layout: "zfs"`, "zroot: {", `mount: "/"`, `"root/nix": "/nix"`, `hostId: "0a1b2c3d"`, `boot: "ESP"`)
	if l := r.line("machines/nas/disko.nix"); l.State != "needs you" || !strings.Contains(strings.Join(l.Needs, ""), "legacy") {
		t.Errorf("%+v", l)
	}
}
