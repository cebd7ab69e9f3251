package markdown

import "vang/blog"

// aroundPost is what the golden files refer to.
func aroundPost() *town {
	return &town{
		links: map[string][2]string{
			"other.md": {"/blog/other", "The other post"}, "./other.md#part": {"/blog/other#part", "The other post"}, "The other post": {"/blog/other", "The other post"},
			"other#a-part": {"/blog/other#a-part", "The other post"}, "@/posts/other.md": {"/blog/other", "The other post"}, "q.md": {"/blog/q?a=1&copy=2", "Q"},
			"film.mp4": {"/files/1/film.mp4", ""},
		},
		pictures: map[string]blog.Picture{
			"tree.jpg": {
				Src: "/files/1/tree.jpg", Width: 1600, Height: 900, Srcset: "/files/1/400/tree.jpg 400w, /files/1/1600/tree.jpg 1600w",
				Sources: []blog.PictureSource{{Type: "image/avif", Srcset: "/files/2/tree.avif 1600w"}},
			},
			"small.png":   {Src: "/files/3/small.png", Width: 120, Height: 80},
			"missing.png": {Missing: true},
		},
	}
}

// echo finds a picture for whatever is asked, under an address of its own.
type echo struct{}

func (echo) Link(string, string) (url, title string, ok bool) { return "", "", false }

func (echo) Picture(_, src string) (blog.Picture, bool) {
	return blog.Picture{
		Src: "/files/1/x.png", Width: 4, Height: 3, Srcset: "/files/2/x.png 2w", Missing: len(src)%2 == 0,
		Sources: []blog.PictureSource{{Type: "image/avif", Srcset: "/files/x.avif"}},
	}, true
}

func (echo) Include(string, string) ([]byte, bool) { return nil, false }

func (echo) Param(string, string) (string, bool) { return "", false }
