package importer

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"strings"

	"filippo.io/age/plugin"
	"golang.org/x/crypto/ssh"
)

// Placeholders that a person replaces; each is said with a TODO, and the rules warn of
// those with replace-me in them, and of the address of a card.
const (
	placeholder = "replace-me@example.com"
	todoMAC     = "00:00:5e:00:53:01"
	todoDomain  = "replace-me.example"
	todoNode    = "192.0.2.10"
)

// todoAge is an age key that nobody has the private half of: its bytes are a text.
func todoAge(what string) string {
	var key [32]byte
	copy(key[:], "replace-me "+what)
	public, err := ecdh.X25519().NewPublicKey(key[:])
	if err != nil {
		panic(err) // 32 bytes are one
	}
	text, err := plugin.EncodeX25519Recipient(public)
	if err != nil {
		panic(err)
	}
	return text
}

// todoSSH is an SSH key that nobody has the private half of.
func todoSSH() string {
	var key [32]byte
	copy(key[:], "replace-me user")
	public, err := ssh.NewPublicKey(ed25519.PublicKey(key[:]))
	if err != nil {
		panic(err) // 32 bytes are one
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))) + " replace-me"
}
