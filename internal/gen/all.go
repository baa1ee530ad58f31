package gen

// All is everything that gen writes. To add an output, write a package with a
// Files function beside the others, and give it a line here.
func All() []Generator {
	return []Generator{}
}
