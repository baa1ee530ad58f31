package verify

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
)

// kubeconform compares every manifest with the schemas of its kind, and refuses
// fields that are not in them. Kinds that no schema is found for are named.
func kubeconform(j *job) string {
	if len(j.opts.Schemas) == 0 && !j.opts.Network {
		return "fetches the schemas: say --network, or --schemas LOCATION"
	}
	args := []string{"-strict", "-ignore-missing-schemas", "-verbose", "-output", "json", "-kubernetes-version", kubeVersion}
	locations := j.opts.Schemas
	if len(locations) == 0 {
		locations = []string{"default"}
	}
	locations, unread := j.answering(locations)
	if len(locations) == 0 {
		return unread
	}
	if unread != "" {
		j.note("%s: its schemas were not read", unread)
	}
	for _, l := range locations {
		args = append(args, "-schema-location", l)
	}
	var skipped []string
	valid := 0
	for files := range slices.Chunk(j.artifacts, 500) { // a command line has its limit
		call := slices.Clone(args)
		for _, f := range files {
			call = append(call, filepath.FromSlash(f))
		}
		out, err := j.run(Command{Path: j.program, Dir: j.copy, Args: call, Timeout: longTime})
		var verdict struct{ Resources []verdict }
		if err != nil || json.Unmarshal(out.Stdout, &verdict) != nil {
			if !j.refused(files[0], out, err) {
				j.problem(files[0], 0, "unreadable answer %q", out.Stdout)
			}
			continue
		}
		for _, r := range verdict.Resources {
			switch r.Status {
			case "statusValid":
				valid++
			case "statusSkipped":
				skipped = append(skipped, r.Version+" "+r.Kind)
			default:
				j.problem(filepath.ToSlash(r.Filename), 0, "%s %q: %s", r.Kind, r.Name, j.tidy(strings.TrimSpace(r.Msg)))
			}
		}
	}
	slices.Sort(skipped)
	if skipped = slices.Compact(skipped); len(skipped) > 0 {
		j.note("no schema for %s", strings.Join(skipped, ", "))
	}
	if valid == 0 && len(j.problems) == 0 {
		return "no schema was found for any manifest"
	}
	return ""
}

// answering are the locations of schemas that can be read, and why the first of the others cannot.
func (j *job) answering(locations []string) (able []string, unread string) {
	for _, l := range locations {
		address := l
		if l == "default" { // kubeconform, pkg/registry/registry.go
			address = "https://raw.githubusercontent.com"
		}
		// The name of a schema is a template in the address's path.
		if server, _, _ := strings.Cut(address, "{{"); strings.Contains(server, "://") {
			if why := j.unreachable(server); why != "" {
				unread = cmp.Or(unread, why)
				continue
			}
		}
		able = append(able, l)
	}
	return able, unread
}

// verdict is what kubeconform says of one object.
type verdict struct{ Filename, Kind, Name, Version, Status, Msg string }
