package format

import (
	"testing"
)

func TestNearest(t *testing.T) {
	fields := []string{"mac", "ipv4", "ipv6", "dns", "domain", "hostnames", "replicas", "gateway", "address", "image", "cpu", "env", "audio", "wheel"}
	for word, want := range map[string]string{
		"mtu": "", "sudo": "", "gpu": "cpu", "ip4": "ipv4", "domian": "domain", "hostanmes": "hostnames", "replica": "replicas",
		"gatway": "gateway", "adress": "address", "weel": "wheel", "enviroment": "", "routes": "", "img": "",
	} {
		if got := Nearest(word, fields); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}

func TestNearestHostname(t *testing.T) {
	hosts := []string{"bakery.example", "www.bakery.example", "invoices.example.com", "argocd.example.com"}
	for host, want := range map[string]string{
		"shop.bakery.example": "", "ww.bakery.example": "www.bakery.example", "wwww.bakery.example": "www.bakery.example", "bakry.example": "bakery.example",
		"invoice.example.com": "invoices.example.com", "invoices.example.org": "invoices.example.com", "example.com": "", "invoices.exampel.com": "invoices.example.com", "bakery.example": "",
	} {
		if got := NearestHostname(host, hosts); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}
