package prove

import (
	"path"
	"regexp"
	"strings"
)

// module is a NixOS module of the tree.
type module struct {
	file     string
	imports  []link
	sops     string // the folder-relative default file with secrets
	sopsAt   Place
	declares map[string]Place // sops.secrets
	uses     map[string]Place // config.sops.secrets.X and placeholders
}

// link is a path that a file names.
type link struct {
	to string
	at Place
}

// code is a Nix file without its strings and comments: lines stay where they are.
func code(data string) string {
	out := []byte(data)
	blank := func(i, j int) {
		for ; i < j && i < len(out); i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	for i := 0; i < len(data); {
		end := -1
		switch {
		case data[i] == '#':
			end = i + strings.IndexByte(data[i:]+"\n", '\n')
		case strings.HasPrefix(data[i:], "/*"):
			end = i + strings.Index(data[i:]+"*/", "*/") + 2
		case data[i] == '"':
			for end = i + 1; end < len(data) && data[end] != '"'; end++ {
				if data[end] == '\\' {
					end++
				}
			}
			end++
		case strings.HasPrefix(data[i:], "''"):
			for end = i + 2; end < len(data) && (!strings.HasPrefix(data[end:], "''") || strings.IndexByte("$'\\", (data + "  ")[end+2]) >= 0); end++ {
				if strings.HasPrefix(data[end:], "''") {
					end += 2
				}
			}
			end += 2
		default:
			i++
			continue
		}
		blank(i, end)
		i = max(end, i+1)
	}
	return string(out)
}

// beginning is what stands behind a path that more is added to: ./roles + "/${role}".
var beginning = regexp.MustCompile(`^\s*\+[^+]`)

func lineOf(data string, offset int) int { return 1 + strings.Count(data[:offset], "\n") }

// readModule reads what a Nix file refers to.
func (p *Proof) readModule(file string) *module {
	m := &module{file: file, declares: map[string]Place{}, uses: map[string]Place{}}
	data := string(p.files[file])
	plain := code(data)
	for _, i := range nixPath.FindAllStringSubmatchIndex(plain, -1) {
		if beginning.MatchString(plain[i[3]:]) {
			continue
		}
		m.imports = append(m.imports, link{path.Join(path.Dir(file), plain[i[2]:i[3]]), Place{file, lineOf(plain, i[2])}})
	}
	if strings.Contains(data, `./. + "/${name}.sh"`) {
		for _, i := range programName.FindAllStringSubmatchIndex(data, -1) {
			m.imports = append(m.imports, link{path.Join(path.Dir(file), data[i[2]:i[3]]+".sh"), Place{file, lineOf(data, i[2])}})
		}
	}
	if path.Dir(file) == "hosts" { // what a hand-written flake passes to its function
		for list, folder := range map[string]string{"roles": "roles", "machine": "machines"} {
			for _, i := range regexp.MustCompile(list+` = \[([^\]]*)\]`).FindAllStringSubmatchIndex(data, -1) {
				for _, name := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(data[i[2]:i[3]], -1) {
					m.imports = append(m.imports, link{path.Join(folder, name[1]), Place{file, lineOf(data, i[0])}})
				}
			}
		}
	}
	if i := sopsFile.FindStringSubmatchIndex(plain); i != nil {
		m.sops, m.sopsAt = path.Join(path.Dir(file), plain[i[2]:i[3]]), Place{file, lineOf(plain, i[2])}
	}
	for _, i := range secretBlock.FindAllStringSubmatchIndex(data, -1) {
		depth := 0
		first := lineOf(data, i[4])
		for n, line := range strings.Split(data[i[4]:i[5]], "\n") {
			if s := secretName.FindStringSubmatch(line); s != nil && depth == 0 {
				m.declares[s[1]] = Place{file, first + n}
			}
			depth += strings.Count(line, "{") - strings.Count(line, "}")
		}
	}
	for _, i := range secretAlone.FindAllStringSubmatchIndex(data, -1) {
		m.declares[either(data, i)] = Place{file, lineOf(data, i[0])}
	}
	for _, i := range sopsKey.FindAllStringSubmatchIndex(data, -1) {
		m.uses[either(data, i)] = Place{file, lineOf(data, i[0])}
	}
	return m
}

// either is the first of two groups that matched.
func either(data string, i []int) string {
	if i[2] >= 0 {
		return data[i[2]:i[3]]
	}
	return data[i[4]:i[5]]
}

// nixFile is what an import names: a file, or default.nix of a folder.
func (p *Proof) nixFile(to string) string {
	if p.dirs[to] {
		return path.Join(to, "default.nix")
	}
	return to
}

// closure are a module and those that it imports.
func (p *Proof) closure(file string, modules map[string]*module) {
	if modules[file] != nil || !p.has(file) || path.Ext(file) != ".nix" {
		return
	}
	m := p.readModule(file)
	modules[file] = m
	for _, l := range m.imports {
		p.closure(p.nixFile(l.to), modules)
	}
}
