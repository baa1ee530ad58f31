package format

import (
	"crypto/rsa"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/plugin"
	"golang.org/x/crypto/ssh"
)

// minRSA is the smallest RSA key, in bits, that may open a host.
const minRSA = 2048

// AgeKey wants an age recipient whose checksum is right. Only a person may use
// a plugin (a hardware key): hosts and Argo CD have none.
func AgeKey(text string, person bool) Fault {
	hint := "a recipient is the public key that age-keygen prints: age1…"
	kind, _, _ := strings.Cut(strings.TrimPrefix(text, "age1"), "1")
	switch {
	case strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-"):
		return Fault{What: "is a secret key, but has to be the public one", Hint: "age-keygen -y FILE prints the public key; whoever read this file has the secret one, so make a new one"}
	case strings.HasPrefix(text, "ssh-"):
		return Fault{What: "is an SSH key, but has to be an age recipient", Hint: "age-keygen makes one"}
	case !strings.HasPrefix(text, "age1"):
		return Fault{What: fmt.Sprintf("%q is no age recipient", text), Hint: hint}
	case kind == "pq":
		return sumFault(text, func() error { _, err := age.ParseHybridRecipient(text); return err })
	case strings.Count(text, "1") > 1 && strings.Trim(kind, "0123456789abcdefghijklmnopqrstuvwxyz-+._") == "" && !onlyBech32(kind):
		if !person {
			return Fault{What: fmt.Sprintf("%q is a recipient of the plugin %q, which is not there when it has to be read", text, kind), Hint: "use a key that age-keygen makes"}
		}
		return sumFault(text, func() error { _, _, err := plugin.ParseRecipient(text); return err })
	}
	return sumFault(text, func() error { _, err := age.ParseX25519Recipient(text); return err })
}

// onlyBech32 tells whether the text holds none but the characters of a key.
func onlyBech32(text string) bool {
	return strings.Trim(text, "qpzry9x8gf2tvdw0s3jn54khce6mua7l") == ""
}

func sumFault(text string, parse func() error) Fault {
	if parse() == nil {
		return Fault{}
	}
	return Fault{What: fmt.Sprintf("%q is no age recipient: its checksum does not fit", text), Hint: "copy it again, whole: one character is wrong or missing"}
}

// SSHKey wants one line of authorized_keys with a key that is strong enough.
func SSHKey(line string) Fault {
	hint := "write the line of the .pub file: \"ssh-ed25519 AAAA… maria\""
	switch {
	case strings.Contains(line, "PRIVATE KEY"):
		return Fault{What: "is a private key, but has to be the public one", Hint: hint}
	case strings.ContainsAny(strings.TrimSpace(line), "\r\n"):
		return Fault{What: "is more than one line", Hint: "write one key in each element of the list"}
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return Fault{What: fmt.Sprintf("%q is no public SSH key", Shorten(line)), Hint: hint}
	}
	switch key.Type() {
	case "ssh-dss":
		return Fault{What: "is a DSA key, which OpenSSH has dropped", Hint: "ssh-keygen -t ed25519 makes a good one"}
	case ssh.KeyAlgoRSA:
		pub, _ := key.(ssh.CryptoPublicKey).CryptoPublicKey().(*rsa.PublicKey)
		if pub != nil && pub.N.BitLen() < minRSA {
			return Fault{What: fmt.Sprintf("is an RSA key of %d bits, and %d is the least", pub.N.BitLen(), minRSA), Hint: "ssh-keygen -t ed25519 makes a good one"}
		}
	}
	return Fault{}
}

// Shorten keeps a message on one line.
func Shorten(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return text
}
