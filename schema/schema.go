// Package schema embeds the CUE schema of a site spec. The files beside it are
// the published schema and the one that gen runs: there is no other copy.
package schema

import "embed"

// FS holds the schema's files, all of CUE package "schema".
//
//go:embed *.cue
var FS embed.FS
