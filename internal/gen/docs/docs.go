// Package docs writes the site's runbook: how to bring it up, run it and repair
// it, with its own names and commands; and the list of its hostnames.
//
// The text is in templates/md; this package turns the site into the words that
// stand in it. It escapes nothing, and documents nothing that gen itself can do:
// that is the project's own documentation.
package docs

import (
	"slices"

	"sitegen/internal/md"
	"sitegen/internal/site"
	"sitegen/internal/tree"
	"sitegen/templates"
)

// Files returns docs/RUNBOOK.md, and docs/ROUTES.md with every hostname.
func Files(s *site.Site) ([]tree.File, error) {
	book, err := writeRunbook(newRunbook(s))
	if err != nil {
		return nil, err
	}
	hostnames, err := write(newRoutes(s), "routes.md")
	if err != nil {
		return nil, err
	}
	return []tree.File{{Path: "docs/ROUTES.md", Mode: 0o644, Data: hostnames}, {Path: "docs/RUNBOOK.md", Mode: 0o644, Data: book}}, nil
}

func writeRunbook(data runbook) ([]byte, error) {
	parts := []string{"prepare.md", "install.md", "daily.md", "repair.md"}
	if len(data.Servers) > 0 {
		parts = slices.Insert(parts, 3, "servers.md")
	}
	return write(data, parts...)
}

func write(data any, parts ...string) ([]byte, error) {
	text := []byte("<!-- " + tree.Header + " -->\n")
	for _, part := range parts {
		t, err := md.Parse(templates.FS, "md/"+part)
		if err != nil {
			return nil, err
		}
		out, err := t.Execute(data)
		if err != nil {
			return nil, err
		}
		text = slices.Concat(text, []byte("\n"), out)
	}
	return text, nil
}
