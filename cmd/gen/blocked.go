package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"sitegen/internal/tree"
)

// showBlocked shows what gen would destroy, and the ways on. Edits are shown as a
// diff; of a file that was there before gen there is nothing to compare, and it
// can be of any length: BlockedError lists it with its size.
func showBlocked(e *env, blocked *tree.BlockedError) error {
	if !e.text() {
		e.log.Findings = append(e.log.Findings, e.drift(blocked.Changes)...)
		return errShown
	}
	edited := slices.DeleteFunc(slices.Clone(blocked.Changes), func(c tree.Change) bool { return c.Kind == tree.Foreign })
	for _, c := range edited {
		if err := showDiff(e, c); err != nil {
			return err
		}
	}
	// Last, where a reader of a long diff ends.
	fmt.Fprintf(e.stderr, "gen: %v\nlook at them with %s; move what you need into the spec, or exclude the path there; %s --force PATH writes anyway and keeps a backup\n",
		blocked, e.command("diff"), e.command(""))
	for _, c := range blocked.Changes {
		if c.Kind != tree.Foreign {
			continue
		}
		for _, line := range shared(c) {
			fmt.Fprintln(e.stderr, line)
		}
	}
	return errShown
}

// maxDiff is how many lines of the diff of one file a refusal shows.
const maxDiff = 60

// showDiff shows how an edited file differs, and where the rest of it can be seen.
func showDiff(e *env, c tree.Change) error {
	var b bytes.Buffer
	if err := tree.Diff(&b, []tree.Change{c}, wantsColor(e.stderr)); err != nil {
		return err
	}
	lines := bytes.SplitAfter(bytes.TrimSuffix(b.Bytes(), []byte("\n")), []byte("\n"))
	more := len(lines) - maxDiff
	if more <= 0 {
		_, err := e.stderr.Write(b.Bytes())
		return err
	}
	_, err := fmt.Fprintf(e.stderr, "%s… and %d more lines: %s --only %s shows all\n",
		bytes.Join(lines[:maxDiff], nil), more, e.command("diff"), quoted(c.Path))
	return err
}

// shared says how a file that repositories often have before gen comes to them is
// kept, and what to add to it. The lines below the first can be pasted.
func shared(c tree.Change) []string {
	keep := fmt.Sprintf("gen: %s was there before gen: keep it with output: exclude: [%q] in the spec", c.Path, c.Path)
	switch c.Path {
	case "flake.nix":
		return []string{`gen: flake.nix was there before gen: keep it with output: flake: "own" in the spec; gen then writes hosts/HOST.nix for it`}
	case ".gitignore":
		lines := missingPatterns(c.Old.Data, c.New.Data)
		if len(lines) == 0 {
			return []string{keep}
		}
		return append([]string{keep + ", and add these lines at its end (of the patterns that match a file, the last one counts):"}, lines...)
	case ".sops.yaml":
		rules, top := missingRules(c.Old.Data, c.New.Data)
		if len(rules) == 0 {
			return []string{keep}
		}
		where := "below creation_rules:, above the rules that are there"
		if top {
			where = "to it"
		}
		return append([]string{keep + ", and add these rules " + where + " (sops takes the first whose path_regex matches):"}, rules...)
	}
	return nil
}

// missingPatterns are the patterns that a .gitignore lacks; all of them where it
// takes some back.
func missingPatterns(have, want []byte) []string {
	held := map[string]bool{}
	for line := range strings.Lines(string(have)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "!") {
			held = nil
			break
		}
		held[line] = true
	}
	var missing []string
	for line := range strings.Lines(string(want)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !held[line] {
			missing = append(missing, line)
		}
	}
	return missing
}

// sopsConfig is what of a .sops.yaml tells one rule from another.
type sopsConfig struct {
	Rules []map[string]any `json:"creation_rules"`
}

// missingRules are the lines of the rules that a .sops.yaml lacks, as gen writes
// them and indented like the rules that are there; top means that there are none,
// and the lines begin with creation_rules.
func missingRules(have, want []byte) (lines []string, top bool) {
	var theirs, ours sopsConfig
	if yaml.Unmarshal(have, &theirs) != nil {
		theirs.Rules = nil // it is not YAML, or not a list: nothing of it can be compared
	}
	if yaml.Unmarshal(want, &ours) != nil {
		return nil, false
	}
	held := map[string]bool{}
	for _, r := range theirs.Rules {
		held[fmt.Sprint(r)] = true
	}
	top = len(theirs.Rules) == 0
	indent := ""
	if top {
		lines = []string{"creation_rules:"}
	} else {
		indent = ruleIndent(have)
	}
	missing := 0
	for i, block := range ruleBlocks(want) {
		if i < len(ours.Rules) && held[fmt.Sprint(ours.Rules[i])] {
			continue
		}
		missing++
		for _, line := range block {
			lines = append(lines, indent+line)
		}
	}
	if missing == 0 {
		return nil, top
	}
	return lines, top
}

// ruleBlocks are the lines of each item of the list in gen's own file, which
// stands at its left edge.
func ruleBlocks(data []byte) [][]string {
	var blocks [][]string
	for line := range bytes.Lines(data) {
		text := strings.TrimRight(string(line), "\n")
		switch {
		case strings.HasPrefix(text, "- "):
			blocks = append(blocks, []string{text})
		case len(blocks) > 0 && strings.HasPrefix(text, " "):
			blocks[len(blocks)-1] = append(blocks[len(blocks)-1], text)
		}
	}
	return blocks
}

// ruleIndent is what stands before the first item below creation_rules.
func ruleIndent(data []byte) string {
	below := false
	for line := range strings.Lines(string(data)) {
		text := strings.TrimLeft(line, " ")
		switch {
		case strings.HasPrefix(line, "creation_rules:"):
			below = true
		case below && strings.HasPrefix(text, "- "):
			return line[:len(line)-len(text)]
		}
	}
	return ""
}
