package spec

// Redirect mirrors #Redirect.
type Redirect struct {
	To       string `json:"to"`
	KeepPath bool   `json:"keepPath"`
	Status   int    `json:"status"`
}
