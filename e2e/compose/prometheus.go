package compose

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// watching is what matters here of Prometheus' configuration.
type watching struct {
	RuleFiles []string `yaml:"rule_files"`
	Scrape    []struct {
		Job string `yaml:"job_name"`
		TLS struct {
			CA string `yaml:"ca_file"`
		} `yaml:"tls_config"`
		DNS []struct {
			Names []string `yaml:"names"`
			Type  string   `yaml:"type"`
			Port  int      `yaml:"port"`
		} `yaml:"dns_sd_configs"`
		Static []struct {
			Targets []string `yaml:"targets"`
		} `yaml:"static_configs"`
	} `yaml:"scrape_configs"`
}

// CheckPrometheus holds that the configuration names services that Prometheus can reach, every one that is promised, and files
// that it gets to see.
func CheckPrometheus(f *File, configuration []byte) ([]string, error) {
	var w watching
	if err := yaml.Unmarshal(configuration, &w); err != nil {
		return nil, fmt.Errorf("read the configuration of Prometheus: %w", err)
	}
	var c complaints
	from := f.Project.Services["prometheus"]
	jobs := []string{}
	for _, scrape := range w.Scrape {
		jobs = append(jobs, scrape.Job)
		hosts := []string{}
		for _, group := range scrape.Static {
			hosts = append(hosts, group.Targets...)
		}
		for _, name := range scrape.DNS {
			if name.Type != "A" {
				c.add("job %s asks for %q records", scrape.Job, name.Type)
			}
			for _, n := range name.Names {
				hosts = append(hosts, fmt.Sprintf("%s:%d", n, name.Port))
			}
		}
		for _, host := range hosts {
			name, _, _ := strings.Cut(host, ":")
			c.reach(f, from, name)
		}
		if len(hosts) == 0 {
			c.add("job %s has no targets", scrape.Job)
		}
		if scrape.TLS.CA != "" && mount(from, scrape.TLS.CA) == nil {
			c.add("job %s: nothing is mounted that holds %s", scrape.Job, scrape.TLS.CA)
		}
	}
	for _, want := range []string{"vang", "cockroachdb", "redis", "nginx"} {
		if !slices.Contains(jobs, want) {
			c.add("no job %s", want)
		}
	}
	if len(w.RuleFiles) == 0 {
		c.add("no rules")
	}
	for _, file := range w.RuleFiles {
		inside := path.Join("/etc/prometheus", file)
		m := mount(from, inside)
		if m == nil {
			c.add("%s is not mounted", file)
		} else if _, err := os.Stat(filepath.Join(m.Source, strings.TrimPrefix(inside, m.Target))); err != nil {
			c.add("%s is not there", file)
		}
	}
	return c, nil
}

// mount is what a service has mounted at path or above it.
func mount(s types.ServiceConfig, at string) *types.ServiceVolumeConfig {
	for _, v := range s.Volumes {
		if at == v.Target || strings.HasPrefix(at, v.Target+"/") {
			return &v
		}
	}
	return nil
}
