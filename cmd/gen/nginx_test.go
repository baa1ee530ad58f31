package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sitegen/templates"
)

// TestNginx has the web server of static folders serve one, as its pods do: with the
// configuration that they get, over a folder as a volume of Kubernetes is.
func TestNginx(t *testing.T) {
	nginx := need(t, "nginx", "nginx-light")
	dir := t.TempDir()
	site, volume := filepath.Join(dir, "html"), "html/..data/"
	for name, text := range map[string]string{
		"index.html": "<p>home", "404.html": "<p>no such page", "about.html": "<p>about", "menu/index.html": "<p>menu", "empty/a.txt": "a",
		"app.mjs": "export {}", "site.webmanifest": "{}", "style.css": strings.Repeat("p { color: red }\n", 200), "mark.svg": "<svg/>", ".well-known/security.txt": "Contact: x",
	} {
		writeFile(t, filepath.Join(dir, volume, name), text)
	}
	for _, name := range []string{"index.html", "404.html", "about.html", "menu", "empty", "app.mjs", "site.webmanifest", "style.css", "mark.svg", ".well-known"} {
		if err := os.Symlink("..data/"+name, filepath.Join(site, name)); err != nil {
			t.Fatal(err)
		}
	}
	address := startNginx(t, nginx, dir, site)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, want := range []struct{ path, status, kind, text string }{
		{"/", "200", "text/html; charset=utf-8", "<p>home"},
		{"/about", "200", "text/html; charset=utf-8", "<p>about"},
		{"/menu", "301", "", "/menu/"},
		{"/menu/", "200", "text/html; charset=utf-8", "<p>menu"},
		{"/app.mjs", "200", "text/javascript", "export"},
		{"/site.webmanifest", "200", "application/manifest+json", "{}"},
		{"/mark.svg", "200", "image/svg+xml", "<svg/>"},
		{"/.well-known/security.txt", "200", "text/plain; charset=utf-8", "Contact"},
		{"/gone", "404", "text/html; charset=utf-8", "<p>no such page"},
		{"/empty/", "404", "text/html; charset=utf-8", "<p>no such page"},
		{"/..data/about.html", "404", "", ""},
	} {
		r, err := client.Get("http://" + address + want.path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		text := string(body) + r.Header.Get("Location")
		if got := fmt.Sprint(r.StatusCode); got != want.status || !strings.Contains(text, want.text) || want.kind != "" && r.Header.Get("Content-Type") != want.kind {
			t.Errorf("%s: %s %s %q, want %+v", want.path, got, r.Header.Get("Content-Type"), text, want)
		}
		if r.Header.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(r.Header.Get("Server"), "/") || strings.Contains(r.Header.Get("Location"), "http") {
			t.Errorf("%s: %v", want.path, r.Header)
		}
	}
	request, _ := http.NewRequest(http.MethodGet, "http://"+address+"/style.css", nil)
	request.Header = http.Header{"Accept-Encoding": {"gzip"}, "Via": {"1.1 proxy"}}
	r, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("not compressed: %v", r.Header)
	}
}

// startNginx runs the configuration with paths and a port of the test's own, and returns
// where it listens.
func startNginx(t *testing.T, nginx, dir, site string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	conf := string(templates.Nginx)
	own := []string{"listen 8080;", "listen " + address + ";", "/usr/share/nginx/html;", site + ";", " /tmp/", " " + dir + "/", "/dev/stdout", dir + "/access.log"}
	for i := 0; i < len(own); i += 2 {
		if !strings.Contains(conf, own[i]) {
			t.Fatalf("the configuration lacks %q", own[i])
		}
	}
	conf = strings.NewReplacer(own...).Replace(conf)
	if os.Geteuid() == 0 {
		conf = "user root;\n" + conf // others may not read the folder of a test
	}
	writeFile(t, filepath.Join(dir, "nginx.conf"), conf)
	var stderr strings.Builder
	cmd := exec.Command(nginx, "-c", filepath.Join(dir, "nginx.conf"), "-g", "daemon off;")
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return address
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("nginx does not listen: %s", stderr.String())
	return ""
}
