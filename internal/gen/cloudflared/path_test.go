package cloudflared

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/manifest"
)

// answers tells which audience the first rule for a request wants a token of, where it
// leads, and "" for either where there is none. It reads the path as cloudflared does.
func answers(t *testing.T, rules []rule, request string) (audience, service string) {
	t.Helper()
	u, err := url.ParseRequestURI("http://shop.example.com" + request)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rules, func(x rule) bool {
		return x.Hostname == "shop.example.com" && regexp.MustCompile(x.Path).MatchString(u.Path)
	})
	x := rules[i]
	if x.OriginRequest != nil && x.OriginRequest.Access != nil {
		audience = strings.TrimPrefix(x.OriginRequest.Access.AudTag[0], "aud:shop.example.com")
	}
	return audience, x.Service
}

// TestAccessPaths: who asks for a path of another group, however it is written, needs
// the token of the path's own application.
func TestAccessPaths(t *testing.T) {
	s := gentest.Base(t, `
cloudflare: team: "example"
access: {staff: emails: ["kim@example.org"], board: emails: ["eve@example.org"]}
routes: "shop.example.com": {
	to: "http://192.0.2.80", public: true
	accessPaths: {"/admin": "staff", "/admin/books.v2": "board"}
	bypass: ["/admin/up", "/admin/hooks/*"]
}
`)
	rules := decode[config](t, folder(t, s)["config.yaml"])[0].Ingress
	staff, board := "..admin", "..admin..books.v2"
	for request, want := range map[string]string{
		"/": "", "/administrator": "", "/admin-x": "", "/admin.css": "", "/x/admin": "", "/adm": "",
		"/admin": staff, "/admin/": staff, "/admin/x": staff, "/ADMIN": staff, "/Admin/x": staff, "//admin": staff, "///admin//x": staff,
		"/%61dmin": staff, "/%41dmin/x": staff, "/admin%2Fx": staff, "/%2Fadmin": staff, "/admin;v=1": staff, "/admin;v=1/x": staff, "/admin%20": staff, "/admin%00": staff,
		"/admin%0a": staff, "/admin:x": staff, "/admin%3fx": staff, "/admin/up": "", "/admin/up/x": "", "/Admin/up": staff, "/admin/upx": staff,
		"/admin/hooks": staff, "/admin/hooks/x": "", "/admin/books.v2": board, "/admin;a/BOOKS.v2/x": board, "/admin//books.v2": board, "/admin/books.v2x": staff,
		"/admin/booksxv2": staff,
	} {
		if got, service := answers(t, rules, request); got != want || service != "http://192.0.2.80:80" {
			t.Errorf("%s wants a token of %q at %s, want %q", request, got, service, want)
		}
	}
	for _, request := range []string{"/x/../admin", "/x/..", "/./admin", "/admin/up/../x", "/x%2f..%2fadmin", "/%2e%2e/admin", "/x/..;/admin", "/;/admin", "/;a=1/admin", "/%5cadmin", "/x%5c..%5cadmin"} {
		if _, service := answers(t, rules, request); service != "http_status:400" {
			t.Errorf("%s leads to %s", request, service)
		}
	}
	var keys []string
	for _, item := range decode[manifest.Object[manifest.DeploymentSpec]](t, folder(t, s)["deployment.yaml"])[0].Spec.Template.Spec.Volumes[0].ConfigMap.Items {
		if strings.HasPrefix(item.Key, "shop.") {
			keys = append(keys, item.Key)
		}
	}
	if want := []string{"shop.example.com..admin", "shop.example.com..admin..books.v2"}; !slices.Equal(keys, want) {
		t.Errorf("the pods wait for %q, want %q", keys, want)
	}
}

// TestAccessPathsOfRoutes: paths that lead elsewhere are checked for the group that
// they lie in.
func TestAccessPathsOfRoutes(t *testing.T) {
	s := gentest.Base(t, `
cloudflare: team: "example"
access: staff: emails: ["kim@example.org"]
routes: "shop.example.com": {
	to: "http://192.0.2.80", access: "admins", accessPaths: "/admin": "staff"
	paths: [{path: "^/admin/api(/|$)", to: "http://192.0.2.81"}, {path: "^/api/", to: "http://192.0.2.82"}]
}
`)
	rules := decode[config](t, folder(t, s)["config.yaml"])[0].Ingress
	for request, want := range map[string][2]string{
		"/": {"", "80"}, "/api/x": {"", "82"}, "/admin/x": {"..admin", "80"}, "/admin/api": {"..admin", "81"}, "/admin/api/x": {"..admin", "81"}, "/Admin/api/x": {"..admin", "80"}, "//api/x": {"", "80"},
	} {
		audience, service := answers(t, rules, request)
		if got := [2]string{audience, strings.TrimSuffix(strings.TrimPrefix(service, "http://192.0.2."), ":80")}; got != want {
			t.Errorf("%s: %q, want %q", request, got, want)
		}
	}
	for _, x := range rules {
		if x.Hostname == "shop.example.com" && x.Service != "http_status:400" && x.OriginRequest == nil {
			t.Errorf("%s%s is open", x.Hostname, x.Path)
		}
	}
}
