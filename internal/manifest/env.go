package manifest

import "strings"

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
func Words(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = literal(w)
	}
	return out
}

// literal protects a text from the kubelet, which replaces $(NAME) by a variable
// and $$ by $ in commands, arguments and values (kubernetes
// third_party/forked/golang/expansion). A dollar sign before anything else means
// itself, so most texts stay as they are.
func literal(text string) string {
	if !strings.Contains(text, "$(") && !strings.Contains(text, "$$") {
		return text
	}
	return strings.ReplaceAll(text, "$", "$$")
}
