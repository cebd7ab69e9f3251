package posts

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// topKey is a key of front matter in YAML that lies in no other.
var topKey = regexp.MustCompile(`^["']?([\pL_][\pL\pN_.-]*)["']?\s*:(?:\s|$)`)

// doubled finds keys that front matter in YAML has twice. Other languages do not let them pass at all.
func (l *Library) doubled() ([]Finding, error) {
	fsys, closeFS, err := l.open()
	if err != nil {
		return nil, err
	}
	defer closeFS()
	var list []Finding
	b := &bytes.Buffer{}
	for _, name := range l.names() {
		data, err := readInto(b, fsys, name, 0)
		if err != nil {
			continue // it is a problem of its own
		}
		clean, _ := normalise(data)
		parts, err := split(clean)
		if err != nil || !bytes.HasPrefix(clean, []byte("---")) {
			continue
		}
		list = append(list, doubledKeys(name, parts)...)
	}
	return list, nil
}

func (l *Library) names() []string {
	l.loading.Lock()
	defer l.loading.Unlock()
	return sortedKeys(l.files)
}

func doubledKeys(name string, parts front) (list []Finding) {
	seen := map[string]int{}
	for i, line := range slices.Collect(strings.Lines(string(parts.matter))) {
		m := topKey.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		key, number := strings.ToLower(m[1]), parts.line+i
		if first, twice := seen[key]; twice {
			list = append(list, Finding{Problem{File: name, Line: number, Message: fmt.Sprintf(
				"the key %.40q stands in line %d already, and this one counts: take one of them out", m[1], first)}, Warning})
			continue
		}
		seen[key] = number
	}
	return list
}
