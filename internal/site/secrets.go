package site

import "strings"

// The keys of HostSecrets.
const (
	KeyK3sToken     = "k3s_token"       // nodes join the cluster with it
	KeySMTPPassword = "smtp_password"   // at the relay of alerts
	KeyNtfyToken    = "ntfy_token"      // sends alerts to ntfy
	KeyWebhook      = "alert_webhook"   // the address of the webhook that gets alerts
	KeyRestic       = "restic_password" // encrypts the backup
	KeyS3Access     = "s3_access_key"
	KeyS3Secret     = "s3_secret_key" // of the backup's bucket
	keyPassword     = "password_"     // and the user's name
	keyRegistry     = "registry_"     // and the registry's
)

// KeyPassword is the key of a user's hashed password.
func KeyPassword(user string) string { return keyPassword + user }

// PasswordOf is the user whose password is under a key, if it is such a key.
func PasswordOf(key string) (user string, ok bool) { return strings.CutPrefix(key, keyPassword) }

// HostSecretKeys are the keys that the host's encrypted file must hold, sorted;
// none means that the host needs no such file.
func (s *Site) HostSecretKeys(h *Host) []string {
	var keys []string
	if s.Joined() {
		keys = append(keys, KeyK3sToken)
	}
	for _, u := range h.Users {
		if u.Password {
			keys = append(keys, KeyPassword(u.Name))
		}
	}
	for _, r := range s.Registries {
		keys = append(keys, r.Key())
	}
	if a := s.Alerts; a != nil {
		if a.SMTP != nil {
			keys = append(keys, KeySMTPPassword)
		}
		if a.NtfyToken {
			keys = append(keys, KeyNtfyToken)
		}
		if a.Webhook != "" {
			keys = append(keys, KeyWebhook)
		}
	}
	if s.Backup != nil {
		keys = append(keys, KeyRestic, KeyS3Access, KeyS3Secret)
	}
	return keys
}

// HostKeyWhat says what a key of HostSecrets holds, and where it comes from.
func (s *Site) HostKeyWhat(key string) string {
	if user, ok := PasswordOf(key); ok {
		return "the hashed password of " + user + ": nix run nixpkgs#mkpasswd -- -m yescrypt"
	}
	if r, ok := s.RegistryOf(key); ok {
		return r.What()
	}
	switch key {
	case KeyK3sToken:
		return "what nodes join the cluster with, the same on every host: openssl rand -hex 32; the server's own token where it runs already (runbook, Adding an agent)"
	case KeySMTPPassword:
		return "the password of " + s.Alerts.SMTP.User + " at " + s.Alerts.SMTP.Host
	case KeyNtfyToken:
		return "a token that may publish to " + s.Alerts.Ntfy
	case KeyRestic:
		return "what encrypts the backup, kept elsewhere too, for without it there is none: openssl rand -base64 32"
	case KeyS3Access:
		return "the id of a key that may read, write and delete in the bucket " + s.Backup.S3.Bucket
	case KeyS3Secret:
		return "the secret that goes with s3_access_key"
	case KeyWebhook:
		return "the address of the webhook that alerts go to, in the form of " + s.Alerts.Webhook
	}
	return ""
}
