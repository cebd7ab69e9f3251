package posts

import "maps"

// Redirects are all former paths, unescaped, and where they lead now.
func (s *Snapshot) Redirects() map[string]string { return maps.Clone(s.redirects) }
