package provider

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestRefusalInPlainText: some servers say why in plain text. Their words are
// kept, but for the parts of what was sent.
func TestRefusalInPlainText(t *testing.T) {
	for body, want := range map[string]string{
		"unauthorized_client: invalid secret\n":     "unauthorized_client: invalid secret",
		"no such token: " + secretToken:             "no such token: [removed]",
		"no such token: " + secretToken[3:12] + "…": "no such token: [removed]…",
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

// TestNothingOfTheTokenComesBack: a server that got a token can send its pieces
// anywhere.
func TestNothingOfTheTokenComesBack(t *testing.T) {
	s := newTLSSite(t)
	piece := secretToken[3:15]
	s.route("/introspect", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"active":true,"sub":"x`+piece+`","`+secretToken+`":1}`)
	})
	answer, err := introspect(t, s, IntrospectionRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if got, expected := answer.Document.String(), `{"active":true,"sub":"x[removed]","[removed]":1}`; got != expected {
		t.Errorf("got %s, expected %s", got, expected)
	}
	s.route("/introspect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+strings.ToLower(piece)+".evil.example/x", http.StatusFound)
	})
	_, err = introspect(t, s, IntrospectionRequest{})
	var fetch *FetchError
	if !errors.As(err, &fetch) || fetch.Cause != causeRedirect {
		t.Fatalf("got %v", err)
	}
	for _, text := range []string{err.Error(), fetch.Location} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(piece)) || !strings.Contains(text, "[removed].evil.example") {
			t.Errorf("got %q", text)
		}
	}
}
