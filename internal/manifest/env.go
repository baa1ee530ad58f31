package manifest

import (
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// Text is a user's text of any number of lines.
type Text string

// MarshalYAML quotes a text of several lines that the encoder would write as a
// block which its own parser refuses, or reads differently: one with tabs, or with
// white space at its beginning.
func (t Text) MarshalYAML() (any, error) {
	if strings.Contains(string(t), "\n") && (strings.Contains(string(t), "\t") || strings.IndexByte(" \n\r", t[0]) >= 0) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: string(t)}, nil
	}
	return string(t), nil
}

// Data is data of any shape, maps by text, lists, texts, numbers, with its texts as
// Text.
func Data(v any) any {
	switch v := v.(type) {
	case map[string]any:
		all := make(map[string]any, len(v))
		for name, x := range v {
			all[name] = Data(x)
		}
		return all
	case []any:
		all := make([]any, len(v))
		for i, x := range v {
			all[i] = Data(x)
		}
		return all
	case string:
		return Text(v)
	}
	return v
}

// Env is a variable whose value reaches the process as it stands here.
func Env(name, value string) EnvVar {
	text := literal(value)
	return EnvVar{Name: name, Value: &text}
}

// EnvFromSecret is a variable whose value is a key of a Secret.
func EnvFromSecret(name, secret, key string) EnvVar {
	return EnvVar{Name: name, ValueFrom: &EnvSource{SecretKeyRef: SecretKey{Name: secret, Key: key}}}
}

// Words are a command or arguments that reach the process as they stand here.
func Words(words []string) []Text {
	out := make([]Text, len(words))
	for i, w := range words {
		out[i] = literal(w)
	}
	return out
}

// literal protects a text from the kubelet, which replaces $(NAME) by a variable
// and $$ by $ in commands, arguments and values (kubernetes
// third_party/forked/golang/expansion). A dollar sign before anything else means
// itself, so most texts stay as they are.
func literal(text string) Text {
	if !strings.Contains(text, "$(") && !strings.Contains(text, "$$") {
		return Text(text)
	}
	return Text(strings.ReplaceAll(text, "$", "$$"))
}
