package format

import (
	"fmt"
	"strings"
)

var labelTextRE = Pattern(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)

const labelHint = "letters, digits, hyphens, underscores and dots, with a letter or digit at both ends, 63 at most"

// LabelKey wants the key of a label of Kubernetes' objects, with a DNS name and a slash
// before it or without (kubernetes apimachinery, IsQualifiedName).
func LabelKey(text string) Fault {
	prefix, name, ok := strings.Cut(text, "/")
	if !ok {
		prefix, name = "", text
	}
	if len(name) > 63 || !labelTextRE().MatchString(name) {
		return Fault{What: fmt.Sprintf("%q cannot be the key of a label", Shorten(text)), Hint: labelHint}
	}
	if ok && (len(prefix) > 253 || !groupRE().MatchString(prefix)) {
		return Fault{What: fmt.Sprintf("%q cannot be the key of a label", Shorten(text)), Hint: "before the / stands a DNS name: \"app.kubernetes.io/name\""}
	}
	return Fault{}
}

// LabelValue wants the value of a label, which may be empty (IsValidLabelValue).
func LabelValue(text string) Fault {
	if text == "" || len(text) <= 63 && labelTextRE().MatchString(text) {
		return Fault{}
	}
	return Fault{What: fmt.Sprintf("%q cannot be the value of a label", Shorten(text)), Hint: labelHint}
}
