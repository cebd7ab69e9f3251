package compose

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
)

var (
	secretName = regexp.MustCompile(`(?i)(password|pass|secret|token|license|private_key|requirepass)$`)
	// unset is a variable of the operator's whose value, where it is not set, is nothing.
	unset = regexp.MustCompile(`^\$\{[A-Z_]+:-\}$`)
	// password is what stands in an address between the user and the host. A variable has a colon of its own.
	password = regexp.MustCompile(`://[^/@:\s]*:(\$\{[^}]*\}|[^@/\s]*)@`)
	inQuery  = regexp.MustCompile(`(?i)[?&](password|sslpassword)=`)
)

// CheckSecrets holds that no secret stands in the file at path: it reads the file as it is, with no variable put in.
func CheckSecrets(ctx context.Context, root, path string) ([]string, error) {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithWorkingDirectory(root), cli.WithName("vang"),
		cli.WithInterpolation(false), cli.WithConsistency(false), cli.WithProfiles([]string{"*"}))
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return nil, err
	}
	var c complaints
	for service, s := range project.Services {
		for name, v := range s.Environment {
			if v != nil {
				c.secret(service, name, *v)
			}
		}
		words := slices.Concat([]string(s.Entrypoint), []string(s.Command))
		for i, word := range words {
			name, value, given := strings.Cut(strings.TrimLeft(word, "-"), "=")
			if !given && i+1 < len(words) {
				value = words[i+1]
			}
			if strings.HasPrefix(word, "-") {
				c.secret(service, name, value)
			}
		}
	}
	slices.Sort(c)
	return c, nil
}

func (c *complaints) secret(service, name, value string) {
	if value == "" {
		return
	}
	if secretName.MatchString(name) && !unset.MatchString(value) {
		c.add("%s: %s has a value of its own", service, name)
	}
	if m := password.FindStringSubmatch(value); m != nil && m[1] != "" && !unset.MatchString(m[1]) || inQuery.MatchString(value) {
		c.add("%s: %s has a password", service, name)
	}
}
