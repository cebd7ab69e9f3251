package compose

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// instruction is one line of a Dockerfile, continued lines joined.
type instruction struct{ name, rest string }

func instructions(text string) []instruction {
	var all []instruction
	text = regexp.MustCompile(`(?m)^\s*#.*\n?`).ReplaceAllString(text, "")
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		if name, rest, found := strings.Cut(strings.TrimSpace(line), " "); found {
			all = append(all, instruction{strings.ToUpper(name), strings.TrimSpace(rest)})
		}
	}
	return all
}

// arguments are the words of an instruction that are no --option, and the value of the option.
func (i instruction) arguments(option string) (words []string, value string) {
	for word := range strings.FieldsSeq(i.rest) {
		if v, found := strings.CutPrefix(word, "--"+option+"="); found {
			value = v
		} else if !strings.HasPrefix(word, "--") {
			words = append(words, word)
		}
	}
	return words, value
}

// Bases are the names of the images that the Dockerfile in root starts from, as an engine must know them.
func Bases(root string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		return nil, err
	}
	var bases, stages []string
	for _, i := range instructions(string(text)) {
		if i.name != "FROM" {
			continue
		}
		words, _ := i.arguments("platform")
		if words[0] != "scratch" && !slices.Contains(stages, words[0]) && !slices.Contains(bases, words[0]) {
			bases = append(bases, words[0])
		}
		if len(words) == 3 && strings.EqualFold(words[1], "AS") {
			stages = append(stages, words[2])
		}
	}
	return bases, nil
}

// CheckDockerfile holds what is promised of the image: small, for nobody, the same twice; needed are the files and folders
// of root that its build cannot do without.
func CheckDockerfile(root, dockerfile, dockerignore string, needed []string) []string {
	var c complaints
	if regexp.MustCompile(`(?m)^#\s*syntax\s*=`).MatchString(dockerfile) {
		c.add("a syntax line needs an image that cannot be had everywhere")
	}
	last := map[string]string{} // of the last stage
	for _, i := range instructions(dockerfile) {
		switch i.name {
		case "FROM":
			words, _ := i.arguments("platform")
			if trouble := tagged(words[0]); trouble != "" && words[0] != "scratch" {
				c.add("FROM %s", trouble)
			}
			last = map[string]string{}
		case "COPY":
			c.copied(root, dockerignore, i)
		case "RUN":
			if strings.Contains(i.rest, "go build") {
				c.built(i.rest)
			}
		}
		last[i.name] = i.rest
	}
	c.final(last)
	for _, path := range needed {
		if Ignored(dockerignore, path) {
			c.add(".dockerignore keeps %s from the build", path)
		}
	}
	return c
}

func (c *complaints) final(last map[string]string) {
	for name, want := range map[string]string{
		"FROM": `^scratch$`, "USER": `^[1-9]\d*:[1-9]\d*$`, "HEALTHCHECK": `CMD \["/vang", ?"health"\]$`,
		"ENTRYPOINT": `^\["/vang"\]$`, "EXPOSE": `^8080$`, "STOPSIGNAL": `^SIGTERM$`, "LABEL": `opencontainers\.image\.version=`,
	} {
		if !regexp.MustCompile(want).MatchString(last[name]) {
			c.add("the image's %s is %q", name, last[name])
		}
	}
}

func (c *complaints) built(command string) {
	for _, want := range []string{"-trimpath", "-buildvcs=false", "-buildid=", "--mount=type=cache"} {
		if !strings.Contains(command, want) {
			c.add("go build without %s", want)
		}
	}
}

func (c *complaints) copied(root, dockerignore string, i instruction) {
	words, from := i.arguments("from")
	if from != "" {
		return
	}
	for _, source := range words[:len(words)-1] {
		if _, err := os.Stat(filepath.Join(root, source)); err != nil {
			c.add("COPY of %s, which is not there", source)
		} else if source != "." && Ignored(dockerignore, filepath.Clean(source)) {
			c.add("COPY of %s, which .dockerignore keeps away", source)
		}
	}
}

// Ignored tells whether the last line of .dockerignore that fits path, or a folder above it, takes it out.
func Ignored(dockerignore, path string) bool {
	out := false
	for line := range strings.Lines(dockerignore) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		pattern, back := strings.CutPrefix(line, "!")
		if fits(pattern, path) {
			out = !back
		}
	}
	return out
}

func fits(pattern, path string) bool {
	anywhere := strings.HasPrefix(pattern, "**/")
	pattern = strings.TrimPrefix(pattern, "**/")
	parts := strings.Split(path, "/")
	for i := range parts {
		start := 0
		if anywhere {
			start = i
		}
		if ok, err := filepath.Match(pattern, strings.Join(parts[start:i+1], "/")); ok && err == nil {
			return true
		}
	}
	return false
}
