// Package nix writes Nix: single values ([Value], [List], [Path])
// and whole files from templates whose actions cannot be placed where a value
// would need care ([Parse]).
//
// The one idea is that quotes belong to the escaper and never to the template.
// A template says
//
//	networking.hostName = {{.Name}};
//	users.users.{{.User}}.shell = pkgs.zsh;
//	motd = "welcome to ${ {{.Name}} }";
//
// and an action that stands inside a string, a comment, a path or right beside
// a word is refused when the template is loaded, with its line and column. What
// is accepted is therefore safe for every value, not just for those that a
// test thought of.
//
// The package does not know any option of NixOS, does not evaluate, and does
// not promise that a template is valid Nix: it follows the lexer, and just as
// much of the grammar as tells an attribute name from an expression. Nix itself
// has to read what was written.
package nix
