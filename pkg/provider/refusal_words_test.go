package provider

import (
	"errors"
	"io"
	"net/http"
	"testing"
)

// TestRefusalInPlainText: some servers say why in plain text. Their words are
// kept, unless they repeat a part of what was sent.
func TestRefusalInPlainText(t *testing.T) {
	for body, want := range map[string]string{
		"unauthorized_client: invalid secret\n":     "unauthorized_client: invalid secret",
		"no such token: " + secretToken:             "",
		"no such token: " + secretToken[3:12] + "…": "",
	} {
		s := newTLSSite(t)
		s.route("/introspect", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, body)
		})
		_, err := introspect(t, s, IntrospectionRequest{})
		var refused *RefusedError
		if !errors.As(err, &refused) || refused.Description != want {
			t.Errorf("%q: got %v", body, err)
		}
	}
}
