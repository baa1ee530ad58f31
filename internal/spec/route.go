package spec

// Route mirrors #Route.
type Route struct {
	To          string            `json:"to"`
	Access      string            `json:"access"`
	AccessPaths map[string]string `json:"accessPaths"`
	Public      bool              `json:"public"`
	Bypass      []string          `json:"bypass"`
	Paths       []RoutePath       `json:"paths"`
	Origin      Origin            `json:"origin"`
}

// RoutePath mirrors #Route.paths.
type RoutePath struct {
	Path   string `json:"path"`
	To     string `json:"to"`
	Origin Origin `json:"origin"`
}

// Origin mirrors #Origin. The names are those of cloudflared's originRequest
// (cloudflared config/configuration.go, OriginRequestConfig).
type Origin struct {
	NoTLSVerify            bool   `json:"noTLSVerify"`
	OriginServerName       string `json:"originServerName"`
	MatchSNIToHost         bool   `json:"matchSNItoHost"`
	CAPool                 string `json:"caPool"`
	HTTP2Origin            bool   `json:"http2Origin"`
	HTTPHostHeader         string `json:"httpHostHeader"`
	DisableChunkedEncoding bool   `json:"disableChunkedEncoding"`
	ConnectTimeout         string `json:"connectTimeout"`
	TLSTimeout             string `json:"tlsTimeout"`
	TCPKeepAlive           string `json:"tcpKeepAlive"`
	KeepAliveTimeout       string `json:"keepAliveTimeout"`
	KeepAliveConnections   int    `json:"keepAliveConnections"`
}
