package views

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"vang/blog"
)

// manyComments is the number on a page from which the form is far away.
const manyComments = 5

// window is what the script must know of the page of a discussion to put a comment in its place.
func (d Discussion) window() templ.Attributes {
	order := d.Order
	if order == "" {
		order = blog.Oldest
	}
	return templ.Attributes{"data-order": string(order), "data-from": string(d.From), "data-until": string(d.Until)}
}

func current(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "true"}
	}
	return nil
}

func swapIn(oob bool) templ.Attributes {
	if oob {
		return templ.Attributes{"data-hx-swap-oob": "true"}
	}
	return nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// vangSwap hands a whole element, attributes and all, to the script's own swap style.
const vangSwap = "vang target:#comment-list strip:false"
