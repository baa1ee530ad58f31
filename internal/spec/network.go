package spec

// NIC mirrors #NIC.
type NIC struct {
	MAC  string `json:"mac"`
	IPv4 IPv4   `json:"ipv4"`
	Link
}

// VLAN mirrors #VLAN.
type VLAN struct {
	On   string `json:"on"`
	ID   int    `json:"id"`
	IPv4 IPv4   `json:"ipv4"`
	Link
}

// Bond mirrors #Bond.
type Bond struct {
	NICs []string `json:"nics"`
	Mode string   `json:"mode"`
	MAC  string   `json:"mac"`
	IPv4 IPv4     `json:"ipv4"`
	Link
}

// Link mirrors #Link.
type Link struct {
	IPv6         *IP           `json:"ipv6"`
	Addresses    []string      `json:"addresses"`
	MTU          int           `json:"mtu"`
	RA           bool          `json:"ra"`
	DefaultRoute bool          `json:"defaultRoute"`
	Routes       []StaticRoute `json:"routes"`
	DNS          []string      `json:"dns"`
}

// StaticRoute mirrors #StaticRoute.
type StaticRoute struct {
	To  string `json:"to"`
	Via string `json:"via"`
}

// Opening mirrors #Opening.
type Opening struct {
	Ports    []int    `json:"ports"`
	Protocol string   `json:"protocol"`
	From     []string `json:"from"`
}

// IPv4 is "dhcp", "none" or a static address: Mode is "static" then.
type IPv4 struct {
	Mode string
	IP
}

// IP mirrors #IPv4 and #IPv6.
type IP struct {
	Address string `json:"address"`
	Gateway string `json:"gateway"`
	OnLink  bool   `json:"onLink"`
}

// setWord takes a word, which is aStruct for an address.
func (s *IPv4) setWord(word string) { s.Mode = word }
