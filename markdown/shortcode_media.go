package markdown

import (
	"html"
	"strings"
)

// figure writes a picture. Its size and its variants are found where those of all HTML are.
func (x *expansion) figure(u *use) {
	src := u.args.at(0, "src", "image", "img", "file", "path", "url", "link_src")
	if src == "" {
		x.warn(u.start, "%s names no picture: write src=", u.written())
		x.inner(u)
		return
	}
	caption := x.caption(u)
	alt := u.args.at(altPlace(u.name), "alt", "alternate")
	if alt == "" {
		alt = x.plain(u.args.get("caption", "title"))
	}
	img := `<img src="` + attrValue(fileAddress(src)) + `" alt="` + attrValue(alt) + `"` + kept(u.args, "width", "height", "loading") + ">"
	if link := u.args.get("link", "href"); link != "" {
		address, _ := x.target(link)
		img = `<a href="` + attrValue(address) + `">` + img + "</a>"
	}
	if u.closed && caption == "" {
		x.around(u, "<figure>\n"+img+"\n<figcaption>", "</figcaption>\n</figure>")
		return
	}
	if caption != "" {
		caption = "\n<figcaption>" + caption + "</figcaption>"
	}
	x.html(u, "<figure>\n"+img+caption+"\n</figure>", img)
}

// altPlace is where the text for those who do not see the picture stands among the arguments without a name.
func altPlace(name string) int {
	if name == "imgproc" || name == "lightbox" {
		return -1
	}
	return 1
}

// caption is Hugo's title, caption and attribution of a figure in one line.
func (x *expansion) caption(u *use) string {
	var parts []string
	if t := x.plain(u.args.get("title")); t != "" {
		parts = append(parts, "<strong>"+html.EscapeString(t)+"</strong>")
	}
	if c := x.plain(u.args.at(2, "caption", "cap", "description", "desc", "legend")); c != "" {
		parts = append(parts, html.EscapeString(c))
	}
	if a := x.plain(u.args.get("attr", "attribution", "credit", "author")); a != "" {
		a = html.EscapeString(a)
		if link := u.args.get("attrlink", "attr_link"); link != "" {
			a = `<a href="` + attrValue(link) + `">` + a + "</a>"
		}
		parts = append(parts, a)
	}
	return strings.Join(parts, " ")
}

// kept writes those of the arguments that are attributes of HTML under the same name.
func kept(a arguments, names ...string) string {
	var b strings.Builder
	for _, n := range names {
		v := strings.TrimSuffix(a.get(n), "px")
		if v == "" || n != "loading" && strings.Trim(v, "0123456789") != "" {
			continue // such as "100%", which is for style sheets
		}
		b.WriteString(" " + n + `="` + attrValue(v) + `"`)
	}
	return b.String()
}

// film plays a file of this site, sound too.
func (x *expansion) film(u *use) {
	tag := "video"
	switch u.name {
	case "audio", "mp3", "ogg", "sound":
		tag = "audio"
	}
	src := u.args.at(0, "src", "file", "url", "source", "path", "mp4", "webm", "mp3", "ogg", "video")
	if src == "" {
		x.warn(u.start, "%s names no file: write src=", u.written())
		return
	}
	var player strings.Builder
	player.WriteString("<" + tag + ` src="` + attrValue(x.file(src)) + `" controls preload="metadata"`)
	if poster := u.args.get("poster", "cover", "image", "thumbnail"); poster != "" && tag == "video" {
		player.WriteString(` poster="` + attrValue(x.file(poster)) + `"`)
	}
	for _, flag := range []string{"loop", "muted"} {
		if u.args.yes(flag) {
			player.WriteString(" " + flag)
		}
	}
	player.WriteString(kept(u.args, "width", "height") + "></" + tag + ">")
	if caption := x.caption(u); caption != "" {
		x.html(u, "<figure>\n"+player.String()+"\n<figcaption>"+caption+"</figcaption>\n</figure>", player.String())
		return
	}
	x.html(u, "<figure>\n"+player.String()+"\n</figure>", player.String())
}

// file is the address of a file beside the text.
func (x *expansion) file(src string) string {
	if p, ok := x.st.around.Picture(src); ok && !p.Missing && p.Src != "" {
		return html.UnescapeString(p.Src)
	}
	return fileAddress(src)
}

// service is a place elsewhere from which themes show things in frames. We show a link: nobody is asked for anything before
// the reader wants it, and pages take no frames.
type service struct {
	name    string
	kind    byte // 'v' something to watch, 'a' to hear, 'p' a post, 'c' code, ' ' anything else
	address func(arguments) string
}

func elsewhere(name string) (service, bool) {
	at := func(before, behind string, names ...string) func(arguments) string {
		return func(a arguments) string {
			id := a.at(0, append(names, "id", "url", "href", "src")...)
			if id == "" || strings.Contains(id, "://") {
				return id
			}
			return before + id + behind
		}
	}
	switch name {
	case "youtube", "youtubelite", "youtube_lite", "yt", "lite_youtube", "youtube_enhanced", "youtube_embed", "youtube_video":
		return service{"YouTube", 'v', youtube}, true
	case "vimeo", "vimeo_simple", "vimeo_embed":
		return service{"Vimeo", 'v', at("https://vimeo.com/", "")}, true
	case "bilibili":
		return service{"Bilibili", 'v', at("https://www.bilibili.com/video/", "", "bv")}, true
	case "dailymotion":
		return service{"Dailymotion", 'v', at("https://www.dailymotion.com/video/", "")}, true
	case "peertube", "loom", "twitch", "tiktok", "odysee", "streamable", "rumble", "facebook", "iframe", "embed", "oembed":
		return service{frameName(name), frameKind(name), at(frameAddress(name), "")}, true
	case "asciinema", "asciicast":
		return service{"asciinema", 'v', at("https://asciinema.org/a/", "", "key")}, true
	case "spotify":
		return service{"Spotify", 'a', spotify}, true
	case "soundcloud":
		return service{"SoundCloud", 'a', at("https://soundcloud.com/", "", "track")}, true
	case "x", "tweet", "twitter", "x_simple", "twitter_simple":
		return service{"X", 'p', tweet}, true
	case "instagram", "instagram_simple":
		return service{"Instagram", 'p', at("https://www.instagram.com/p/", "/")}, true
	case "mastodon", "toot", "bluesky", "bsky", "threads":
		return service{strings.ToUpper(name[:1]) + name[1:], 'p', toot}, true
	case "gist":
		return service{"GitHub", 'c', gist}, true
	case "github", "github_repo", "gitlab", "ghcode":
		return service{"GitHub", 'c', at("https://github.com/", "", "repo", "projectid")}, true
	case "codepen":
		return service{"CodePen", 'c', codepen}, true
	case "jsfiddle":
		return service{"JSFiddle", 'c', at("https://jsfiddle.net/", "/")}, true
	case "codesandbox", "stackblitz", "replit", "glitch":
		return service{frameName(name), 'c', at(frameAddress(name), "")}, true
	case "googlemaps", "google_maps", "map", "osm", "speakerdeck", "slideshare", "pdf", "pdf_viewer":
		return service{frameName(name), ' ', at("", "")}, true
	}
	return service{}, false
}

func frameName(name string) string {
	switch name {
	case "iframe", "embed", "oembed", "pdf", "pdf_viewer", "map":
		return ""
	case "googlemaps", "google_maps":
		return "Google Maps"
	case "osm":
		return "OpenStreetMap"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func frameKind(name string) byte {
	switch name {
	case "iframe", "embed", "oembed":
		return ' '
	}
	return 'v'
}

func frameAddress(name string) string {
	switch name {
	case "loom":
		return "https://www.loom.com/share/"
	case "twitch":
		return "https://www.twitch.tv/videos/"
	case "streamable", "odysee", "rumble":
		return "https://" + name + ".com/"
	case "codesandbox":
		return "https://codesandbox.io/s/"
	case "stackblitz":
		return "https://stackblitz.com/edit/"
	}
	return ""
}

func youtube(a arguments) string {
	id := a.at(0, "id", "v", "video", "videoid", "url", "src")
	if id == "" || strings.Contains(id, "://") {
		return id
	}
	if strings.HasPrefix(id, "PL") && len(id) > 11 || a.get("playlist", "list") != "" {
		return "https://www.youtube.com/playlist?list=" + id
	}
	address := "https://www.youtube.com/watch?v=" + id
	if start := a.get("start", "t"); start != "" && start != "0" {
		address += "&t=" + start + "s"
	}
	return address
}

func spotify(a arguments) string {
	kind, id := a.at(0, "type"), a.at(1, "id", "url")
	if id == "" {
		kind, id = "track", kind
	}
	if strings.Contains(id, "://") {
		return id
	}
	return "https://open.spotify.com/" + kind + "/" + id
}

func tweet(a arguments) string {
	user, id := a.at(0, "user"), a.at(1, "id", "url")
	if id == "" {
		user, id = "i", user
	}
	if strings.Contains(id, "://") || id == "" {
		return id
	}
	return "https://x.com/" + user + "/status/" + id
}

func toot(a arguments) string {
	if address := a.at(0, "url", "link", "href"); strings.Contains(address, "://") {
		return address
	}
	host, id := a.at(0, "host", "instance"), a.at(1, "id")
	if user := strings.TrimPrefix(a.get("user"), "@"); user != "" {
		return "https://" + host + "/@" + user + "/" + id
	}
	if host == "" || id == "" {
		return ""
	}
	return "https://" + host + "/web/statuses/" + id
}

func gist(a arguments) string {
	user, id, file := a.at(0, "user", "username"), a.at(1, "id"), a.at(2, "file", "filename")
	if id == "" {
		user, id = "", user
	}
	address := "https://gist.github.com/" + strings.TrimSuffix(strings.TrimPrefix(user+"/"+id, "/"), ".js")
	if strings.Contains(id, "://") {
		address = strings.TrimSuffix(id, ".js")
	}
	if id = a.get("url"); id != "" {
		address = strings.TrimSuffix(id, ".js")
	}
	if file != "" {
		address += "#file-" + strings.NewReplacer(".", "-", " ", "-").Replace(strings.ToLower(file))
	}
	return address
}

func codepen(a arguments) string {
	user, id := a.at(1, "user"), a.at(0, "id", "slug", "url")
	if strings.Contains(id, "://") || id == "" {
		return id
	}
	return "https://codepen.io/" + user + "/pen/" + id
}
