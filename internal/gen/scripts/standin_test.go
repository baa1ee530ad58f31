package scripts

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// rule is what a stand-in does when it is called. testdata/standin is the program
// behind all of them.
type rule struct {
	Prog   string // name of the program
	Match  string // regular expression over its arguments, joined by blanks
	Since  string // applies after a call whose arguments this fits, and before one that Until fits
	Until  string
	Times  int // how often the rule applies; 0: always
	Out    string
	Err    string
	Exit   int
	Listen bool // ssh -L: listens on the local port until it is killed
}

// call is one line of the record.
type call struct {
	Rule int
	Prog string
	Args []string
	Env  map[string]string
	PID  int
}

func (c call) line() string { return c.Prog + " " + strings.Join(c.Args, " ") }

var standIns = []string{"ssh", "ssh-keygen", "ssh-keyscan", "nix", "kubectl", "tofu", "terraform", "sops", "age-keygen", "curl", "cloudflared"}

var standInBinary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "standin")
	if err == nil {
		standInBinary = filepath.Join(dir, "standin")
		cmd := exec.Command("go", "build", "-o", standInBinary, "./testdata/standin")
		cmd.Stderr = os.Stderr
		err = cmd.Run()
	}
	code := 1
	if err == nil {
		code = m.Run()
	} else {
		fmt.Fprintln(os.Stderr, "building the stand-in:", err)
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func readCalls(dir string) []call {
	data, _ := os.ReadFile(filepath.Join(dir, "calls"))
	var calls []call
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		var c call
		if json.Unmarshal([]byte(line), &c) == nil {
			calls = append(calls, c)
		}
	}
	return calls
}
