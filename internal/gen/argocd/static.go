package argocd

import (
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
	"sitegen/templates"
)

// Where the web server of static folders has its configuration and looks for files:
// templates/nginx.conf.
const (
	nginxConf   = "/etc/nginx/nginx.conf"
	pagesDir    = "/usr/share/nginx/html"
	pagesVolume = "static"
)

// served is a workload of a static folder with the configuration of its web server among
// its files, and any other as it is.
func served(w *site.Workload) *site.Workload {
	if w.Static == "" {
		return w
	}
	with := *w
	with.Files = append(slices.Clone(w.Files), site.File{Path: nginxConf, Data: templates.Nginx})
	return &with
}

// pagesByKey are the files of a static folder by their keys in the ConfigMap.
func pagesByKey(w *site.Workload) map[string][]byte {
	all := map[string][]byte{}
	for i, key := range fileKeys(w.Pages) {
		all[key] = w.Pages[i].Data
	}
	return all
}

// pagesMeta names the ConfigMap after what is in it, as filesMeta does.
func pagesMeta(w *site.Workload, pages map[string][]byte) manifest.Meta {
	m := meta(w)
	m.Name += "-static-" + hashOf(pages)
	return m
}

// pages is the folder again: keys have no slashes, and items say where each belongs.
func pages(w *site.Workload) manifest.PodVolume {
	v := manifest.ConfigMapVolume{Name: pagesMeta(w, pagesByKey(w)).Name}
	for i, key := range fileKeys(w.Pages) {
		v.Items = append(v.Items, manifest.KeyToPath{Key: key, Path: w.Pages[i].Path})
	}
	return manifest.PodVolume{ConfigMap: &v, Name: pagesVolume}
}
