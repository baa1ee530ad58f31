package meant

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// mutation is one change of one line, with what is below it, of a file.
type mutation struct {
	file  string
	line  int    // from 1
	class string // the kind of file, the way to the line, and what is done
	how   string // change, drop, swap
	text  string // of the file, changed
	was   string // the line
}

// entry is a line and what is below it: [from, to) of the lines.
type entry struct{ from, to int }

var (
	keyOf   = regexp.MustCompile(`^(?:- )*"?([A-Za-z0-9_./$*@:-]+)"?\s*[:={]`)
	number1 = regexp.MustCompile(`^[0-9]+$`)
)

// mutations are all of a file.
func mutations(file, text string) []mutation {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var all []mutation
	kind := kindOf(file, text)
	add := func(e entry, how string, changed []string) {
		all = append(all, mutation{file, e.from + 1, kind + " " + wayTo(lines, e.from) + " " + how, how, strings.Join(changed, "\n") + "\n", lines[e.from]})
	}
	entries := entriesOf(lines)
	for i, e := range entries {
		if i+1 < len(entries) {
			if n := entries[i+1:]; true {
				for _, next := range n {
					if next.from == e.to && indent(lines[next.from]) == indent(lines[e.from]) && lines[next.from] != lines[e.from] {
						add(e, "swap", slices.Concat(lines[:e.from], lines[next.from:next.to], lines[e.from:e.to], lines[next.to:]))
					}
					if next.from >= e.to {
						break
					}
				}
			}
		}
		add(e, "drop", slices.Concat(lines[:e.from], lines[e.to:]))
		if changed, ok := changeOf(lines[e.from]); ok {
			add(e, "change", slices.Concat(lines[:e.from], []string{changed}, lines[e.from+1:]))
		}
	}
	return all
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// entriesOf are the entries of a file whose indentation is its structure.
func entriesOf(lines []string) []entry {
	var all []entry
	for i, line := range lines {
		body := strings.TrimSpace(line)
		if body == "" || strings.HasPrefix(body, "#") || body == "---" || strings.Trim(body, "}])({[;,.") == "" || strings.HasPrefix(body, "}") || strings.HasPrefix(body, "]") {
			continue
		}
		to := i + 1
		for to < len(lines) {
			next := strings.TrimSpace(lines[to])
			deeper := indent(lines[to]) > indent(line) || indent(lines[to]) == indent(line) && strings.HasPrefix(next, "- ") && !strings.HasPrefix(body, "- ")
			closes := indent(lines[to]) == indent(line) && next != "" && strings.ContainsAny(next[:1], "}])")
			if !deeper && !closes || next == "" && !strings.HasSuffix(body, "{") {
				break
			}
			if to++; closes {
				break
			}
		}
		all = append(all, entry{i, to})
	}
	return all
}

// kindOf is what a file is: the kind of a manifest, or the name of a file.
func kindOf(file, text string) string {
	if m := regexp.MustCompile(`(?m)^kind: (\w+)`).FindStringSubmatch(text); m != nil && strings.HasSuffix(file, ".yaml") {
		return m[1]
	}
	if strings.HasPrefix(file, "secrets/") {
		return "example"
	}
	if strings.HasPrefix(file, "machines/") || strings.HasPrefix(file, "roles/") {
		return path.Base(path.Dir(file)) + "/" + path.Base(file)
	}
	return path.Base(file)
}

// wayTo are the keys above a line, and its own.
func wayTo(lines []string, i int) string {
	var way []string
	depth := indent(lines[i]) + 1
	for ; i >= 0 && depth > 0; i-- {
		line := lines[i]
		if strings.TrimSpace(line) == "" || strings.HasPrefix(strings.TrimSpace(line), "#") || indent(line) >= depth {
			continue
		}
		m := keyOf.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			if len(way) == 0 {
				way = append(way, "-")
				depth = indent(line) + 1
				if !strings.HasPrefix(strings.TrimSpace(line), "- ") {
					depth = indent(line)
				}
			}
			continue
		}
		way = append(way, m[1])
		depth = indent(line)
		if strings.HasPrefix(strings.TrimSpace(line), "- ") {
			depth++
		}
	}
	slices.Reverse(way)
	return strings.Join(way, ".")
}

// changeOf changes the value of a line: another number, the other of true and false, one letter more.
func changeOf(line string) (string, bool) {
	body := strings.TrimRight(line, ",;{[( ")
	tail := line[len(body):]
	comment := ""
	if i := strings.Index(body, " # "); i >= 0 {
		body, comment = body[:i], body[i:]
	}
	i := strings.LastIndexAny(strings.TrimRight(body, `"'`), " ")
	head, value := body[:i+1], body[i+1:]
	if m := regexp.MustCompile(`^(.*(?:: |= |- ))(.+)$`).FindStringSubmatch(body); m != nil {
		head, value = m[1], m[2]
	}
	quote := ""
	if n := len(value); n > 1 && strings.ContainsAny(value[:1], `"'`) && value[0] == value[n-1] {
		quote, value = value[:1], value[1:n-1]
	}
	switch {
	case value == "" || strings.HasSuffix(value, ":") && quote == "" || value == "|" || strings.ContainsAny(value[:1], "{[|&*!") && quote == "":
		return "", false
	case value == "true":
		value = "false"
	case value == "false":
		value = "true"
	case value == "null":
		value = `"x"`
	case number1.MatchString(value):
		n, _ := strconv.Atoi(value)
		value = strconv.Itoa(n + 1)
	default:
		value += "x"
	}
	return head + quote + value + quote + comment + tail, true
}
