package spec

// Group mirrors #AccessGroup.
type Group struct {
	Who
	NoLogin bool   `json:"noLogin"`
	Require Who    `json:"require"`
	Exclude Who    `json:"exclude"`
	Session string `json:"session"`
	Default bool   `json:"default"`
}

// Who mirrors #AccessWho.
type Who struct {
	Emails       []string `json:"emails"`
	EmailDomains []string `json:"emailDomains"`
	IPs          []string `json:"ips"`
}

// Nobody tells of a Who that says nothing.
func (w Who) Nobody() bool { return !w.Identified() && len(w.IPs) == 0 }

// Identified tells whether a log-in has to say who somebody is.
func (w Who) Identified() bool { return len(w.Emails)+len(w.EmailDomains) > 0 }
