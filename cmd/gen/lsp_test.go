package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestLanguageServer asks CUE's own language server what an editor would: what can stand
// here, what a field means, where it is defined. What the server does not do in this
// version is in docs/EDITOR.md.
func TestLanguageServer(t *testing.T) {
	cue, err := exec.LookPath("cue")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("cue is missing: make tools")
		}
		t.Skip("NOT CHECKED: cue is missing (make tools)")
	}
	dir := editorSpec(t, "../../site.cue", "", "backup: {", "\ts", "}", "hosts: web1: {", "\tf", "}", "hosts: web1: nics: wan: {", "\tg", "}",
		"apps: invoices: volumes: data: {", "\tm", "}")
	s := startServer(t, cue, dir)
	for around, want := range map[string][]string{
		"backup: {\n\ts":                        {"s3", "schedule", "keep"},
		"hosts: web1: {\n\tf":                   {"firmware", "cpu", "vlans"},
		"hosts: web1: nics: wan: {\n\tg":        {"mac", "ipv4", "mtu"},
		"apps: invoices: volumes: data: {\n\tm": {"mount", "size", "storage"},
	} {
		var list struct{ Items []struct{ Label string } }
		s.at("completion", around, &list)
		var labels []string
		for _, i := range list.Items {
			labels = append(labels, i.Label)
		}
		for _, w := range want {
			if !slices.Contains(labels, w) {
				t.Errorf("in %q there is no %s: %v", around, w, labels)
			}
		}
	}
	for around, want := range map[string]string{
		"\n\trelease":          "The NixOS release", // of a host, whose name is the user's
		"\nadmin: em":          "Who runs the site", // of the site
		"bakery.example\", im": "Image with a tag",  // of a client, embedded
	} {
		var hover struct{ Contents struct{ Value string } }
		s.at("hover", around, &hover)
		if !strings.Contains(hover.Contents.Value, want) {
			t.Errorf("hover at %q: %q, want %q", around, hover.Contents.Value, want)
		}
	}
	var places []struct{ URI string }
	s.at("definition", "\n\trelease", &places)
	if !slices.ContainsFunc(places, func(p struct{ URI string }) bool { return strings.HasSuffix(p.URI, "/schema.cue") }) {
		t.Errorf("the definition of release is not found: %v", places)
	}
}

// server is a language server, by the Language Server Protocol: messages of JSON-RPC
// with a header that says how long they are.
type server struct {
	t    *testing.T
	in   io.Writer
	out  *textproto.Reader
	uri  string
	text string
	id   int
}

func startServer(t *testing.T, cue, dir string) *server {
	cmd := exec.Command(cue, "lsp", "serve")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CUE_REGISTRY=none", "CUE_CACHE_DIR="+t.TempDir())
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	t.Cleanup(func() { late.Stop(); cmd.Process.Kill(); cmd.Wait() })
	text, err := os.ReadFile(filepath.Join(dir, "site.cue"))
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, in: in, out: textproto.NewReader(bufio.NewReader(out)), uri: "file://" + filepath.ToSlash(dir) + "/site.cue", text: string(text)}
	folder := map[string]any{"uri": "file://" + filepath.ToSlash(dir), "name": "spec"}
	s.ask("initialize", map[string]any{"processId": os.Getpid(), "rootUri": folder["uri"], "workspaceFolders": []any{folder},
		"capabilities": map[string]any{"workspace": map[string]any{"workspaceFolders": true, "configuration": true}}}, nil)
	s.send(map[string]any{"method": "initialized", "params": map[string]any{}})
	s.send(map[string]any{"method": "textDocument/didOpen", "params": map[string]any{
		"textDocument": map[string]any{"uri": s.uri, "languageId": "cue", "version": 1, "text": s.text}}})
	return s
}

// at asks about the place behind the first occurrence of a text.
func (s *server) at(what, around string, into any) {
	s.t.Helper()
	i := strings.Index(s.text, around)
	if i < 0 {
		s.t.Fatalf("the spec does not say %q", around)
	}
	before := s.text[:i+len(around)]
	line := strings.Count(before, "\n")
	s.ask("textDocument/"+what, map[string]any{"textDocument": map[string]any{"uri": s.uri},
		"position": map[string]any{"line": line, "character": len(before) - 1 - strings.LastIndex(before, "\n")}}, into)
}

func (s *server) send(message map[string]any) {
	s.t.Helper()
	message["jsonrpc"] = "2.0"
	text, err := json.Marshal(message)
	if err == nil {
		_, err = fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(text), text)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// ask waits for the answer. Of what the server asks itself, only its configuration
// is waited for: there is none.
func (s *server) ask(method string, params map[string]any, into any) {
	s.t.Helper()
	s.id++
	s.send(map[string]any{"id": s.id, "method": method, "params": params})
	for {
		header, err := s.out.ReadMIMEHeader()
		if err != nil {
			s.t.Fatalf("%s: the server says nothing: %v", method, err)
		}
		n, _ := strconv.Atoi(header.Get("Content-Length"))
		text := make([]byte, n)
		if _, err := io.ReadFull(s.out.R, text); err != nil {
			s.t.Fatal(err)
		}
		var m struct {
			ID            any
			Method        string
			Result, Error json.RawMessage
		}
		if err := json.Unmarshal(text, &m); err != nil {
			s.t.Fatal(err)
		}
		switch {
		case m.Method != "" && m.ID != nil:
			s.send(map[string]any{"id": m.ID, "result": []any{nil}})
		case m.Method == "" && m.ID == float64(s.id):
			if m.Error != nil {
				s.t.Fatalf("%s: %s", method, m.Error)
			}
			if into != nil && json.Unmarshal(m.Result, into) != nil {
				s.t.Fatalf("%s: %s", method, m.Result)
			}
			return
		}
	}
}
