package format

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Origin is what a rule of the tunnel leads to, as its URL says it. A Status stands
// alone: cloudflared answers with it.
type Origin struct {
	Scheme string
	Host   string
	Port   int
	Status int
}

// defaultPorts are cloudflared's own (ingress/origin_service.go, newTCPOverWSService);
// tcp has none.
var defaultPorts = map[string]int{"http": 80, "https": 443, "ssh": 22, "rdp": 3389, "tcp": 0}

// HTTP tells whether requests go to the origin, and not streams.
func (o Origin) HTTP() bool { return o.Scheme == "http" || o.Scheme == "https" || o.Status > 0 }

// ParseOrigin reads the URL of an origin. cloudflared takes no path in it, since
// that of the request stays (ingress/ingress.go, validateIngress).
func ParseOrigin(text string) (Origin, Fault) {
	if code, ok := strings.CutPrefix(text, "http_status:"); ok {
		n, err := strconv.Atoi(code)
		if err != nil || n < 200 || n > 599 || code != strconv.Itoa(n) {
			return Origin{}, Fault{What: fmt.Sprintf("%q has no status that answers a request", text), Hint: "write one from 200 to 599: \"http_status:403\""}
		}
		return Origin{Status: n}, Fault{}
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return Origin{}, Fault{What: fmt.Sprintf("%q is no URL", text), Hint: "write scheme and host: \"http://grafana.monitoring:3000\", \"tcp://192.168.0.80:5432\""}
	}
	standard, known := defaultPorts[u.Scheme]
	switch port := u.Port(); {
	case !known:
		return Origin{}, Fault{What: fmt.Sprintf("%q has a scheme that routes do not have", text), Hint: "it is one of http, https, tcp, ssh and rdp"}
	case u.User != nil:
		return Origin{}, Fault{What: "the URL has a user name or a password in it", Hint: "credentials belong into the encrypted files"}
	case u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery || strings.HasSuffix(text, "#"):
		return Origin{}, Fault{What: fmt.Sprintf("%q has a path, and the path of a request stays as it is", text), Hint: DidYouMean(u.Scheme + "://" + u.Host)}
	case port != "" && !IsPort(port) || strings.HasSuffix(u.Host, ":"):
		return Origin{}, Fault{What: fmt.Sprintf("%q has no port that there is", text), Hint: "ports are from 1 to 65535"}
	case port == "" && standard == 0:
		return Origin{}, Fault{What: fmt.Sprintf("%q says no port", text), Hint: DidYouMean(text + ":5432")}
	default:
		n, _ := strconv.Atoi(cmp.Or(port, strconv.Itoa(standard)))
		return Origin{Scheme: u.Scheme, Host: u.Hostname(), Port: n}, originHost(text, u.Hostname())
	}
}

// originHost wants a name or an IPv4 address that the connector's pods can reach:
// they have no IPv6 addresses.
func originHost(text, host string) Fault {
	a, err := netip.ParseAddr(host)
	switch {
	case err == nil && !a.Is4():
		return Fault{What: fmt.Sprintf("%q is an IPv6 address, and pods have IPv4 alone", host), Hint: "write its IPv4 address, or a name that has one"}
	case err == nil && (a.IsLoopback() || a.IsUnspecified()), host == "localhost", strings.HasSuffix(host, ".localhost"):
		return Fault{What: fmt.Sprintf("%q is the connector's own pod", host), Hint: "write the Service as SERVICE.NAMESPACE, or the machine's address"}
	case err == nil && (a.IsMulticast() || a.IsLinkLocalUnicast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255})):
		return Fault{What: fmt.Sprintf("%q is no address of a machine elsewhere", host)}
	case err == nil:
		return Fault{}
	case !strings.Contains(host, "."):
		return Fault{What: fmt.Sprintf("%q says no namespace", host), Hint: "write the Service as SERVICE.NAMESPACE: " + strconv.Quote(strings.Replace(text, host, host+".NAMESPACE", 1))}
	case strings.Trim(host[:strings.LastIndex(host, ".")], "0123456789.") == "":
		return Address(host)
	}
	before, after, _ := strings.Cut(text, host)
	return Hostname(host).Within(before, after)
}
