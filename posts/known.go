package posts

import (
	"fmt"
	"strings"
)

// ownKeys are those that this package reads.
const ownKeys = " title summary description excerpt abstract date published_at pubdate created created_at published_date date_published updated lastmod " +
	"last_modified_at modified last_updated date_updated lastupdated publishdate publish_date published expirydate unpublishdate expires expiry_date " +
	"draft comments comment disablecomments authors author image cover thumbnail featured_image featuredimage feature_image featureimage banner hero " +
	"og_image images header feature img image_alt imagealt lang language locale canonical canonicalurl canonical_url original_url weight slug " +
	"translationkey translation_key lang-ref lang_ref aliases alias redirect_from redirects redirect_to redirectto permalink url path tags tag " +
	"categories category taxonomies series series_part series_order series_weight series_index seriesorder part build _build render headless "

// quietKeys mean something to the templates of other tools alone. They are not kept.
const quietKeys = " layout type template page_template output outputs sort_by paginate_by paginate_path insert_anchor_links in_search_index generate_feed generate_feeds " +
	"transparent sitemap cascade menu menus linktitle markup kind guid _comment isbn "

// often are the keys whose mistyping is worth a word: they change what readers see.
const often = "title summary description date updated lastmod publishdate expirydate draft comments authors author image lang slug " +
	"translationkey aliases redirect_from permalink tags categories category series weight"

// params are the values that nobody here reads, for shortcodes and templates, and their names as typos are looked for in.
func (m fields) params() (params map[string]any, unknown []keyAt) {
	for k, v := range m.values {
		switch {
		case strings.Contains(ownKeys, " "+k+" "), strings.Contains(quietKeys, " "+k+" "), v == nil, k == "":
			continue
		}
		if params == nil {
			params = map[string]any{}
		}
		if inner, ok := v.(map[string]any); ok {
			v = smallTree(inner)
		}
		params[k] = v
		if slip(k) != "" {
			unknown = append(unknown, keyAt{k, m.lineOf(k)})
		}
	}
	if inner, ok := params["params"].(map[string]any); ok {
		delete(params, "params")
		for k, v := range inner {
			if _, taken := params[k]; !taken {
				params[k] = v
			}
		}
	}
	return params, unknown
}

// slip is the key that was meant by one that differs from it in a letter: left out, put in, changed, or two of them turned.
func slip(key string) string {
	if len(key) < 4 {
		return ""
	}
	for known := range strings.FieldsSeq(often) {
		if key != known && key != known+"s" && key+"s" != known && oneApart(key, known) {
			return known
		}
	}
	return ""
}

func oneApart(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(a) < len(b):
		return a[i:] == b[i+1:]
	case i == len(a):
		return false
	case a[i+1:] == b[i+1:]:
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// few is in how many files a key may be and still be taken for mistyped: what an author writes often is meant.
const few = 2

// slips tells of keys that were mistyped.
func (b *builder) slips(entries []*entry) {
	count := map[string]int{}
	for _, e := range entries {
		for _, k := range e.file.unknown {
			count[k.name]++
		}
	}
	for _, e := range entries {
		for _, k := range e.file.unknown {
			if count[k.name] <= few {
				b.problems = append(b.problems, Problem{
					File: e.file.path, Line: k.line,
					Message: fmt.Sprintf("the key %.40q has no meaning here: is it %s that you mean?", k.name, slip(k.name)),
				})
			}
		}
	}
}
