package compose

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// CheckPorts holds that exactly the ports in want are published: "0.0.0.0:80 nginx:80".
func CheckPorts(f *File, want []string) []string {
	var c complaints
	var got []string
	for _, s := range f.Services() {
		for _, p := range s.Ports {
			got = append(got, fmt.Sprintf("%s:%s %s:%d", p.HostIP, p.Published, s.Name, p.Target))
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			c.add("publishes %s", g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			c.add("does not publish %s", w)
		}
	}
	return c
}

// CheckOrder holds that each service in want waits for others: "vang init service_completed_successfully".
func CheckOrder(f *File, want []string) []string {
	var c complaints
	for _, w := range want {
		words := strings.Fields(w)
		d, found := f.Project.Services[words[0]].DependsOn[words[1]]
		if !found || d.Condition != words[2] {
			c.add("%s does not wait for %s to be %s, but %q", words[0], words[1], words[2], d.Condition)
		}
	}
	for _, s := range f.Services() {
		for name, d := range s.DependsOn {
			if d.Condition == types.ServiceConditionCompletedSuccessfully != once(f.Project.Services[name]) {
				c.add("%s waits for %s to be %s, which never comes or comes again", s.Name, name, d.Condition)
			}
		}
	}
	return c
}

// reaches tells whether a service can speak to another by name.
func reaches(from, to types.ServiceConfig) bool {
	for network := range from.Networks {
		if _, shared := to.Networks[network]; shared {
			return true
		}
	}
	return false
}

// address is what looks like a host and a port in an address or a list of them.
var address = regexp.MustCompile(`([a-z][a-z0-9-]*):(\d{2,5})`)

// CheckAddresses holds that every HOST:PORT in the environment, command and health check of a service is a service that it can
// reach.
func CheckAddresses(f *File) []string {
	var c complaints
	for _, s := range f.Services() {
		words := slices.Concat([]string(s.Command), []string(s.Entrypoint))
		for _, v := range s.Environment {
			if v != nil {
				words = append(words, *v)
			}
		}
		for _, m := range address.FindAllStringSubmatch(strings.Join(words, " "), -1) {
			c.reach(f, s, m[1])
		}
	}
	return c
}

func (c *complaints) reach(f *File, from types.ServiceConfig, host string) {
	to, found := f.Project.Services[host]
	switch {
	case host == "localhost":
	case !found:
		c.add("%s: %s is no service", from.Name, host)
	case !reaches(from, to):
		c.add("%s: %s is in another network", from.Name, host)
	}
}

// CheckTrust holds that Vang believes Nginx, by an address that no other service can get, and nobody else.
func CheckTrust(f *File) []string {
	var c complaints
	edge := f.Project.Services["nginx"].Networks["edge"]
	trusted := f.Project.Services["vang"].Environment["VANG_TRUSTED_PROXIES"]
	if edge == nil || edge.Ipv4Address == "" || trusted == nil || *trusted != edge.Ipv4Address {
		c.add("vang does not trust the address of nginx and that alone")
		return c
	}
	pools := f.Project.Networks["edge"].Ipam.Config
	if len(pools) != 1 {
		c.add("network edge has %d ranges of addresses", len(pools))
		return c
	}
	fixed, err := netip.ParseAddr(edge.Ipv4Address)
	subnet, serr := netip.ParsePrefix(pools[0].Subnet)
	others, oerr := netip.ParsePrefix(pools[0].IPRange)
	if err != nil || serr != nil || oerr != nil || !subnet.Contains(fixed) || others.Contains(fixed) || !subnet.Contains(others.Addr()) {
		c.add("another service may get the address of nginx: %s in %s, others %s", edge.Ipv4Address, pools[0].Subnet, pools[0].IPRange)
	}
	for network := range f.Project.Services["nginx"].Networks {
		if network != "edge" {
			c.add("nginx is in the network %s", network)
		}
	}
	return c
}
