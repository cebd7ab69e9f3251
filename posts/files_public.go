package posts

import (
	"path"
	"strings"
)

// closed tells of folders that are never served: what begins with a dot or an underscore, and what belongs to tools.
func (f *folder) closed(name, base string) bool {
	switch {
	case f.whole:
		return strings.HasPrefix(base, ".") && name != ".well-known"
	case hidden(base), base == "node_modules", base == "vendor", base == "bower_components":
		return true
	}
	return strings.Contains(toolFolders, " "+name+" ")
}

// toolFolders stand at the top of sites and hold what makes them.
const toolFolders = " archetypes bin config data i18n layouts public resources sass scripts shortcodes src templates test tests themes tools gemfiles target dist build "

// offers tells of files that may be served at all.
func (f *folder) offers(name string) bool {
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "."), strings.HasSuffix(base, "~"), strings.HasPrefix(base, "#"):
		return strings.HasPrefix(name, ".well-known/")
	case f.at == "assets/": // Hugo's: what its templates work on, and pictures that posts name
		return strings.Contains(pictureFiles, " "+extension(name)+" ")
	case f.whole:
		return name != "_redirects" && name != "_headers"
	}
	return !strings.HasPrefix(base, "_") || strings.Contains(pictureFiles, " "+extension(name)+" ")
}

func extension(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }

const (
	pictureFiles = " png jpg jpeg jpe jfif gif webp avif svg ico bmp apng heic heif jxl "
	// readerFiles are what readers see, hear, load or read.
	readerFiles = pictureFiles + "mp4 m4v webm ogv mov mp3 m4a ogg oga opus wav flac aac vtt srt pdf epub " +
		"woff woff2 ttf otf css js mjs zip gz tgz xz bz2 7z tar doc docx odt ppt pptx odp xls xlsx ods ps djvu tex bib " +
		"gpx kml geojson ics wasm stl "
	// dataFiles are those too, but at the top of a site they are its tools' own.
	dataFiles = " html htm xhtml txt csv tsv json xml ipynb asc sig "
)

// meant tells whether a file that belongs to no post is for readers: all in static folders and in media, and in a folder of
// content, which may be a whole repository, what they can use.
func (f *folder) meant(name string) bool {
	top, _, deep := strings.Cut(name, "/")
	if f.whole || deep && (top == mediaFolder || top == "static" || top == ".well-known") {
		return true
	}
	kind := " " + extension(name) + " "
	if deep {
		return strings.Contains(readerFiles, kind) || strings.Contains(dataFiles, kind)
	}
	return strings.Contains(readerFiles, kind) && !strings.Contains(" css js mjs ", kind) || strings.Contains(kind, " html ")
}
