package argocd

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// ownFiles are the files of a workload that a ConfigMap holds, by their keys.
func ownFiles(w *site.Workload) map[string][]byte {
	files := map[string][]byte{}
	for i, key := range fileKeys(w.Files) {
		if w.Files[i].Secret == "" {
			files[key] = w.Files[i].Data
		}
	}
	return files
}

// fileKeys are keys for files by their paths. A key has no slashes in it, and does not
// start with two dots (kubernetes apimachinery, IsConfigMapKey).
func fileKeys(files []site.File) []string {
	var keys []string
	used := map[string]bool{}
	for _, f := range files {
		key := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
				return r
			}
			return '_'
		}, f.Path)
		key = strings.TrimLeft(key[max(0, len(key)-200):], "._")
		for n, first := 2, key; key == "" || used[key]; n++ {
			key = fmt.Sprintf("%d_%s", n, first)
		}
		used[key] = true
		keys = append(keys, key)
	}
	return keys
}

// filesMeta names the ConfigMap after what is in it: other files are another ConfigMap,
// and new pods. The old one stays until these are ready (PruneLast), since a pod that
// starts again needs it.
func filesMeta(w *site.Workload, files map[string][]byte) manifest.Meta {
	m := meta(w)
	m.Name += "-files-" + hashOf(files)
	return m
}

// hashOf is a short hash of files and their names.
func hashOf(files map[string][]byte) string {
	h := sha256.New()
	for _, key := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%d %s %d ", len(key), key, len(files[key]))
		h.Write(files[key])
	}
	return hex.EncodeToString(h.Sum(nil))[:10]
}

// fileMounts puts each file in its place alone, so that the folder around it stays.
func fileMounts(w *site.Workload) []manifest.VolumeMount {
	var list []manifest.VolumeMount
	if len(w.Pages) > 0 {
		list = append(list, manifest.VolumeMount{MountPath: pagesDir, Name: pagesVolume, ReadOnly: true})
	}
	for i, key := range fileKeys(w.Files) {
		f := w.Files[i]
		m := manifest.VolumeMount{MountPath: f.Path, Name: unusedVolume(w, "files"), ReadOnly: true, SubPath: key}
		if f.Secret != "" {
			m.Name, m.SubPath = unusedVolume(w, secretFiles), f.Secret
		}
		list = append(list, m)
	}
	return list
}

// secretFiles is the volume of files that are secrets, unless an app has one of that name.
const secretFiles = "secret-files"

// secretMode is 0440: a program that reads a private key may refuse one that everybody
// can read. Without a user in the spec, it is not known who has to.
const secretMode = 0o440

func fileVolumes(w *site.Workload) []manifest.PodVolume {
	var list []manifest.PodVolume
	if len(w.Pages) > 0 {
		list = append(list, pages(w))
	}
	if files := ownFiles(w); len(files) > 0 {
		list = append(list, manifest.PodVolume{ConfigMap: &manifest.ConfigMapVolume{Name: filesMeta(w, files).Name}, Name: unusedVolume(w, "files")})
	}
	if hasSecretFiles(w) {
		v := manifest.SecretVolume{SecretName: w.SecretName()}
		for _, f := range w.Files {
			if item := (manifest.KeyToPath{Key: f.Secret, Path: f.Secret}); f.Secret != "" && !slices.Contains(v.Items, item) {
				v.Items = append(v.Items, item)
			}
		}
		if w.User != 0 {
			v.DefaultMode = secretMode
		}
		list = append(list, manifest.PodVolume{Name: unusedVolume(w, secretFiles), Secret: &v})
	}
	return list
}

func hasSecretFiles(w *site.Workload) bool {
	return slices.ContainsFunc(w.Files, func(f site.File) bool { return f.Secret != "" })
}

// unusedVolume is a name that no volume of the spec has.
func unusedVolume(w *site.Workload, name string) string {
	for n, first := 2, name; slices.ContainsFunc(w.Volumes, func(v site.Volume) bool { return v.Name == name }); n++ {
		name = fmt.Sprintf("%s-%d", first, n)
	}
	return name
}
