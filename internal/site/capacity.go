package site

// OwnPods are the pods that every site has beside its clients and apps: coredns,
// local-path-provisioner and metrics-server of k3s; Cilium's agent and Envoy on
// each node, its operator, Hubble's relay and page; Argo CD's controller, repo
// server, server and Redis; cloudflared. With several servers there is one more each of coredns,
// the operator, the repo server and the server.
func (s *Site) OwnPods() int {
	n := 3 + 2*len(s.Hosts) + 1 + 4 + s.Tunnel.Replicas*max(s.Tunnel.Shards, 1) + 4*(s.Replicas()-1)
	if s.Cluster.Hubble.Enabled {
		n += 2
	}
	if s.Longhorn() { // on each node manager, engine, instances and CSI; three each of four parts of CSI; driver and page
		n += 4*len(s.Hosts) + 3*4 + 2
	}
	return n
}

// OwnRequests is what those pods ask for: coredns and metrics-server 100m and 70Mi
// each (k3s manifests), Argo CD and cloudflared what gen gives them. Cilium asks
// for nothing. Longhorn's pods neither, but those of the instances on each node: 12 of
// 100 parts of its CPU (longhorn v1.12.1 chart/values.yaml, guaranteedInstanceManagerCPU).
func (s *Site) OwnRequests() (milliCPU, mebibytes int64) {
	milliCPU, mebibytes = 2*100, 2*70
	milliCPU, mebibytes = milliCPU+50+50+10+10, mebibytes+256+128+64+32
	if s.Quorum() {
		milliCPU, mebibytes = milliCPU+100+50+10, mebibytes+70+128+64
	}
	if s.Longhorn() {
		for _, h := range s.Spec.Hosts {
			milliCPU += int64(h.CPU.Threads) * 120
		}
	}
	n := int64(s.Tunnel.Replicas * max(s.Tunnel.Shards, 1))
	return milliCPU + n*20, mebibytes + n*64
}
