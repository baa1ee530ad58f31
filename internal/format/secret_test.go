package format

import (
	"strings"
	"testing"
)

// TestSecretShapes has a text of each shape, made of parts that are none by
// themselves, and texts that only speak of one.
func TestSecretShapes(t *testing.T) {
	x := func(n int) string { return strings.Repeat("0", n) }
	shown := map[string]bool{}
	for _, text := range []string{
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", "-----BEGIN PGP PRIVATE KEY BLOCK-----", "AGE-SECRET-KEY-1" + x(58), "AGE-PLUGIN-YUBIKEY-1" + x(10),
		"https://hooks.slack.com/services/T0/B0/" + x(24), "https://discord.com/api/webhooks/1/" + x(68), "https://discordapp.com/api/v10/webhooks/1/" + x(68),
		"https://example.webhook.office.com/webhookb2/" + x(36) + "@" + x(36), "https://prod-1.westeurope.logic.azure.com:443/workflows/1?api-version=1&sig=" + x(43),
		"https://hooks.slack-gov.com/services/T0/B0/" + x(24), "https://outlook.office.com/webhook/" + x(36) + "@" + x(36) + "/IncomingWebhook/" + x(32),
		"https://hooks.zapier.com/hooks/catch/1234567/abc" + x(4) + "/", "https://chat.example.com/hooks/" + x(26), "v1.0-" + x(24) + "-" + x(146),
		"https://api.telegram.org/bot123456789:AA" + x(33) + "/sendMessage",
		"CLOUDFLARE_API_TOKEN=" + strings.Repeat("a0", 20), "export SMTP_PASSWORD='" + strings.Repeat("a0", 8) + "'", "// DEPLOY_SECRET: \"" + strings.Repeat("A0-", 8) + "\"",
		"https://chat.googleapis.com/v1/spaces/A/messages?key=1&token=" + x(43),
		"cfut_" + x(48), "cfat_" + x(48), "cfk_" + x(48), "eyJhIjoi" + x(100), "K10" + x(64) + "::server:" + x(32),
		"ghp_" + x(36), "github_pat_" + x(22), "glpat-" + x(20), "dckr_pat_" + x(27), "AKIA" + x(16), "AIza" + x(35), "dop_v1_" + x(64),
		"xoxb-" + x(12), "xapp-" + x(12), "12345678:AA" + x(33), "sk_live_" + x(24), "whsec_" + x(32), "sk-proj-" + x(48), "sk-ant-api03-" + x(40),
		"SG." + x(22) + "." + x(43), "tskey-auth-" + x(24), "glsa_" + x(41), "npm_" + x(36), "hvs." + x(24), "eyJ" + x(20) + ".eyJ" + x(20) + "." + x(20),
		"$6$salt$" + x(40), "postgres://user:secret@db.example.com/x", "postgres://user:$ecret@db.example.com/x",
	} {
		found := SecretsIn([]byte("# " + text + "\n"))
		if len(found) != 1 || SecretIn(text) != found[0].What {
			t.Errorf("%s: %v", text, found)
			continue
		}
		shown[found[0].What] = true
		if strings.Contains(Redact(text), x(8)) {
			t.Errorf("%s: is left as %s", text, Redact(text))
		}
	}
	for _, s := range secretShapes {
		if !shown[s.what] {
			t.Errorf("no text shows %s", s.what)
		}
	}
	for _, text := range []string{
		"a key starts with AGE-SECRET-KEY-1…", "-----BEGIN PUBLIC KEY-----", "https://discord.com/api/webhooks", "ghcr.io/example/site:1.0", "git@github.com:example/infra.git",
		"API_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxx", "API_TOKEN=…", "API_TOKEN=$CLOUDFLARE_API_TOKEN", "API_TOKEN=your-token-goes-here-1", "SMTP_PASSWORD=REPLACE_ME_BY_2030_01_01",
		"// secrets: [\"API_TOKEN\", \"DEPLOY_SECRET\"]", "MAX_TOKENS=" + strings.Repeat("a0", 8), "// API_TOKEN comes from secrets/apps/invoices/app-secrets.yaml",
		`API_TOKEN: "a0a0a0a0a0a0a0a0"`, "https://example.com/hooks/catch", "https://user@example.com", "https://gen:$GEN_TOKEN@git.example.com", "https://gen:${GEN_TOKEN}@git.example.com", "$(HOME)", "sk-learn", "https://example.com/a:b@c", "https://\"\nmail: \"a:b@example.com",
	} {
		if found := SecretsIn([]byte(text)); len(found) > 0 || SecretIn(text) != "" {
			t.Errorf("%s: %v", text, found)
		}
	}
}
