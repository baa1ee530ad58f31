package spec

// ZoneSettings mirrors #ZoneSettings. What is nil or "" is not said.
type ZoneSettings struct {
	AlwaysHTTPS *bool  `json:"alwaysHTTPS"`
	MinTLS      string `json:"minTLS"`
	HSTS        *HSTS  `json:"hsts"`
}

// HSTS mirrors #HSTS.
type HSTS struct {
	MaxAge            int  `json:"maxAge"`
	IncludeSubdomains bool `json:"includeSubdomains"`
	Preload           bool `json:"preload"`
	NoSniff           bool `json:"noSniff"`
}
