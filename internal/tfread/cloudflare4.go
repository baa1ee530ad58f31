package tfread

import (
	"slices"
	"strings"
)

// renamed are kinds of version 4 of provider cloudflare that version 5 has no schema for: what is in a
// state under them stops its plan, and a removed block too.
// https://registry.terraform.io/providers/cloudflare/cloudflare/latest/docs/guides/version-5-upgrade
var renamed = []string{
	"argo", "argo_tunnel", "device_dex_test", "device_managed_networks", "device_policy_certificates", "device_posture_integration",
	"device_posture_rule", "device_settings_policy", "dlp_profile", "fallback_domain", "gre_tunnel", "hostname_tls_setting_ciphers", "infrastructure_access_target",
	"ipsec_tunnel", "magic_firewall_ruleset", "managed_headers", "record", "risk_behavior", "split_tunnel", "static_route", "tunnel", "tunnel_config", "tunnel_route",
	"tunnel_virtual_network", "worker_cron_trigger", "worker_domain", "worker_route", "worker_script", "worker_secret", "workers_domain",
	"workers_for_platforms_namespace", "workers_secret", "zero_trust_access_organization", "zero_trust_device_certificates", "zero_trust_device_profiles",
	"zero_trust_dlp_profile", "zero_trust_infrastructure_access_target", "zero_trust_key_access_key_configuration", "zero_trust_local_fallback_domain",
	"zero_trust_risk_score_integration", "zero_trust_split_tunnel", "zero_trust_tunnel_route", "zero_trust_tunnel_virtual_network", "zone_settings_override",
}

// OfCloudflare4 tells kinds of version 4 of provider cloudflare that version 5 knows nothing of.
func OfCloudflare4(kind string) bool {
	name, ok := strings.CutPrefix(kind, "cloudflare_")
	return ok && (strings.HasPrefix(name, "access_") && name != "access_rule" || strings.HasPrefix(name, "teams_") || slices.Contains(renamed, name))
}
