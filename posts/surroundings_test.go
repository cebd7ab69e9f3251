package posts

import "testing"

func TestLinksBetweenFiles(t *testing.T) {
	s := openFiles(t, map[string]string{
		"posts/a.md":                  "---\ntitle: The first\nparams: {x: 1}\n---\nx",
		"posts/2024-01-02-Đường.md":   "---\ntitle: Đường phố\n---\nx",
		"posts/trip/index.md":         "---\ntitle: Trip\n---\nx",
		"posts/deep/er/second one.md": "---\ntitle: Deeper\n---\nx",
		"pages/about.md":              "---\ntitle: About\n---\nx",
	}).Snapshot()
	for _, c := range [][3]string{
		{"posts/a.md", "trip/index.md", "/blog/trip"},
		{"posts/a.md", "./trip/index.md#day-2", "/blog/trip#day-2"},
		{"posts/a.md", "trip", "/blog/trip"},
		{"posts/a.md", "@/posts/trip/index.md", "/blog/trip"},
		{"posts/a.md", "/posts/trip", "/blog/trip"},
		{"posts/a.md", "/pages/about.md", "/about"},
		{"posts/trip/index.md", "../a.md", "/blog/a"},
		{"posts/trip/index.md", "#top", "/blog/trip#top"},
		{"posts/deep/er/second one.md", "../../a.md", "/blog/a"},
		{"posts/a.md", "deep/er/second%20one.md", "/blog/second-one"},
		{"posts/a.md", "second one", "/blog/second-one"},
		{"posts/a.md", "Đường phố", "/blog/duong"},
		{"posts/a.md", "2024-01-02-Đường", "/blog/duong"},
		{"posts/a.md", "the first#x", "/blog/a#x"},
		{"posts/a.md", "nothing.md", ""},
		{"posts/a.md", "../../../etc/passwd", ""},
		{"nowhere.md", "#x", ""},
	} {
		if got, _, ok := s.Link(c[0], c[1]); got != c[2] || ok != (c[2] != "") {
			t.Errorf("%s in %s leads to %q %v, want %q", c[1], c[0], got, ok, c[2])
		}
	}
}
