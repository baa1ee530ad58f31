package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sitegen/schema"
)

func (s *site) spec() string { return filepath.Join(s.dir, "spec") }

// write makes the spec: the example site and more clients. For `cue export` it
// stands beside the schema, in one package.
func (s *site) write() error {
	example, err := os.ReadFile("site.cue")
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("package site\n\n")
	// More than a node takes, and than a tunnel can be told of, is no matter here.
	if s.clients > 20 {
		b.WriteString("silence: \"pod-room\": \"nothing is deployed\"\n")
	}
	if s.clients*(1+s.hostnames) > 9000 {
		b.WriteString("silence: \"tunnel-size\": \"nothing is deployed\"\n")
	}
	b.WriteString("clients: {\n")
	for i := range s.clients {
		name := fmt.Sprintf("c%05d", i)
		var more []string
		for h := range s.hostnames {
			more = append(more, fmt.Sprintf("%q", fmt.Sprintf("h%d.%s.example", h, name)))
		}
		fmt.Fprintf(&b, "\t%s: {domain: \"%s.example\", hostnames: [%s], image: \"ghcr.io/example/%s:1.0.0\"}\n", name, name, strings.Join(more, ", "), name)
	}
	b.WriteString("}\n")
	text, err := schema.Text()
	if err != nil {
		return err
	}
	_, text, _ = bytes.Cut(text, []byte("\npackage schema\n"))
	return put(map[string]string{
		filepath.Join(s.spec(), "site.cue"):        string(example),
		filepath.Join(s.spec(), "clients.cue"):     b.String(),
		filepath.Join(s.dir, "whole/site.cue"):     string(example),
		filepath.Join(s.dir, "whole/clients.cue"):  b.String(),
		filepath.Join(s.dir, "whole/schema.cue"):   "package site\n" + string(text),
		filepath.Join(s.dir, "whole/together.cue"): "package site\n\n#Site\n",
	})
}

// export measures CUE's own program, which evaluates and prints the spec.
func (s *site) export() error {
	if s.cue == "" {
		return nil
	}
	cmd := exec.Command(s.cue, "export", ".")
	cmd.Dir = filepath.Join(s.dir, "whole")
	return s.time("cue export", cmd)
}

// terramate measures a peer that writes four files for each client, with the
// client's name, domain and image in them, and validates nothing.
// https://terramate.io/docs/cli/generate-file
func (s *site) terramate() error {
	if s.tmate == "" {
		return nil
	}
	for where, parent := range s.places() {
		dir := filepath.Join(parent, "terramate")
		files := map[string]string{filepath.Join(dir, "terramate.tm.hcl"): "terramate {\n  config {\n  }\n}\n"}
		for _, kind := range []string{"Application", "Deployment", "Kustomization", "Service"} {
			files[filepath.Join(dir, strings.ToLower(kind)+".tm.hcl")] = fmt.Sprintf("generate_file %q {\n  content = <<-EOT\n"+
				"kind: %s\nmetadata:\n  name: ${global.name}\n  domain: ${global.domain}\n  image: ${global.image}\n%sEOT\n}\n",
				strings.ToLower(kind)+".yaml", kind, strings.Repeat("key: value\n", 60))
		}
		for i := range s.clients {
			name := fmt.Sprintf("c%05d", i)
			files[filepath.Join(dir, "websites", name, "stack.tm.hcl")] = fmt.Sprintf(
				"stack {\n  name = %q\n}\nglobals {\n  name = %q\n  domain = \"%s.example\"\n  image = \"ghcr.io/example/%s:1.0.0\"\n}\n", name, name, name, name)
		}
		err := put(files)
		if err == nil {
			cmd := exec.Command(s.tmate, "generate")
			cmd.Dir = dir
			err = s.time("terramate "+where, cmd)
		}
		if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
			return err
		}
	}
	return nil
}

// put writes files, and the folders above them.
func put(files map[string]string) error {
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
