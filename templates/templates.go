// Package templates holds the fixed text of the output: what is the same for
// every site, with the places of the values marked. It has no code of its own.
package templates

import "embed"

// FS holds the templates by language: nix, sh, md; and what jobs of forges run.
//
//go:embed nix sh md forge
var FS embed.FS

// Nginx is the configuration of the web server of static folders, the same for all.
//
//go:embed nginx.conf
var Nginx []byte
