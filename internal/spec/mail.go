package spec

// Mail mirrors #Mail. SPF is nil where it is not said.
type Mail struct {
	MX     []string          `json:"mx"`
	SPF    []string          `json:"spf"`
	SPFAll string            `json:"spfAll"`
	DKIM   map[string]string `json:"dkim"`
	DMARC  *DMARC            `json:"dmarc"`
}

// DMARC mirrors #DMARC.
type DMARC struct {
	Policy     string   `json:"policy"`
	Subdomains string   `json:"subdomains"`
	RUA        []string `json:"rua"`
}
