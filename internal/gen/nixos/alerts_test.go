package nixos

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"encoding/pem"
)

// everyWay says alerts in each way that there is.
const everyWay = `alerts: {ntfy: "https://ntfy.example/site", ntfyToken: true, webhook: "slack"}`

func TestMail(t *testing.T) {
	t.Parallel()
	base := host(t, newSite(t), "web1", "7.0").at("base")
	base.at("programs", "msmtp", "accounts", "default").is(attrs{
		"host": "smtp.example.net", "port": 587.0, "tls": true, "tls_starttls": true, "auth": true,
		"user": "web1@example.com", "from": "web1@example.com",
		// The search paths of those who send have no cat.
		"passwordeval": "/stub/coreutils/bin/cat /run/smtp_password",
	})
	base.at("environment", "etc", "aliases", "text").is("default: ops@example.com\n")
}

// TestAlerts: disks, arrays, units and mounts all end in notify, which has what it needs.
func TestAlerts(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{"mail": "", "every way": everyWay} {
		base := host(t, newSite(t, more), "web1", "7.0").at("base")
		base.at("services", "smartd", "notifications").is(attrs{"mail": attrs{"enable": false}, "wall": attrs{"enable": false}})
		smartd := base.at("services", "smartd", "defaults", "monitored")
		smartd.contains("-a -m <nomailer> -M exec ")
		smartd.contains("/stub/notify/bin/notify ")
		base.at("boot", "swraid", "mdadmConf").contains("/stub/notify/bin/notify ")
		base.at("systemd", "packages").is([]any{
			attrs{"path": "etc/systemd/system/service.d/10-alert.conf", "text": "[Unit]\nOnFailure=alert@%n.service\n"},
			attrs{"path": "etc/systemd/system/alert@.service.d/10-alert.conf", "text": ""},
		})
		failed := base.at("systemd", "services", "alert@", "serviceConfig", "ExecStart")
		failed.contains("/stub/notify/bin/notify ")
		if !strings.HasSuffix(failed.text(), " %i") {
			t.Errorf("%s: the unit is not named: %s", name, failed.text())
		}
		base.at("systemd", "timers", "alert-mounts", "wantedBy").is(list("timers.target"))

		notify, ok := base.at("environment", "systemPackages").v.([]any)[0].(attrs)
		if !ok || notify["name"] != "notify" {
			t.Fatalf("%s: notify is not on the path: %v", name, notify)
		}
		text, _ := notify["text"].(string)
		for part, want := range map[string]bool{
			"/stub/curl/bin:/stub/jq/bin": true, "/stub/msmtp/bin": true,
			"export NTFY_TOKEN_FILE=/run/ntfy_token\n": more != "", "export WEBHOOK_FILE=/run/alert_webhook\n": more != "",
		} {
			if strings.Contains(text, part) != want {
				t.Errorf("%s: %q is there: %t, want %t", name, part, !want, want)
			}
		}
	}
	quiet := host(t, cases(t)["quiet"], "web1", "7.0").at("base")
	quiet.at("services", "smartd", "enable").is(true)
	quiet.at("boot", "swraid", "mdadmConf").contains("PROGRAM ")
	if quiet.has("programs") || quiet.at("systemd").has("packages") {
		t.Error("alerts are set up with nobody to send them to")
	}
	pushed := newSite(t)
	pushed.Alerts.Email, pushed.Alerts.SMTP, pushed.Alerts.Ntfy = "", nil, "https://ntfy.example/site"
	if host(t, pushed, "web1", "7.0").at("base").has("programs") {
		t.Error("mail is set up, and nobody gets one")
	}
}

// TestMdadmEvent: what has to be repaired is sent, everything is logged.
func TestMdadmEvent(t *testing.T) {
	t.Parallel()
	conf := host(t, newSite(t), "web1", "7.0").at("base", "boot", "swraid", "mdadmConf").text()
	_, script, _ := strings.Cut(conf, "PROGRAM ")
	s := newShell(t)
	s.file("mdstat")
	for event, sent := range map[string]bool{
		"Fail": true, "FailSpare": true, "DegradedArray": true, "TestMessage": true, "DeviceDisappeared": true,
		"RebuildStarted": false, "NewArray": false, "DeviceDisappeared /dev/md/x Wrong-Level": false,
	} {
		args := strings.Fields(event + " /dev/md/system")
		level, want := "info", []string(nil)
		if sent {
			level, want = "crit", []string{"notify/notify mdadm on web1: " + strings.Join(args, " ") + " "}
		}
		log, out, ok := s.run(script, args...)
		same(t, event, log, append([]string{"systemd/systemd-cat -t mdadm-event -p " + level}, want...)...)
		if !ok {
			t.Errorf("%s: %s", event, out)
		}
	}
}

// TestEvents runs what smartd and systemd call.
func TestEvents(t *testing.T) {
	t.Parallel()
	base := host(t, newSite(t), "web1", "7.0").at("base")
	_, smartd, _ := strings.Cut(base.at("services", "smartd", "defaults", "monitored").text(), "-M exec ")
	s := newShell(t)
	s.Env = []string{"SMARTD_FAILTYPE=Health", "SMARTD_DEVICESTRING=/dev/sda [SAT]", "SMARTD_FULLMESSAGE=a \"$(reboot)\""}
	log, _, _ := s.run(smartd)
	same(t, "smartd", log, "notify/notify smartd on web1: Health /dev/sda [SAT] a \"$(reboot)\"")

	s = newShell(t)
	failed := strings.TrimSuffix(base.at("systemd", "services", "alert@", "serviceConfig", "ExecStart").text(), " %i")
	log, _, _ = s.run(failed, `data-x\x2dy.mount`)
	same(t, "systemd", log[:2], `systemd/systemctl show --property=Result,ExecMainStatus,NRestarts data-x\x2dy.mount`, `notify/notify data-x\x2dy.mount failed on web1 Result=exit-code`)
	told := func(unit, restarts string) bool {
		s.Env = []string{"NRESTARTS=" + restarts}
		log, _, _ := s.run(failed, unit)
		return strings.Contains(strings.Join(log, "\n"), "notify/notify "+unit)
	}
	// What systemd starts again and again is told once an hour; what a person started again, each time.
	if !told("k3s.service", "0") || told("k3s.service", "1") || told("k3s.service", "12") || !told("other.service", "3") || !told("k3s.service", "0") {
		t.Error("a service that is started again is not told once an hour")
	}
	old := time.Now().Add(-61 * time.Minute)
	if err := os.Chtimes(s.dir+"/told-of-k3s.service", old, old); err != nil {
		t.Fatal(err)
	}
	if !told("k3s.service", "500") || told("k3s.service", "501") {
		t.Error("after an hour it is not told again, once")
	}

	s = newShell(t)
	s.Mounts = []string{s.dir + "/boot", s.dir + "/boot-fallback"} // the scripts are told another root
	log, _, _ = s.run("PATH=/stub/util-linux/bin:$PATH\n" + base.at("systemd", "services", "alert-mounts", "script").text())
	same(t, "a file system that is not mounted", log, "notify/notify / is not mounted on web1 On the host, systemctl status / shows why.")
	s.Mounts = append(s.Mounts, "/")
	log, _, _ = s.run("PATH=/stub/util-linux/bin:$PATH\n" + base.at("systemd", "services", "alert-mounts", "script").text())
	same(t, "all mounted", log)
}

// receiver keeps what it is sent.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []request
	status int
}

type request struct{ path, title, auth, kind, body string }

func receive(t *testing.T, status int) *receiver {
	r := &receiver{status: status}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		r.got = append(r.got, request{q.URL.Path, q.Header.Get("Title"), q.Header.Get("Authorization"), q.Header.Get("Content-Type"), string(body)})
		r.mu.Unlock()
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

// notify runs the script, with a mail program that keeps the mail, and servers whose
// certificate it trusts. It returns the mail.
func notify(t *testing.T, ntfy, hook *receiver, form string, args ...string) (mail, said string) {
	t.Helper()
	for _, p := range []string{"bash", "curl", "jq"} {
		need(t, p, p)
	}
	dir := t.TempDir()
	put := func(name, text string, mode os.FileMode) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return file
	}
	s := newSite(t, everyWay)
	s.Alerts.Ntfy, s.Alerts.Webhook = ntfy.URL+"/site", form
	script := put("notify.sh", files(t, s)["roles/base/notify.sh"], 0o755)
	put("msmtp", "#!/bin/sh\necho \"$@\" >"+dir+"/mail; cat >>"+dir+"/mail\n", 0o755)
	certs := put("certs", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ntfy.Certificate().Raw})), 0o644)
	cmd := exec.Command("bash", append([]string{script}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "CURL_CA_BUNDLE="+certs,
		"NTFY_TOKEN_FILE="+put("token", "tk_\"quoted\"\n", 0o600), "WEBHOOK_FILE="+put("hook", hook.URL+"/hook?a=\"b\\\\c\"\n", 0o600))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("notify fails, and what called it with it: %v\n%s", err, out)
	}
	got, err := os.ReadFile(filepath.Join(dir, "mail"))
	if err != nil {
		t.Fatal(err)
	}
	return string(got), string(out)
}

// TestNotify sends to stand-ins what would break out of a header, of JSON or of a shell.
func TestNotify(t *testing.T) {
	t.Parallel()
	subject, text := "disk \"a\"\nBcc: x@example.com", "line <!channel> & \"x\"\n$(reboot) `reboot` \\n é \xff"
	for _, form := range []string{"slack", "discord"} {
		ntfy, hook := receive(t, 200), receive(t, 204)
		mail, said := notify(t, ntfy, hook, form, subject, text)
		line := `disk "a" Bcc: x@example.com`
		want := "-- ops@example.com\nTo: ops@example.com\nSubject: " + line + "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
		if mail != want {
			t.Errorf("mail %q, want %q", mail, want)
		}
		if len(ntfy.got) != 1 || ntfy.got[0] != (request{"/site", line, `Bearer tk_"quoted"`, ntfy.got[0].kind, text}) {
			t.Errorf("ntfy got %q: %s", ntfy.got, said)
		}
		if len(hook.got) != 1 || hook.got[0].path != "/hook" || hook.got[0].kind != "application/json" {
			t.Fatalf("the webhook got %q: %s", hook.got, said)
		}
		var body map[string]any
		if err := json.Unmarshal([]byte(hook.got[0].body), &body); err != nil {
			t.Fatal(err)
		}
		shown := strings.Replace(text, "\xff", "\ufffd", 1)
		if form == "slack" {
			same(t, form, []string{body["text"].(string)}, "*"+line+"*\n"+strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(shown))
		} else {
			same(t, form, []string{body["content"].(string)}, "**"+line+"**\n"+shown)
			if mentions, _ := json.Marshal(body["allowed_mentions"]); string(mentions) != `{"parse":[]}` {
				t.Errorf("mentions are %s", mentions)
			}
		}
	}
}

// TestNotifyGoesOn: a way that fails holds up no other, and not the caller.
func TestNotifyGoesOn(t *testing.T) {
	t.Parallel()
	ntfy, hook := receive(t, 200), receive(t, 403)
	long := strings.Repeat("0123456789", 3000)
	mail, said := notify(t, ntfy, hook, "discord", strings.Repeat("s", 500), long)
	if !strings.Contains(mail, "\nSubject: "+strings.Repeat("s", 200)+"\n") || len(ntfy.got) != 1 || len(ntfy.got[0].body) != 4000 {
		t.Errorf("mail of %d bytes, ntfy %d times", len(mail), len(ntfy.got))
	}
	for _, line := range []string{"notify: mail: sent\n", "notify: ntfy: sent\n", "notify: webhook: not sent\n"} {
		if !strings.Contains(said, line) {
			t.Errorf("it says %q, and not %q", said, line)
		}
	}
	if len(hook.got) == 0 || len(hook.got[0].body) > 2100 {
		t.Errorf("the webhook got %d requests", len(hook.got))
	}
}

func TestShellcheck(t *testing.T) {
	t.Parallel()
	program := need(t, "shellcheck", "shellcheck")
	dir := write(t, newSite(t, everyWay, backed))
	scripts, err := filepath.Glob(dir + "/roles/*/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	if out, err := exec.Command(program, append([]string{"--severity=style", "--shell=bash"}, scripts...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
