package cloudflared

import (
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

func deployment(s *site.Site, c site.Connector) manifest.Object[manifest.DeploymentSpec] {
	selector := manifest.Selector{MatchLabels: labels(c)}
	return manifest.NewDeployment(meta(c), manifest.DeploymentSpec{
		Replicas: s.Tunnel.Replicas, RevisionHistoryLimit: 3, Selector: selector,
		// One more pod before one less: SSH and Argo CD come in through here too.
		Strategy: manifest.Strategy{Type: "RollingUpdate", RollingUpdate: &manifest.RollingUpdate{MaxSurge: 1}},
		Template: manifest.PodTemplate{Metadata: manifest.Meta{Labels: labels(c)}, Spec: manifest.PodSpec{
			Containers:      []manifest.Container{container(s, c)},
			InitContainers:  audiences(s, c),
			SecurityContext: security(),
			// cloudflared itself gives open requests 30 seconds.
			TerminationGracePeriodSeconds: 45,
			TopologySpreadConstraints: []manifest.TopologySpread{{
				LabelSelector: selector, MaxSkew: 1, TopologyKey: "kubernetes.io/hostname", WhenUnsatisfiable: "ScheduleAnyway",
			}},
			Volumes: volumes(s, c),
		}},
	})
}

// volumes are the configuration, the credentials, and a gate. Terraform enters each
// hostname into the gate's ConfigMap when Access guards it, and the kubelet does not
// start a pod whose volume names a key that is not there (kubernetes
// pkg/volume/configmap, MakePayload). So a hostname that the wildcard record already
// leads here has no rule before it wants a log-in, whatever is run first, and the
// pods with the rules of before go on.
func volumes(s *site.Site, c site.Connector) []manifest.PodVolume {
	all := []manifest.PodVolume{
		{ConfigMap: &manifest.ConfigMapVolume{Name: configName(c)}, Name: "config"},
		{Name: "credentials", Secret: &manifest.SecretVolume{SecretName: c.Credentials()}},
	}
	if keys := c.AccessKeys(); len(keys) > 0 {
		gate := &manifest.ConfigMapVolume{Name: site.AccessConfigMap}
		for _, k := range keys {
			gate.Items = append(gate.Items, manifest.KeyToPath{Key: k, Path: k})
		}
		all = slices.Insert(all, 0, manifest.PodVolume{ConfigMap: gate, Name: accessVolume})
	}
	if checksAccess(s, c) {
		all = append(all, manifest.PodVolume{ConfigMap: &manifest.ConfigMapVolume{Name: configName(c)}, Name: "template"})
		i := slices.IndexFunc(all, func(v manifest.PodVolume) bool { return v.Name == "config" })
		all[i] = manifest.PodVolume{EmptyDir: &manifest.EmptyDir{SizeLimit: "4Mi"}, Name: "config"}
	}
	return all
}

// checksAccess tells whether cloudflared checks Access's tokens itself.
func checksAccess(s *site.Site, c site.Connector) bool {
	return s.Cloudflare.Team != "" && len(c.AccessKeys()) > 0
}

// audience stands in the configuration for the audience of the Access application of
// a hostname, whose key follows.
const audience = "aud:"

// fill puts the audiences in their places: Cloudflare chooses them, Terraform writes
// them into the gate's ConfigMap, and git holds the configuration without them. One
// that is missing ends it, and the pods of before go on.
const fill = `cp -L ` + templateDir + `/* ` + configDir + `/
cd ` + accessDir + `
for host in *; do
  name="$(printf %s "$host" | sed 's/[.]/[.]/g')"
  sed -i "s/^\( *- \)` + audience + `$name\$/\1$(cat "$host")/" ` + configDir + `/config.yaml
done
! grep -n '^ *- ` + audience + `' ` + configDir + `/config.yaml
`

// audiences is the container that runs fill.
func audiences(s *site.Site, c site.Connector) []manifest.Container {
	if !checksAccess(s, c) {
		return nil
	}
	return []manifest.Container{{
		Command:         []manifest.Text{"/bin/sh", "-euc", fill},
		Image:           "docker.io/library/busybox:" + s.Versions.Images.Busybox,
		Name:            "audiences",
		Resources:       manifest.Resources{Limits: map[string]string{"memory": "32Mi"}, Requests: map[string]string{"cpu": "10m", "memory": "16Mi"}},
		SecurityContext: manifest.ContainerSecurity{Capabilities: &manifest.Capabilities{Drop: []string{"ALL"}}, ReadOnlyRootFilesystem: true},
		VolumeMounts: []manifest.VolumeMount{
			{MountPath: accessDir, Name: accessVolume, ReadOnly: true},
			{MountPath: configDir, Name: "config"},
			{MountPath: templateDir, Name: "template", ReadOnly: true},
		},
	}}
}

// mounts are folders, not single files: only those follow a change of what is
// behind them. A volume that no container mounts is not waited for.
func mounts(c site.Connector) []manifest.VolumeMount {
	all := []manifest.VolumeMount{
		{MountPath: configDir, Name: "config", ReadOnly: true},
		{MountPath: credentialDir, Name: "credentials", ReadOnly: true},
	}
	if len(c.AccessKeys()) > 0 {
		all = slices.Insert(all, 0, manifest.VolumeMount{MountPath: accessDir, Name: accessVolume, ReadOnly: true})
	}
	return all
}

func container(s *site.Site, c site.Connector) manifest.Container {
	return manifest.Container{
		Args:  []manifest.Text{"tunnel", "--config", configDir + "/config.yaml", "run"},
		Image: "docker.io/cloudflare/cloudflared:" + s.Versions.Images.Cloudflared,
		// Alive is the process, ready is a connection to the edge: with one probe for
		// both, a lost connection would restart the pod.
		LivenessProbe:  probe("/healthcheck", 6),
		Name:           "cloudflared",
		Ports:          []manifest.ContainerPort{{ContainerPort: metricsPort, Name: "metrics"}},
		ReadinessProbe: probe("/ready", 3),
		Resources: manifest.Resources{
			Limits:   map[string]string{"memory": "256Mi"},
			Requests: map[string]string{"cpu": "20m", "memory": "64Mi"},
		},
		SecurityContext: manifest.ContainerSecurity{Capabilities: &manifest.Capabilities{Drop: []string{"ALL"}}, ReadOnlyRootFilesystem: true},
		VolumeMounts:    mounts(c),
	}
}

func probe(path string, failures int) *manifest.Probe {
	return &manifest.Probe{FailureThreshold: failures, HTTPGet: &manifest.HTTPGet{Path: path, Port: "metrics"}, PeriodSeconds: 10, TimeoutSeconds: 5}
}

func security() manifest.PodSecurity {
	yes, nonroot := true, 65532 // the image's own user
	return manifest.PodSecurity{
		RunAsGroup: &nonroot, RunAsNonRoot: &yes, RunAsUser: &nonroot,
		SeccompProfile: &manifest.SeccompProfile{Type: "RuntimeDefault"},
	}
}
