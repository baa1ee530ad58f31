package sitetest

import "regexp"

// CUEWords are words of CUE's own messages, which mean nothing to who writes a
// spec.
var CUEWords = regexp.MustCompile(`conflicting values|incomplete value|empty disjunction|disjunction|_\|_|not an instance|out of bound|mismatched types|cannot use value|structural cycle|non-concrete|unresolved|<undefined>|\bbottom\b|field not allowed|undefined field|schema/|panic`)
