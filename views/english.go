package views

import "vang/blog"

func english() *Catalogue {
	return &Catalogue{
		Lang: blog.English, Name: "English", Locale: "en_GB",

		Skip: "Skip to content", Site: "Site", LanguagesLabel: "Languages", Draft: "Draft, seen by you alone",
		Changed: "This text has changed since you opened it.", Reload: "Show the new version", Feed: "{kind} feed",

		Desk: "Desk", DeskFile: "This page comes from", DeskShows: "Drafts and posts of the future are shown. Pages follow each save.",
		DeskFault1: "{n} thing cannot be shown as it is", DeskFaults: "{n} things cannot be shown as they are",
		DeskKept: "Until it is mended, pages show what the file said before.", DeskHide: "Hide", DeskRemark1: "{n} remark",
		DeskRemarks: "{n} remarks", DeskMore: "And {n} more: vang check lists them all.", DeskLost: "not connected",

		Posts: "Latest posts", PostsPage: "Posts, page {page}", CategoryTitle: "Category: {name}", TagTitle: "Tag: {name}",
		Archive: "Archive", Categories: "Categories", Tags: "Tags", NoPosts: "Nothing has been published here yet.",
		Undated: "Undated", Pages: "Pages", PageOf: "Page {page} of {pages}", Newer: "Newer posts", Older: "Older posts",
		Year:    "Posts of {year}",
		Updated: "updated {date}", Minutes1: "{n} min read",
		Minutes: "{n} min read", Contents: "Contents", Neighbours: "More posts", PreviousPost: "Previous", NextPost: "Next",
		FiledUnder: "Filed under",
		Planned:    "Planned, seen by you alone", Expired: "Expired, seen by you alone", Related: "Related posts",
		AllTags: "All tags", Count1: "{n} post", Count: "{n} posts", Author: "Author", Authors: "Authors", PostsBy: "Posts by {name}",
		Elsewhere: "{name} elsewhere", Series: "Series", SeriesTitle: "Series: {name}", PartOf: "Part {part} of {parts}",
		Part: "Part {part}", Parts: "All parts", PreviousPart: "Previous part", NextPart: "Next part", Subscribe: "Subscribe",

		Search: "Search", SearchLabel: "Search all posts",
		SearchHint:   `Accents may be left out. "Words in quotes" stand together, -word leaves posts out, tag:name looks within a tag.`,
		SearchWithin: "Only these", SearchWithout: "No longer only {name}", SearchMeant: "Did you mean", SearchAll: "All languages: {n}",
		SearchNotReady: "The search is being prepared: there may be more in a moment.",
		SearchMore:     "More results", SearchBefore: "Results before", SearchOf: "Search: {query}",
		FoundNone: "Nothing was found for “{query}”.", Found1: "{n} result.", Found: "{n} results.",
		FoundPartial: "None has all the words; these have some.", FoundForeign: "Nothing in this language; these are in another.",
		Years: "Years",

		Comments0: "No comments yet", Comments1: "{n} comment", Comments: "{n} comments", Order: "Order of comments",
		OldestFirst: "Oldest first", NewestFirst: "Newest first", EarlierComments: "Previous comments",
		LaterComments: "Next comments", CommentPages: "Pages of comments",
		ReadOnly:  "This discussion is closed. It can be read, and takes no new comments.",
		WriteLink: "Write a comment", NewComments1: "{n} new comment",
		NewComments: "{n} new comments", Arrived: "New comment by {name}",
		Live: "Live", Reconnecting: "Reconnecting", Offline: "Offline", Anonymous: "Anonymous",
		Edited: "edited", ReplyLevel: "Reply, level {n}",
		Pending: "Waiting for a moderator. Only you see this comment.", Erased: "This comment was deleted.",
		HiddenComment: "This comment was hidden by a moderator.", Reply: "Reply", ReplyTo: "Reply to {name}", Edit: "Edit",
		EditOf: "Edit your comment", Delete: "Delete", DeleteOf: "Delete your comment",
		NoticeHeld:      "Thank you. Your comment waits for a moderator; until then only you see it.",
		NoticePosted:    "Your comment is published.",
		NoticeDeleted:   "Your comment is deleted.",
		NoticeSaved:     "Your change is saved.",
		NoticeForgotten: "Your name is forgotten in this browser.",
		NoticeMissing:   "This comment is not here any more.",
		NoticeKept:      "The comment that you were answering is gone. Your text is kept.",

		WriteTitle: "Write a comment", ReplyTitle: "Reply to {name}", BodyLabel: "Comment",
		BodyHint:  "Markdown works: *emphasis*, **strong**, `code`, > quote, links.",
		NameLabel: "Name", URLLabel: "Website", URLHint: "Shown as a link on your name.", Optional: "optional",
		Submit: "Post comment", Submitting: "Posting…", Cancel: "Cancel",
		Remembered: "Your name is remembered in this browser.", Forget: "Forget me",
		Away:      "Your name is not at hand right now, and will come back. Commenting works: just type a name.",
		NotSent:   "It could not be sent. Your text is still here: try again in a moment.",
		EditTitle: "Edit your comment", EditHint: "You can change it until {time}.", Save: "Save", Saving: "Saving…",
		DeleteTitle: "Delete your comment?", DeleteAsk: "Its text and your name are erased. This cannot be undone.",
		DeleteYes: "Delete",

		Kinds: englishKinds(), Fields: englishFields(),
		RequestID: "Number of this request, should you tell us about it:", RetryIn1: "Try again in {n} second.",
		RetryIn:  "Try again in {n} seconds.",
		GoBack:   "Use the Back button of your browser: your text is still there.",
		SentText: "Your text, to copy",
		Home:     "Go to the front page", Latest: "Or read on",

		months: [12]string{
			"January", "February", "March", "April", "May", "June",
			"July", "August", "September", "October", "November", "December",
		},
		date: "{day} {month} {year}", dateTime: "{date}, {time} UTC",
	}
}

func englishKinds() map[blog.Kind]Message {
	return map[blog.Kind]Message{
		blog.Internal: {"Something broke on our side", "It is not your fault, and it has been written down. Please try again in a moment."},
		blog.Malformed: {
			"The request could not be understood",
			"Part of the address or of what was sent is not well formed. Go back, reload the page and try again.",
		},
		blog.Unauthenticated:      {"Please sign in", "This is for people who have signed in."},
		blog.Forbidden:            {"This is not allowed", "You can only change what you wrote yourself, from the browser in which you wrote it."},
		blog.EditWindowClosed:     {"Too late to change it", "A comment can be changed for 15 minutes after it was posted. Write a reply to it instead."},
		blog.Banned:               {"You cannot comment here", "The owner of this site has closed comments for you."},
		blog.ReadOnly:             {"This discussion is closed", "It can be read, and takes no new comments or changes."},
		blog.NotFound:             {"There is nothing here", "The address may be mistyped, or what stood here has moved."},
		blog.MethodNotAllowed:     {"This address does not do that", "It exists, but not for this kind of request. Go back and use the links and buttons of the page."},
		blog.Duplicate:            {"You have said this already", "The same words from you are here already; they were not posted a second time."},
		blog.Gone:                 {"It was deleted", "What you wanted to change is no longer there."},
		blog.PreconditionFailed:   {"It changed in the meantime", "Someone, perhaps you in another tab, changed it after you opened it. Look at it again, then repeat your change."},
		blog.PayloadTooLarge:      {"That is too much at once", "Please shorten it and send it again."},
		blog.UnsupportedMediaType: {"This kind of content is not accepted", "Send a form, or JSON where the documentation says so."},
		blog.Validation:           {"Something is missing or wrong", "Please look at the fields marked below. Nothing you wrote is lost."},
		blog.IdempotencyMismatch: {
			"This was sent before with other words",
			"The same submission arrived twice with different text. Reload the page to see what was posted, then try again.",
		},
		blog.PreconditionRequired: {"It is unclear which version you mean", "Say which version you are changing, so that nobody's change is overwritten."},
		blog.RateLimited:          {"A little slower, please", "A lot came from you in a short time. Your text is kept."},
		blog.Unavailable:          {"We cannot save anything right now", "The database does not answer. Please try again in a moment; what you wrote is kept on this page."},
		blog.TooSlow:              {"It took too long to arrive", "The connection was too slow, or broke off on the way. Nothing was saved; please send it again."},
	}
}

func englishFields() map[string]string {
	return map[string]string{
		"required":             "Please fill this in.",
		"body.required":        "Please write something.",
		"name.required":        "Please give a name. It need not be your real one.",
		"too-long":             "This is too long: at most {limit} characters.",
		"not-utf8":             "This holds characters that are not valid Unicode. Please type it anew.",
		"control-characters":   "This holds invisible control characters. Please remove them, or type it anew.",
		"not-an-address":       "This is not a valid address.",
		"url.not-an-address":   "This is no web address. It should look like https://example.org, or be empty.",
		"email.not-an-address": "This is no e-mail address. It should look like name@example.org, or be empty.",
		"unknown":              "This is not known here.",
		"parent.unknown":       "The comment that you are answering is not in this discussion.",
		"post.unknown":         "There is no such post.",
		"deleted":              "This was deleted in the meantime.",
		"parent.deleted":       "The comment that you are answering was deleted. You can post yours as a new one.",
		"unexpected":           "This was not expected here.",

		"not-a-string":         "This must be text.",
		"not-an-object":        "This must be an object.",
		"not-a-cursor":         "This is no cursor that an earlier answer gave.",
		"of-another-order":     "This cursor belongs to a list in the other order.",
		"of-another-post":      "This cursor belongs to another post.",
		"not-with-cursor":      "Use either a cursor or since, not both.",
		"out-of-range":         "This is outside of what is possible.",
		"too-many":             "These are too many: at most {limit}.",
		"more-than-one":        "There must be one of these only.",
		"comes-with-reactions": "Sorting by reactions is not possible yet.",
		"syntax":               "This is not well-formed JSON.",
	}
}
