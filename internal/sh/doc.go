// Package sh writes bash scripts: fixed text, with the values in assignments at
// one marked place.
//
// A script is a file of bash that people can read, run and lint as it is. The
// line
//
//	#gen:values
//
// is where [Template.Execute] puts one readonly assignment for each value,
// quoted; the text around it never changes. What a script does for one site and
// not for another it decides at run time, by testing a value:
//
//	if [[ $has_agents == true ]]; then …
//	for host in "${agents[@]}"; do …
//
// so that every branch is seen by the linter, whatever the site.
//
// The package does not read the script. What it does with the values is its
// owner's to test: each is read, none is assigned again or read as a number or as
// code. Quoting an expansion ("$host") is the script's duty, and shellcheck's to
// insist on; so is a second round of quoting for commands that another shell
// reads (ssh host "ls ${dir@Q}").
package sh
