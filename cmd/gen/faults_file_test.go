package main

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// fileFaults are about the files that pods get.
func fileFaults() []fault {
	const deployments, maps = "k8s/argocd-atlas/*/deployment.yaml", "k8s/argocd-atlas/*/configmap.yaml"
	return []fault{
		{
			name:    "file that hides its folder, or is not there",
			breaks:  "a volume at a folder hides what the image has in it; a pod whose file is in no ConfigMap never starts",
			applies: func(r *output) bool { return r.site.Name == "atlas" },
			check:   filesMounted,
			again: []func(map[string]string){
				swap(deployments, `^          subPath: etc_.*\n`, ""), swap(deployments, `^          readOnly: true\n          subPath: server.key\n`, "          subPath: server.key\n"),
				swap(maps, `^  etc_invoices_invoices.yaml:`, "  invoices.yaml:"), swap(maps, `^  name: invoices-files-.*`, "  name: invoices-files"),
				swap("k8s/argocd-atlas/websites/cafe/static.yaml", `^  style_main.css:`, "  main.css:"),
				swap("k8s/argocd-atlas/invoices/kustomization.yaml", `^- configmap.yaml\n`, ""),
			},
		},
		{
			name:    "file that changes below running pods, or never reaches them",
			breaks:  "a file of its own (subPath) keeps its old content until the pod starts again, so that the name of the ConfigMap has to follow the content; and while old pods run, theirs has to stay",
			applies: func(r *output) bool { return r.site.Name == "atlas" },
			check: func(r *output) []string {
				var f finding
				for _, m := range r.ownConfigMaps() {
					f.unless(regexp.MustCompile(`-[0-9a-f]{10}$`).MatchString(m.text("metadata", "name")), "%s keeps its name", m)
					options := strings.Join(texts(r.applicationOf(m.path).v, "spec", "syncPolicy", "syncOptions"), " ")
					f.unless(strings.Contains(options, "PruneLast=true"), "%s is deleted before the new pods are ready", m)
					f.unless(strings.Contains(options, "ServerSideApply=true"), "%s holds 256 KiB, and no more", m)
				}
				return f
			},
			again: []func(map[string]string){
				swap(maps, `^  name: (.*)-files-.*`, "  name: $1-files"), swap("k8s/argocd-atlas/apps/invoices.yaml", `^    - PruneLast=true\n`, ""),
				swap("k8s/argocd-atlas/apps/invoices.yaml", `^    - ServerSideApply=true\n`, ""),
			},
		},
	}
}

// ownConfigMaps are those in the folders of clients and apps.
func (r *output) ownConfigMaps() []object {
	var all []object
	for _, m := range r.objects("ConfigMap") {
		if base := path.Base(m.path); base == "configmap.yaml" || base == "static.yaml" {
			all = append(all, m)
		}
	}
	return all
}

// filesMounted follows each file of a container to the ConfigMap or the Secret that holds it.
func filesMounted(r *output) []string {
	var f finding
	keys := map[string][]string{}
	for _, m := range r.ownConfigMaps() {
		if strings.Contains(r.files[path.Dir(m.path)+"/kustomization.yaml"], "- "+path.Base(m.path)+"\n") {
			keys[path.Dir(m.path)+" "+m.text("metadata", "name")] = append(entries(m.v, "data"), entries(m.v, "binaryData")...)
		}
	}
	for _, d := range r.objects("Deployment") {
		dir, pod := path.Dir(d.path), dig(d.v, "spec", "template", "spec")
		held, whole := map[string][]string{}, map[string]bool{} // whole: a folder of gen's
		for _, v := range list(pod, "volumes") {
			name := text(v, "name")
			if m := text(v, "configMap", "name"); m != "" && !strings.HasSuffix(dir, "/cloudflared") {
				held[name] = keys[dir+" "+m]
				for _, item := range list(v, "configMap", "items") {
					whole[name] = true
					f.unless(slices.Contains(held[name], text(item, "key")), "%s: %s has no %s", d, m, text(item, "key"))
				}
			}
			for _, item := range list(v, "secret", "items") {
				held[name] = append(held[name], text(item, "path"))
			}
		}
		for _, m := range list(pod, "containers", 0, "volumeMounts") {
			of, ok := held[text(m, "name")]
			if !ok {
				continue
			}
			sub := text(m, "subPath")
			f.unless(whole[text(m, "name")] || slices.Contains(of, sub), "%s at %s: no file %q", d, text(m, "mountPath"), sub)
			f.unless(text(m, "readOnly") == "true", "%s at %s can be written to", d, text(m, "mountPath"))
		}
	}
	return f
}
