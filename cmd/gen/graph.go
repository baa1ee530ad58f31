package main

import (
	"fmt"

	"sitegen/internal/gen/picture"
)

type graphCmd struct {
	specFlags
	Format string `default:"svg" enum:"svg,mermaid,dot,json" help:"svg, as docs/site.svg; mermaid; dot, for Graphviz; or json (${default})."`
}

// Run draws the site.
func (c *graphCmd) Run(e *env) error {
	s, err := c.load(e)
	if err != nil {
		return err
	}
	switch c.Format {
	case "mermaid":
		return picture.Graph(s).Mermaid(e.stdout)
	case "dot":
		return picture.Graph(s).Dot(e.stdout)
	case "json":
		return picture.Graph(s).JSON(e.stdout)
	}
	files, err := picture.Files(s)
	if err == nil {
		_, err = fmt.Fprintf(e.stdout, "%s", files[0].Data)
	}
	return err
}
