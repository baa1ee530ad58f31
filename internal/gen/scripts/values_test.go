package scripts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"sitegen/internal/sh"
)

// TestValues: each value is read by its script and assigned by nobody else, and
// none is evaluated, as code or as a number: in arithmetic bash runs the commands
// of a[$(…)], even from within a variable.
func TestValues(t *testing.T) {
	for name, values := range map[string][]sh.Var{
		"install.sh":   installValues(testSite(t), testSite(t).Server),
		"bootstrap.sh": bootstrapValues(testSite(t)),
		"verify.sh":    verifyValues(testSite(t)),
	} {
		tmpl, err := load(name)
		if err != nil {
			t.Fatal(err)
		}
		src, err := tmpl.Execute("")
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faults(string(src), values) {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

// TestValuesFindsFaults tries scripts that must not be.
func TestValuesFindsFaults(t *testing.T) {
	for body, want := range map[string]string{
		`echo "$x"`:                      "",
		`echo "${#x}" $((${#x} + 1))`:    "",
		`[[ $x == 1 ]]`:                  "",
		`echo x`:                         "x is not read",
		`echo "$x"; eval "$y"`:           "1: eval",
		`x=1; echo "$x"`:                 "1: x is assigned",
		`f() { local x; }; echo "$x"`:    "1: x is assigned",
		`for x in a; do echo "$x"; done`: "1: x is assigned",
		`read -r x; echo "$x"`:           "1: x is assigned",
		`mapfile -t x; echo "$x"`:        "1: x is assigned",
		`printf -v x a; echo "$x"`:       "1: x is assigned",
		`echo "${x:=a}"`:                 "1: x is assigned",
		`echo "$x"; [[ $x -gt 1 ]]`:      "1: x is calculated with",
		`echo "$x"; (( x > 1 ))`:         "1: x is calculated with",
		`echo "$((x))" "$x"`:             "1: x is calculated with",
		`echo "$x" "${HOME:x:1}"`:        "1: x is calculated with",
		`a=(1 2); echo "$x" "${a[$x]}"`:  "1: x is calculated with",
	} {
		got := faults(body, []sh.Var{{Name: "x"}})
		if want == "" && len(got) > 0 || want != "" && !slices.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

func faults(src string, values []sh.Var) []string {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(src), "")
	if err != nil {
		return []string{err.Error()}
	}
	u := uses{values: values, read: map[string]bool{}}
	syntax.Walk(file, u.node)
	for _, v := range values {
		if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(v.Name) {
			u.faults = append(u.faults, v.Name+" is not a lower-case name")
		}
		if !u.read[v.Name] {
			u.faults = append(u.faults, v.Name+" is not read")
		}
	}
	return u.faults
}

type uses struct {
	values []sh.Var
	read   map[string]bool
	faults []string
}

func (u *uses) fault(n syntax.Node, name, what string) {
	if slices.ContainsFunc(u.values, func(v sh.Var) bool { return v.Name == name }) {
		u.faults = append(u.faults, fmt.Sprintf("%d: %s is %s", n.Pos().Line(), name, what))
	}
}

func (u *uses) node(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.ParamExp:
		u.read[n.Param.Value] = true
		if n.Exp != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) {
			u.fault(n, n.Param.Value, "assigned")
		}
		if n.Slice != nil {
			u.number(n.Slice.Offset)
			u.number(n.Slice.Length)
		}
		u.number(n.Index)
	case *syntax.Assign:
		if n.Name != nil {
			u.fault(n, n.Name.Value, "assigned")
		}
		u.number(n.Index)
	case *syntax.WordIter:
		u.fault(n, n.Name.Value, "assigned")
	case *syntax.CallExpr:
		u.call(n)
	case *syntax.BinaryTest:
		if slices.Contains([]syntax.BinTestOperator{syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr}, n.Op) {
			u.number(n.X)
			u.number(n.Y)
		}
	case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop:
		u.number(n)
	}
	return true
}

// call takes every argument of a builtin that assigns for a name.
func (u *uses) call(n *syntax.CallExpr) {
	if len(n.Args) == 0 {
		return
	}
	switch command := n.Args[0].Lit(); {
	case command == "eval":
		u.faults = append(u.faults, fmt.Sprintf("%d: eval", n.Pos().Line()))
	case slices.Contains([]string{"read", "mapfile", "readarray", "getopts", "unset"}, command),
		command == "printf" && len(n.Args) > 1 && n.Args[1].Lit() == "-v":
		for _, w := range n.Args[1:] {
			u.fault(n, w.Lit(), "assigned")
		}
	}
}

// number looks at what bash evaluates as a number under n.
func (u *uses) number(n syntax.Node) {
	if w, ok := n.(*syntax.Word); n == nil || ok && w == nil {
		return
	}
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			return false
		case *syntax.ParamExp:
			if !n.Length {
				u.fault(n, n.Param.Value, "calculated with")
			}
		case *syntax.Word:
			u.fault(n, n.Lit(), "calculated with")
		}
		return true
	})
}
