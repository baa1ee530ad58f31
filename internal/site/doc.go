// Package site is the model of a site and how it follows from a spec: every default
// is filled in, every name resolved, every list sorted. What more than one generator
// has to know stands here once: names of folders, keys of encrypted files, hostnames.
//
// Resolve is total: a value that does not parse is left out, and package rules, which
// looks at spec and site together, reports it. What is made from a site is unknown here.
package site
