package spec

// Group mirrors #AccessGroup.
type Group struct {
	Who
	NoLogin       bool     `json:"noLogin"`
	ServiceTokens []string `json:"serviceTokens"`
	Require       Who      `json:"require"`
	Exclude       Who      `json:"exclude"`
	Session       string   `json:"session"`
	Default       bool     `json:"default"`
}

// Who mirrors #AccessWho.
type Who struct {
	Emails       []string            `json:"emails"`
	EmailDomains []string            `json:"emailDomains"`
	IdP          map[string][]string `json:"idp"`
	Logins       []string            `json:"logins"`
	IPs          []string            `json:"ips"`
}

// IdP mirrors #IdP.
type IdP struct {
	Type        string   `json:"type"`
	ClientID    string   `json:"clientId"`
	DirectoryID string   `json:"directoryId"`
	Domain      string   `json:"domain"`
	Account     string   `json:"account"`
	AuthURL     string   `json:"authURL"`
	TokenURL    string   `json:"tokenURL"`
	CertsURL    string   `json:"certsURL"`
	Scopes      []string `json:"scopes"`
}

// Nobody tells of a Who that says nothing.
func (w Who) Nobody() bool { return !w.Identified() && len(w.IPs) == 0 }

// Identified tells whether a log-in has to say who somebody is.
func (w Who) Identified() bool { return len(w.Emails)+len(w.EmailDomains)+len(w.IdP)+len(w.Logins) > 0 }
