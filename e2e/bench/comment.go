package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// comment sends one comment and returns its writer's session.
func comment(ctx context.Context, s *server, post, text string) (cookie string, err error) {
	body, err := json.Marshal(map[string]any{"post": post, "author": map[string]string{"name": "Lan"}, "body": text})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/comments", strings.NewReader(string(body)))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusCreated || len(res.Cookies()) == 0 {
		return "", fmt.Errorf("a comment is answered with %d: %s", res.StatusCode, said)
	}
	return res.Cookies()[0].Name + "=" + res.Cookies()[0].Value, nil
}
