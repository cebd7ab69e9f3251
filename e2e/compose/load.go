// Package compose checks the project's Compose files, its Dockerfile and what they mount against what the project promises of
// them. It needs no engine. Rules return complaints, sentences that say what is wrong and where; none is good news.
package compose

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// File is a Compose file as an operator gets it who has set nothing.
type File struct {
	Root    string // the folder that paths in the file are relative to
	Text    []byte
	Project *types.Project
}

// Load reads the file at path as if it lay in root. The loader checks it against the schema, and that what it refers to is
// declared.
func Load(ctx context.Context, root, path string, environment ...string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	options, err := cli.NewProjectOptions([]string{path},
		cli.WithWorkingDirectory(root), cli.WithName("vang"), cli.WithEnv(environment), cli.WithProfiles([]string{"*"}))
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	return &File{Root: root, Text: text, Project: project}, nil
}

// Services are all services, by name, in order.
func (f *File) Services() []types.ServiceConfig {
	var all []types.ServiceConfig
	for _, name := range slices.Sorted(maps.Keys(f.Project.Services)) {
		all = append(all, f.Project.Services[name])
	}
	return all
}

// once tells whether a service does its work and ends.
func once(s types.ServiceConfig) bool { return s.Restart == types.RestartPolicyNo }

// complaints collects what rules find.
type complaints []string

func (c *complaints) add(format string, args ...any) { *c = append(*c, fmt.Sprintf(format, args...)) }
