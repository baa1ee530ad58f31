package rules

import (
	"reflect"
	"strings"
	"testing"

	"sitegen/internal/diag"
	"sitegen/internal/site"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// TestTextManners plants what ends a line, or looks like an option, into every
// text of a spec that says every field, names included: only what is read whole
// may hold it.
func TestTextManners(t *testing.T) {
	sp, ix := evaluated(t, sitetest.Full())
	type place struct {
		at   diag.Path
		name bool
		text string
	}
	var places []place
	eachString(sp, func(at func() diag.Path, text string) {
		p := at()
		places = append(places, place{p, p[len(p)-1] == text, text})
	})
	for i, p := range places {
		if undo := put(sp, p.at, p.name, p.text+"x"); undo != nil {
			undo()
		} else {
			places[i].name = false // a value that is the same word as its field
		}
	}
	planted := map[manner]int{}
	for _, p := range places {
		how := mannerOf(p.at, p.name)
		for _, text := range []string{p.text + "\nx", "x\n" + p.text, p.text + "\r", "\x1b[2J" + p.text, p.text + "\tx", p.text + "\u2028x", p.text + "\x00", "-oProxyCommand=" + p.text} {
			undo := put(sp, p.at, p.name, text)
			if undo == nil {
				t.Fatalf("%s: nothing is planted", p.at)
			}
			at := p.at
			if p.name {
				at = at.Parent().With(text)
			}
			at = ix.User(at)
			refused := false
			for _, problem := range check(sp, site.Resolve(sp, ix), ix) {
				refused = refused || problem.Severity == diag.Error && (problem.Path == at.String() || strings.HasPrefix(problem.Path, at.String()+"."))
			}
			undo()
			planted[how]++
			may := how == whole && !strings.Contains(text, "\x00") || how == line && (strings.HasPrefix(text, "-") || strings.Contains(text, "\t"))
			if !refused && !may {
				t.Errorf("%s (name %t): %q is accepted", p.at, p.name, text)
			}
		}
	}
	if planted[argument] < 700 || planted[line] < 20 || planted[whole] < 20 {
		t.Errorf("planted only %v", planted)
	}
}

// TestReadersBehind has texts that are sound for the file they are written into,
// and not for the program behind it.
func TestReadersBehind(t *testing.T) {
	for text, paths := range map[string][]diag.Path{
		"`reboot`@example.com":    {{"alerts", "email"}, {"alerts", "smtp", "from"}},
		"o$HOME@example.com":      {{"alerts", "email"}, {"alerts", "smtp", "from"}},
		"a#b@example.com":         {{"alerts", "email"}},
		"-C/etc/x@example.com":    {{"alerts", "email"}, {"alerts", "smtp", "from"}},
		`"apikey"`:                {{"alerts", "smtp", "user"}},
		" apikey":                 {{"alerts", "smtp", "user"}},
		strings.Repeat("a", 500):  {{"alerts", "smtp", "user"}},
		"fe80::1%\nuser evil":     {{"alerts", "smtp", "host"}, {"hosts", "web1", "address"}},
		"fe80::1%-oProxyCommand=": {{"alerts", "smtp", "host"}, {"hosts", "web1", "address"}},
		"-oProxyCommand=curl${IFS}example.com@git.example.com:infra.git": {{"repo", "url"}},
		"-oProxyCommand=reboot@git.example.com:infra.git":                {{"repo", "url"}},
		"ssh://-oProxyCommand=reboot@git.example.com/infra.git":          {{"repo", "url"}},
		"ssh://git@-oProxyCommand=reboot/infra.git":                      {{"repo", "url"}},
		"git@git.example.com:-oProxyCommand=reboot":                      {{"repo", "url"}},
		"git@git.example.com:infra;reboot":                               {{"repo", "url"}},
		"git@git.example.com;reboot:infra.git":                           {{"repo", "url"}},
		"main;reboot":                                                    {{"repo", "branch"}},
		"main`reboot`":                                                   {{"repo", "branch"}},
		"/dev/disk/by-id/ata-`reboot`":                                   {{"hosts", "web1", "disks", "a", "device"}},
		"/dev/disk/by-id/ata-$(reboot)":                                  {{"hosts", "web1", "disks", "a", "device"}},
		"https://example.com/'$(reboot)'":                                {{"hosts", "web1", "installer", "image"}},
		"@cert-authority *.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF": {{"repo", "knownHosts", 0}},
	} {
		for _, at := range paths {
			sp, ix := evaluated(t, sitetest.Full())
			if put(sp, at, false, text) == nil {
				t.Fatalf("%s: nothing is planted", at)
			}
			refused := false
			for _, p := range check(sp, site.Resolve(sp, ix), ix) {
				refused = refused || p.Severity == diag.Error && p.Path == at.String()
				if strings.Contains(p.Hint, "`") && strings.Contains(p.Hint, "reboot") {
					t.Errorf("%s: a hint has a command with a value that was not looked at: %s", at, p.Hint)
				}
			}
			if !refused {
				t.Errorf("%s: %q is accepted", at, text)
			}
		}
	}
}

// put writes a text into the spec, as a value or as the name of a field, and
// returns what takes it back; nil where there is no text at the path.
func put(sp *spec.Spec, at diag.Path, name bool, text string) (undo func()) {
	if len(at) == 0 {
		return nil
	}
	w := &stringWalker{names: map[reflect.Type][]string{}}
	in := reflect.ValueOf(sp)
	for _, e := range at.Parent() {
		in = w.below(in, e)
	}
	in = opened(in)
	if in.Kind() == reflect.Map {
		key, ok := at[len(at)-1].(string)
		if !ok {
			return nil
		}
		return putKey(in, key, name, text)
	}
	v := w.below(in, at[len(at)-1])
	if of := opened(v); of.Kind() == reflect.Struct { // a word or a struct
		for i, name := range w.fieldNames(of.Type()) {
			if name == "" && of.Field(i).Kind() == reflect.String {
				v = of.Field(i)
			}
		}
	}
	if name || opened(v).Kind() != reflect.String || !v.CanSet() {
		return nil
	}
	old := reflect.ValueOf(v.Interface())
	meant := reflect.New(opened(v).Type())
	meant.Elem().SetString(text)
	if v.Kind() != reflect.Pointer {
		meant = meant.Elem()
	}
	v.Set(meant)
	return func() { v.Set(old) }
}

// opened is what is behind pointers, and in a value of any shape.
func opened(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}

func putKey(in reflect.Value, key string, name bool, text string) (undo func()) {
	k, meant := reflect.ValueOf(key), reflect.ValueOf(text)
	old := in.MapIndex(k)
	switch {
	case !old.IsValid() || name && in.MapIndex(meant).IsValid():
		return nil
	case name:
		in.SetMapIndex(k, reflect.Value{})
		in.SetMapIndex(meant, old)
		return func() {
			in.SetMapIndex(meant, reflect.Value{})
			in.SetMapIndex(k, old)
		}
	case opened(old).Kind() != reflect.String:
		return nil
	}
	in.SetMapIndex(k, meant)
	return func() { in.SetMapIndex(k, old) }
}

// below is what a value of the spec has under a name or at a position; the zero
// Value where there is none.
func (w *stringWalker) below(v reflect.Value, elem any) reflect.Value {
	v = opened(v)
	switch e := elem.(type) {
	case int:
		if v.Kind() == reflect.Slice && e < v.Len() {
			return v.Index(e)
		}
	case string:
		switch v.Kind() {
		case reflect.Map:
			return v.MapIndex(reflect.ValueOf(e))
		case reflect.Struct:
			return w.fieldOf(v, e)
		}
	}
	return reflect.Value{}
}

func (w *stringWalker) fieldOf(v reflect.Value, field string) reflect.Value {
	var inner reflect.Value
	for i, name := range w.fieldNames(v.Type()) {
		switch {
		case name == field:
			return v.Field(i)
		case name == "" && !inner.IsValid():
			inner = w.below(v.Field(i), field)
		}
	}
	return inner
}
