package web

import (
	"net/http"
	"strings"
	"time"
)

// apiPath is where the REST API lives.
const apiPath = "/api/comments"

const (
	apiTimeout = 10 * time.Second
	// apiBytes holds the longest comment with every character escaped (\ud83d\ude00: 12 bytes) and the other fields.
	apiBytes = 160 << 10
)

// apiGroup is what programs read and write.
func apiGroup() group {
	return group{name: "api", timeout: apiTimeout, body: apiBytes, session: true, api: true}
}

// apiRoutes are the REST API. openapi.json describes the same routes: a test holds them together.
func (s *Server) apiRoutes() []route {
	g := apiGroup()
	one, all := apiPath+"/{id}", apiPath
	return []route{
		{"GET " + all, s.apiList, g},
		{"POST " + all, s.apiCreate, g},
		{"OPTIONS " + all, allow("GET", "HEAD", "POST", "OPTIONS"), g},
		{"GET " + all + "/counts", s.apiCounts, g},
		{"GET " + one, s.apiGet, g},
		{"PATCH " + one, s.apiEdit, g},
		{"DELETE " + one, s.apiDelete, g},
		{"OPTIONS " + one, allow("GET", "HEAD", "PATCH", "DELETE", "OPTIONS"), g},
		{"GET " + one + "/context", s.apiContext, g},
		{"GET /api/openapi.json", s.openAPI, g},
		{"GET " + problemPath + "{name}", s.problemAbout, g},
	}
}

// allow answers OPTIONS. It grants other origins nothing.
func allow(methods ...string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", strings.Join(methods, ", "))
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}
