package scripts

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"sitegen/internal/sh"
	"sitegen/internal/site"
)

// serverLines are the servers in the order in which they are asked.
func serverLines(s *site.Site) []string {
	var lines []string
	for _, h := range s.Servers {
		lines = append(lines, line(h.Name, h.Address, h.SSH.Hostname))
	}
	return lines
}

func maintainValues(s *site.Site) []sh.Var {
	longhorn := ""
	if s.Longhorn() {
		longhorn = "yes"
	}
	hosts := serverLines(s)
	for _, h := range s.Agents {
		hosts = append(hosts, line(h.Name, h.Address, h.SSH.Hostname))
	}
	return []sh.Var{
		{Name: "site", Value: s.Name},
		{Name: "servers", Value: serverLines(s)},
		{Name: "hosts", Value: hosts},
		{Name: "longhorn", Value: longhorn},
	}
}

// ways are those between nodes that are tried with packets of full size: from each host
// to the servers, and from an only server to an agent.
func ways(s *site.Site) []string {
	var all []string
	for _, from := range s.Hosts {
		for _, to := range s.Hosts {
			only := from.Role == site.RoleServer && len(s.Agents) > 0 && len(s.Agents) == len(s.Hosts)-1 && to == s.Agents[0]
			if from != to && to.NodeIP.IsValid() && (to.Role == site.RoleServer || only) {
				all = append(all, line(from.Name, to.Name, to.NodeIP.String(), strconv.Itoa(min(from.NodeMTU(), to.NodeMTU()))))
			}
		}
	}
	return all
}

func restoreValues(s *site.Site) []sh.Var {
	var bucket, folder, list, region string
	if b := s.Backup; b != nil {
		folder = s.EtcdFolder()
		bucket, region = b.S3.Bucket+"/"+folder, cmp.Or(b.S3.Region, "us-east-1")
		// As S3 signs it: sorted, and slashes encoded.
		list = strings.TrimSuffix(b.S3.Endpoint, "/") + "/" + b.S3.Bucket + "?list-type=2&prefix=" + url.QueryEscape(folder+"/")
	}
	return []sh.Var{
		{Name: "site", Value: s.Name},
		{Name: "servers", Value: serverLines(s)},
		{Name: "hosts", Value: serverLines(s)},
		{Name: "bucket", Value: bucket},
		{Name: "bucket_folder", Value: folder},
		{Name: "bucket_list", Value: list},
		{Name: "bucket_region", Value: region},
	}
}
