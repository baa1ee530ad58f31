package adopt

import (
	"encoding/json"
	"fmt"
	"strings"

	"sitegen/internal/tfread"
)

// secretOf finds the tunnel in the state whose secret a resource of gen's is to be.
func (p *plan) secretOf(root *tfread.Root, res *tfread.Resource) (tfread.Instance, bool) {
	for _, t := range root.Resources {
		if kinds[t.Kind] != "tunnel" || !strings.HasPrefix(t.Attrs["tunnel_secret"].Expr, res.Kind+"."+res.Name+".") {
			continue
		}
		for _, in := range p.state {
			if kinds[in.Kind] == "tunnel" && in.Text("name") == t.Text("name") && !p.inDashboard(in) {
				return in, true
			}
		}
	}
	return tfread.Instance{}, false
}

// query finds a tunnel's secret: version 4 calls it secret.
func query(in tfread.Instance) string {
	name := "tunnel_secret"
	switch {
	case in.Text("secret") != "":
		name = "secret"
	case in.Text(name) == "":
		return ""
	}
	id, err := json.Marshal(in.Text("id")) // jq has JSON's escapes, and not all of Go's
	if err != nil {
		return ""
	}
	return fmt.Sprintf(`.resources[].instances[].attributes | select(.id == %s) | .%s // empty`, id, name)
}
