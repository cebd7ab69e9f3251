package web

import (
	_ "embed"
	"net/http"
)

// openAPIDocument describes the REST API as it is: a test holds routes, answers and document together.
//
//go:embed openapi.json
var openAPIDocument []byte

func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Access-Control-Allow-Origin", "*") // for tools in browsers: it holds nothing that is anyone's
	return newBody("application/json", openAPIDocument).send(w, r, http.StatusOK)
}
