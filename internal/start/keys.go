package start

import (
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"
)

// Keys is the folder of a site's private keys, which lies outside of its repository. A
// key that is there is used, and never replaced.
type Keys struct {
	Dir   string
	Made  []string // names of files that Write makes, or has made
	Found []string // keys that were there, each with the day it was written, and are used

	pending map[string][]byte
	used    map[string]bool
}

// ownerFile says beside the keys whose they are.
const ownerFile = "repository"

// Claim refuses keys of another repository: two sites with one set of keys could read
// each other's secrets. repo is one that a person has named; "" claims nothing.
func (k *Keys) Claim(repo string) error {
	have, err := os.ReadFile(filepath.Join(k.Dir, ownerFile))
	switch owner := strings.TrimSpace(string(have)); {
	case errors.Is(err, fs.ErrNotExist) && repo != "":
		k.add(ownerFile, []byte(repo+"\n"))
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case owner != repo:
		return fmt.Errorf("the keys in %s are of the repository %s, as the file %q there says, and a site has keys of its own: name another folder with --keys, or correct that file where the repository has moved",
			k.Dir, owner, ownerFile)
	}
	return nil
}

// Age is the public part of an age key, which is in NAME.key; what says what it is for.
func (k *Keys) Age(name, what string) (string, error) {
	file := name + ".key"
	have, err := k.read(file)
	if err != nil {
		return "", err
	}
	if have != nil {
		ids, err := age.ParseIdentities(bytes.NewReader(have))
		if err == nil && len(ids) == 1 {
			if id, ok := ids[0].(*age.X25519Identity); ok {
				return id.Recipient().String(), nil
			}
		}
		return "", fmt.Errorf("%s is there, and is no file with one age key: move it away", filepath.Join(k.Dir, file))
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	// as age-keygen writes it
	k.add(file, fmt.Appendf(nil, "# %s\n# public key: %s\n%s\n", what, id.Recipient(), id))
	return id.Recipient().String(), nil
}

// deployKey is the file of the key that reads the repository.
const deployKey = "deploy-key"

// Deploy makes an SSH key without a passphrase, as ssh-keygen -t ed25519 does.
func (k *Keys) Deploy(comment string) error {
	have, err := k.read(deployKey)
	if err != nil {
		return err
	}
	if have != nil {
		if _, err := ssh.ParsePrivateKey(have); err != nil {
			return fmt.Errorf("%s is there, and is no SSH key that can be used: move it away", filepath.Join(k.Dir, deployKey))
		}
		return nil
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return err
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return err
	}
	k.add(deployKey, pem.EncodeToMemory(block))
	k.add(deployKey+".pub", []byte(strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))+" "+comment+"\n"))
	return nil
}

// read is what a file holds, nil where there is none.
func (k *Keys) read(file string) ([]byte, error) {
	if k.used[file] {
		return nil, fmt.Errorf("two keys would be in %s: a user is not called as a host is, nor argocd", file)
	}
	if k.used == nil {
		k.used = map[string]bool{}
	}
	k.used[file] = true
	name := filepath.Join(k.Dir, file)
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	k.Found = append(k.Found, file+" of "+info.ModTime().Format(time.DateOnly))
	return os.ReadFile(name)
}

func (k *Keys) add(file string, data []byte) {
	if k.pending == nil {
		k.pending = map[string][]byte{}
	}
	k.pending[file] = data
	k.Made = append(k.Made, file)
}

// Write makes the files of new keys, which nobody else may read. Nothing that is there
// is written over.
func (k *Keys) Write() error {
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		return err
	}
	for _, name := range k.Made {
		f, err := os.OpenFile(filepath.Join(k.Dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if _, err := f.Write(k.pending[name]); err != nil {
			return errors.Join(err, f.Close())
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}
