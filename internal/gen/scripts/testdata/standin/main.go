// Command standin plays the programs that a script calls and that would reach
// another machine. It is linked under their names. It writes down how it was called,
// and answers by the first rule that fits. It is a program of its own, and not the
// test binary, because it starts a few hundred times.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// rule and call are those of run_test.go.
type rule struct {
	Prog, Match, Out, Err string
	Since, Until          string
	Times, Exit           int
	Listen                bool
}

type call struct {
	Rule int
	Prog string
	Args []string
	Env  map[string]string
	PID  int
}

func main() {
	prog := filepath.Base(os.Args[0])
	// A script may clear every variable but PATH.
	path, err := exec.LookPath(prog)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stand-in:", err)
		os.Exit(99)
	}
	os.Exit(answer(filepath.Dir(path), prog, os.Args[1:]))
}

func answer(dir, prog string, args []string) int {
	var rules []rule
	data, err := os.ReadFile(filepath.Join(dir, "rules.json"))
	if err == nil {
		err = json.Unmarshal(data, &rules)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "stand-in:", err)
		return 99
	}
	joined := strings.Join(args, " ")
	used := timesUsed(dir)
	calls := readCalls(dir)
	for i, r := range rules {
		if r.Prog != prog || !r.applies(calls) || !regexp.MustCompile(r.Match).MatchString(joined) || r.Times > 0 && used[i] >= r.Times {
			continue
		}
		record(dir, call{Rule: i, Prog: prog, Args: args, PID: os.Getpid(), Env: interesting()})
		fmt.Fprint(os.Stderr, r.Err)
		fmt.Print(r.Out)
		if r.Listen {
			return listen(args)
		}
		if prog == "age-keygen" && joined == "-y" {
			_, _ = io.Copy(io.Discard, os.Stdin)
		}
		if prog == "ssh-keygen" && r.Exit == 0 {
			makeKey(args)
		}
		return r.Exit
	}
	record(dir, call{Rule: -1, Prog: prog, Args: args})
	fmt.Fprintf(os.Stderr, "stand-in: no rule for %s %s\n", prog, joined)
	return 98
}

// applies tells whether a call that Since fits was made, and none that Until fits after it.
func (r rule) applies(calls []call) bool {
	on := r.Since == ""
	for _, c := range calls {
		line := strings.Join(c.Args, " ")
		if r.Since != "" && regexp.MustCompile(r.Since).MatchString(line) {
			on = true
		}
		if r.Until != "" && regexp.MustCompile(r.Until).MatchString(line) {
			on = false
		}
	}
	return on
}

// interesting is the part of the environment that tests look at.
func interesting() map[string]string {
	env := map[string]string{}
	for _, name := range []string{"KUBECONFIG", "SOPS_AGE_KEY_FILE", "HOME", "PWD"} {
		env[name] = os.Getenv(name)
	}
	return env
}

// record appends in one write, so that lines of two processes do not mix.
func record(dir string, c call) {
	line, _ := json.Marshal(c)
	f, err := os.OpenFile(filepath.Join(dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.Write(append(line, '\n'))
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

func timesUsed(dir string) map[int]int {
	used := map[int]int{}
	for _, c := range readCalls(dir) {
		used[c.Rule]++
	}
	return used
}

// listen plays ssh -L 127.0.0.1:PORT:…: it accepts until somebody kills it.
func listen(args []string) int {
	for i, a := range args {
		if a != "-L" || i+1 == len(args) {
			continue
		}
		l, err := net.Listen("tcp", "127.0.0.1:"+strings.Split(args[i+1], ":")[1])
		for err == nil {
			var c net.Conn
			if c, err = l.Accept(); err == nil {
				_ = c.Close()
			}
		}
		fmt.Fprintln(os.Stderr, err)
	}
	return 255
}

// makeKey plays ssh-keygen -t ed25519 -f FILE.
func makeKey(args []string) {
	for i, a := range args {
		if a == "-f" && i+1 < len(args) && strings.Contains(strings.Join(args, " "), "-t ed25519") {
			_ = os.WriteFile(args[i+1], []byte("private\n"), 0o600)
			_ = os.WriteFile(args[i+1]+".pub", []byte("ssh-ed25519 AAAAnew root@web1\n"), 0o600)
		}
	}
}
