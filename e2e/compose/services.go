package compose

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// pinned is a tag that names a release: at least a major and a minor number.
var pinned = regexp.MustCompile(`^v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$`)

// tagged complains about the name of an image that may become another one overnight.
func tagged(image string) string {
	name, _, digest := strings.Cut(image, "@sha256:")
	slash := strings.LastIndex(name, "/")
	_, tag, found := strings.Cut(name[slash+1:], ":")
	switch {
	case digest:
		return ""
	case !found:
		return image + " has no tag"
	case !pinned.MatchString(tag):
		return image + " does not name a release"
	}
	return ""
}

// CheckServices holds what is promised of every service.
func CheckServices(f *File) []string {
	var c complaints
	for _, s := range f.Services() {
		if trouble := tagged(s.Image); trouble != "" && s.Build == nil {
			c.add("%s: image %s", s.Name, trouble)
		}
		c.running(s)
		c.confined(s)
		c.mounted(f.Root, s)
	}
	return c
}

func (c *complaints) running(s types.ServiceConfig) {
	if s.Restart != "unless-stopped" && !once(s) {
		c.add("%s: restart is %q", s.Name, s.Restart)
	}
	// The exporter's image has nothing that could ask it; Prometheus does.
	exempt := once(s) || s.Name == "nginx-exporter"
	checked := s.HealthCheck != nil && !s.HealthCheck.Disable && len(s.HealthCheck.Test) > 0 && s.HealthCheck.Test[0] != "NONE"
	if !checked && !exempt {
		c.add("%s: no health check", s.Name)
	}
	if checked && (s.HealthCheck.Timeout == nil || s.HealthCheck.Interval == nil) {
		c.add("%s: a health check without interval or timeout", s.Name)
	}
	if s.Logging == nil || s.Logging.Options["max-size"] == "" || s.Logging.Options["max-file"] == "" {
		c.add("%s: its log may fill the disk", s.Name)
	}
}

func (c *complaints) confined(s types.ServiceConfig) {
	if s.Deploy == nil || s.Deploy.Resources.Limits == nil || s.Deploy.Resources.Limits.MemoryBytes == 0 || s.Deploy.Resources.Limits.NanoCPUs == 0 {
		c.add("%s: no limit of memory or processors", s.Name)
	}
	if s.Privileged || s.NetworkMode == "host" || s.Pid == "host" || s.Ipc == "host" || len(s.Devices) > 0 {
		c.add("%s: has rights of the host", s.Name)
	}
	if !slices.Equal(s.CapDrop, []string{"ALL"}) {
		c.add("%s: keeps capabilities", s.Name)
	}
	if !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
		c.add("%s: may gain privileges", s.Name)
	}
}

func (c *complaints) mounted(root string, s types.ServiceConfig) {
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeBind {
			continue
		}
		if _, err := os.Stat(v.Source); err != nil {
			c.add("%s: mounts %s, which is not there", s.Name, v.Source)
		}
		if rel, err := filepath.Rel(root, v.Source); err != nil || strings.HasPrefix(rel, "..") {
			c.add("%s: mounts %s, which is not the project's", s.Name, v.Source)
		}
		if !v.ReadOnly {
			c.add("%s: may write into %s", s.Name, v.Source)
		}
	}
	words := slices.Concat([]string(s.Entrypoint), []string(s.Command))
	if s.HealthCheck != nil {
		words = slices.Concat(words, []string(s.HealthCheck.Test))
	}
	for _, word := range words {
		if !strings.HasPrefix(word, "/deploy/") {
			continue
		}
		if m := mount(s, word); m == nil {
			c.add("%s: runs %s, which is not mounted", s.Name, word)
		} else if _, err := os.Stat(filepath.Join(m.Source, strings.TrimPrefix(word, m.Target))); err != nil {
			c.add("%s: runs %s, which is not there", s.Name, word)
		}
	}
}

// CheckTemplates holds that the script that starts Nginx knows all that it is given, and that those of the database do.
func CheckTemplates(f *File) []string {
	var c complaints
	for name, script := range map[string]string{"nginx": "nginx/start.sh", "certs": "cockroach/certs.sh", "init": "cockroach/init.sh"} {
		text, err := os.ReadFile(filepath.Join(f.Root, "deploy", script))
		if err != nil {
			c.add("%v", err)
			continue
		}
		for variable := range f.Project.Services[name].Environment {
			if !regexp.MustCompile(`\b` + variable + `\b`).Match(text) {
				c.add("%s: %s is not known to %s", name, variable, script)
			}
		}
	}
	return c
}

// CheckReplicas holds that any number of replicas of Vang may run, each of them confined, and is given the time that it needs
// to end: drain is what the program takes at most, without the delay that the file asks for.
func CheckReplicas(f *File, replicas int, drain time.Duration) []string {
	var c complaints
	s, found := f.Project.Services["vang"]
	if !found {
		return []string{"there is no service vang"}
	}
	if s.ContainerName != "" || len(s.Ports) > 0 || s.Hostname != "" {
		c.add("vang: a name or port of its own keeps a second one from starting")
	}
	if n := s.GetScale(); n != replicas {
		c.add("vang: %d replicas, not %d", n, replicas)
	}
	if !s.ReadOnly {
		c.add("vang: its file system can be written")
	}
	if user, _, _ := strings.Cut(s.User, ":"); !regexp.MustCompile(`^[1-9]\d*$`).MatchString(user) {
		c.add("vang: runs as %q, not as an ordinary user by number", s.User)
	}
	delay := time.Duration(0)
	if v := s.Environment["VANG_DRAIN_DELAY"]; v != nil && *v != "" {
		var err error
		if delay, err = time.ParseDuration(*v); err != nil {
			c.add("vang: %v", err)
		}
	}
	if need := delay + drain + 5*time.Second; s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) < need {
		c.add("vang: stop_grace_period is below the %v that a stop may take", need)
	}
	return c
}
