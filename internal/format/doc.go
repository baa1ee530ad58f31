// Package format tells what is wrong with a single text: whether it is a host name,
// an address, a key, a size, and what may be meant. Each function knows one format,
// names its source, and returns a Fault, which is zero where the text is sound.
//
// It knows nothing of CUE and nothing of a site.
package format
