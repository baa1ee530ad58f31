package verify

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// reachTime is how long a server has to take a connection.
const reachTime = 5 * time.Second

// Reach tries whether a server takes connections: the one of an address, or the proxy that the
// environment names for it. Programs try many times, and for each file anew, before they say so.
func Reach(ctx context.Context, address *url.URL) error {
	if proxy, err := httpproxy.FromEnvironment().ProxyFunc()(address); err != nil {
		return err
	} else if proxy != nil {
		address = proxy
	}
	port := address.Port()
	if port == "" {
		port = map[string]string{"http": "80", "socks5": "1080", "socks5h": "1080"}[address.Scheme]
	}
	if port == "" {
		port = "443"
	}
	conn, err := (&net.Dialer{Timeout: reachTime}).DialContext(ctx, "tcp", net.JoinHostPort(address.Hostname(), port))
	if err != nil {
		return err
	}
	return conn.Close()
}

const noNetwork = "no network"

// unreachable says why a server cannot be asked, or "". Each is tried once.
func (j *job) unreachable(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || j.opts.Reach == nil {
		return "" // the program says what it makes of that
	}
	if u.Scheme == "oci" { // a registry is asked over https
		u.Scheme = "https"
	}
	why, tried := j.tried[u.Host]
	if !tried {
		if j.opts.Reach(j.ctx, u) != nil {
			why = fmt.Sprintf(noNetwork+": %s does not answer", u.Host)
		}
		j.tried[u.Host] = why
	}
	return why
}
