package site

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/spec"
)

// Registry hands out images for a password.
type Registry struct {
	spec.Registry
	Name string
}

func resolveRegistries(s *Site, sp *spec.Spec) {
	for _, name := range slices.Sorted(maps.Keys(sp.Registries)) {
		s.Registries = append(s.Registries, Registry{*sp.Registries[name], name})
	}
}

// Key is the key of its password in the encrypted file of every host.
func (r Registry) Key() string { return keyRegistry + r.Name }

// What says what the password is, for the person who brings it.
func (r Registry) What() string {
	return "the password or token of " + r.User + " at " + r.Host + ", the same on every host; it needs to read images, and no more"
}

// Endpoint is the host that containerd asks for its images, which is what k3s has the
// password under. Docker Hub's is another one than images say, and k3s before 1.33.3
// knows it by no other name (k3s#12561).
func (r Registry) Endpoint() string {
	if r.Host == "docker.io" {
		return "registry-1.docker.io"
	}
	return r.Host
}

// RegistryOf is the registry whose password is under a key, if it is such a key.
func (s *Site) RegistryOf(key string) (Registry, bool) {
	name, ok := strings.CutPrefix(key, keyRegistry)
	i := slices.IndexFunc(s.Registries, func(r Registry) bool { return r.Name == name })
	if !ok || i < 0 {
		return Registry{}, false
	}
	return s.Registries[i], true
}
