package spec

import "sitegen/internal/diag"

// Text is a file of the spec. Data is nil where the file has it.
type Text struct {
	Name string
	Data []byte
}

// Texts are the files that the spec is made of, as they are read.
func (src Source) Texts() ([]Text, diag.Problems) {
	files, problems := src.read()
	if problems.Errors() > 0 {
		return nil, problems
	}
	var all []Text
	for _, f := range files {
		data, err := src.data(f.Filename, maxSource)
		if err != nil {
			return nil, specProblem(f.Filename, err, "")
		}
		all = append(all, Text{f.Filename, data})
	}
	return all, nil
}

// With is the source with other texts in some of its files.
func (src Source) With(texts []Text) Source {
	src.Overlay = map[string][]byte{}
	for _, t := range texts {
		src.Overlay[t.Name] = t.Data
	}
	return src
}

// data is what is in a file of the spec, or the text in its place.
func (src Source) data(name string, most int) ([]byte, error) {
	if data, ok := src.Overlay[name]; ok {
		return data, nil
	}
	return readRegular(name, most)
}
