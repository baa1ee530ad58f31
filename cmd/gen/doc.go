// Command gen writes every file of a site's infrastructure repository from one site
// spec, and tells whether a repository is what its spec says.
//
// A spec goes one way, each step in a package of its own:
//
//	spec    reads the CUE files: evaluates them by themselves, as cue export does,
//	        within limits; compares the result with the schema; knows where the
//	        user wrote what
//	site    resolves the spec to a Site: every default filled in, every name
//	        resolved, every list sorted
//	rules   checks spec and site, and says what is wrong, where, and what to do
//	gen     runs the generators, each a pure function from a Site to files
//	tree    compares the files with the folder, and changes it so that nothing of
//	        the user's is lost
//
// Writing, diff and check are three readers of one list of changes (tree.Compare),
// so that they cannot disagree. Generation happens in memory and is finished before
// the disk is touched.
//
// Generators know a site and no syntax; the languages (nix, tf, manifest, sh, md)
// know a syntax and no site. No value of a spec becomes text in any other place than
// a language's escaper, and an unsafe template does not load.
//
// Findings have one shape (diag.Problem) whichever command made them: text for
// people, JSON, GitHub annotations and SARIF for machines. format judges single
// texts; verify has the programs that read the tree judge it.
//
// The output holds no date, version, host or path of this machine: the same spec
// gives the same bytes. .sitegen.sum in the output root lists what gen wrote, with
// hashes: by it gen tells its own files from the user's, and finishes what a killed
// run began.
//
// docs/ARCHITECTURE.md says why.
package main
