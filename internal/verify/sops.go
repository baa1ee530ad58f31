package verify

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"
	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/sopsread"
)

// standIn is encrypted where a secret has no example.
const standIn = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: stand-in\nstringData:\n  KEY: value\n"

// ageKey is a key made for one run.
type ageKey struct{ secret, recipient string }

func newKey() (ageKey, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return ageKey{}, err
	}
	return ageKey{id.String(), id.Recipient().String()}, nil
}

// sopsRoundTrip has sops encrypt what belongs at each secret path, twice: with the
// recipients of .sops.yaml, who have to be those of the first rule that matches;
// and with a made-up key in place of each, which then has to decrypt it.
func sopsRoundTrip(j *job) string {
	if !j.has(sopsConfig) {
		return "there is no .sops.yaml in the output root"
	}
	config, err := readSops(j.read(sopsConfig))
	if err != nil {
		j.problem(sopsConfig, 0, "%v", err)
		return ""
	}
	other, keys, err := j.madeUp()
	if err != nil {
		return err.Error()
	}
	examples := map[string]string{}
	for _, s := range j.secretFiles() {
		examples[s.path] = s.example
	}
	j.each(func(j *job, artifact string) {
		rule := config.ruleFor(artifact)
		if rule == nil {
			j.problem(sopsConfig, 0, "no creation rule matches %s", artifact)
			return
		}
		if len(rule.recipients) == 0 {
			j.note("%s: its rule has no age recipients", artifact)
			return
		}
		plain := []byte(standIn)
		if e := examples[artifact]; e != "" {
			plain = j.read(e)
		}
		j.encrypted(artifact, plain, rule)
		j.roundTrip(other, artifact, plain, rule, keys)
	})
	return ""
}

// madeUp is a copy whose .sops.yaml has a made-up key for each recipient.
func (j *job) madeUp() (*work, map[string]ageKey, error) {
	w, err := j.clone("sops")
	if err != nil {
		return nil, nil, err
	}
	config, err := readSops(j.read(sopsConfig))
	if err != nil {
		return nil, nil, err
	}
	keys := map[string]ageKey{}
	made := map[string]bool{} // an alias leads to the same place twice
	for _, n := range config.doc.Content {
		eachRecipient(n, func(s string) string {
			if made[s] || err != nil {
				return s
			}
			if _, ok := keys[s]; !ok {
				keys[s], err = newKey()
			}
			made[keys[s].recipient] = true
			return keys[s].recipient
		})
	}
	if err != nil {
		return nil, nil, err
	}
	data, err := yaml.Marshal(config.doc)
	if err != nil {
		return nil, nil, err
	}
	return w, keys, w.write(sopsConfig, data)
}

// encrypted encrypts for the real recipients, and compares them with the rule's.
func (j *job) encrypted(artifact string, plain []byte, rule *creationRule) {
	out, err := j.sops(j.work, plain, nil, "encrypt", "--filename-override", filepath.FromSlash(artifact))
	if j.refused(artifact, out, err) {
		return
	}
	var file struct {
		Sops struct {
			Age []struct{ Recipient string }
		}
	}
	if err := decode(out.Stdout, &file); err != nil {
		j.problem(artifact, 0, "sops writes what is no YAML: %v", err)
		return
	}
	var got []string
	for _, a := range file.Sops.Age {
		got = append(got, a.Recipient)
	}
	slices.Sort(got)
	if !slices.Equal(got, rule.recipients) {
		j.problem(artifact, 0, "sops encrypts it for %s, the rule says %s", strings.Join(got, ", "), strings.Join(rule.recipients, ", "))
	}
	for _, key := range sopsread.Clear(out.Stdout) {
		j.problem(artifact, 0, "sops leaves %q in clear text", key)
	}
}

// roundTrip encrypts with made-up keys, and decrypts with each of them.
func (j *job) roundTrip(w *work, artifact string, plain []byte, rule *creationRule, keys map[string]ageKey) {
	sealed, err := j.sops(w, plain, nil, "encrypt", "--filename-override", filepath.FromSlash(artifact))
	if j.refused(artifact, sealed, err) {
		return
	}
	if err := w.write(artifact, sealed.Stdout); err != nil {
		j.problem(artifact, 0, "%v", err)
		return
	}
	for _, r := range rule.recipients {
		env := j.environment("SOPS_AGE_KEY=" + keys[r].secret)
		out, err := j.sops(w, nil, env, "decrypt", filepath.FromSlash(artifact))
		if j.refused(artifact, out, err) {
			continue
		}
		if !maps.Equal(sopsread.Leaves(plain), sopsread.Leaves(out.Stdout)) {
			j.problem(artifact, 0, "what %s decrypts is not what was encrypted", r)
		}
	}
}

func (j *job) sops(w *work, stdin []byte, env []string, args ...string) (Output, error) {
	return j.run(Command{Path: j.program, Dir: w.copy, Args: args, Stdin: stdin, Env: env})
}
