package provider

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestSend(t *testing.T) {
	s := newPlainSite(t)
	var events []Event
	c := newBench(t, s, func(cfg *Config) { cfg.Trace = func(e Event) { events = append(events, e) } }).Client
	s.route("/api", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(r.Header.Values("Authorization")) != 2 || string(body) != "data" || r.Method != http.MethodPut {
			t.Errorf("got %s %v %q", r.Method, r.Header, body)
		}
		w.Header().Add("WWW-Authenticate", "Bearer")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "no")
	})
	got, err := c.Send(t.Context(), Request{
		Method: http.MethodPut, URL: s.URL + "/api?secret=x", Body: []byte("data"),
		Header: http.Header{"Authorization": {"Bearer a", "Bearer b"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != http.StatusUnauthorized || got.Header.Get("WWW-Authenticate") != "Bearer" || string(got.Body) != "no" || strings.Contains(got.URL, "secret") {
		t.Errorf("got %+v", got)
	}
	if len(events) != 1 || events[0].Status != http.StatusUnauthorized || strings.Contains(events[0].URL, "secret") {
		t.Errorf("events %+v", events)
	}
	wantRequests(t, s, "PUT /api")
}

func TestSendFollowsNothing(t *testing.T) {
	s := newPlainSite(t)
	c := newBench(t, s).Client
	s.route("/api", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) })
	got, err := c.Send(t.Context(), Request{Method: http.MethodGet, URL: s.URL + "/api"})
	if err != nil || got.Status != http.StatusFound || got.Header.Get("Location") != "/login" {
		t.Errorf("got %+v, %v", got, err)
	}
	s.route("/busy", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	if got, err := c.Send(t.Context(), Request{Method: http.MethodGet, URL: s.URL + "/busy"}); err != nil || got.Status != http.StatusServiceUnavailable {
		t.Errorf("got %+v, %v", got, err)
	}
	wantRequests(t, s, "GET /api", "GET /busy")
}

func TestSendReadsNoMoreThanItKeeps(t *testing.T) {
	s := newPlainSite(t)
	c := newBench(t, s).Client
	s.route("/large", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("a"), maxBody+1)) })
	if got, err := c.Send(t.Context(), Request{Method: http.MethodGet, URL: s.URL + "/large"}); err != nil || len(got.Body) != maxBody {
		t.Errorf("got %v", err)
	}
	s.route("/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done() // the stream never ends by itself
	})
	if got, err := c.Send(t.Context(), Request{Method: http.MethodGet, URL: s.URL + "/events"}); err != nil || got.Status != http.StatusOK || len(got.Body) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestSendRefuses(t *testing.T) {
	s := newPlainSite(t)
	b := newBench(t, s)
	get := func(url string, header http.Header) error {
		_, err := b.Client.Send(context.Background(), Request{Method: http.MethodGet, URL: url, Header: header})
		return err
	}
	wantFetchError(t, get("http://api.example/a", nil), causeHTTP)
	wantFetchError(t, get("https://user:secret@api.example/a", nil), causeURL)
	wantFetchError(t, get(s.URL, http.Header{"A": {"b\r\nC: d"}}), causeURL)
	_, err := b.Client.Send(context.Background(), Request{Method: "G T", URL: s.URL})
	wantFetchError(t, err, causeURL)
	wantRequests(t, s)
}

func TestDocument(t *testing.T) {
	s := newPlainSite(t)
	c := newBench(t, s).Client
	s.serve("/metadata", `{"resource":"x"}`)
	s.serve("/list", `[]`)
	got, err := c.Document(t.Context(), s.URL+"/metadata", s.URL+"/api")
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := got.Object.Get("resource").Text(); text != "x" || got.ContentType != "application/json" {
		t.Errorf("got %+v", got)
	}
	_, err = c.Document(t.Context(), s.URL+"/list", s.URL+"/api")
	wantFetchError(t, err, causeNotJSON)
	_, err = c.Document(t.Context(), s.URL+"/none", s.URL+"/api")
	wantFetchError(t, err, causeStatus)
	// What a public API names must not lie on this machine.
	_, err = c.Document(t.Context(), s.URL+"/metadata", "https://api.example/api")
	wantFetchError(t, err, causeHTTP)
	_, err = c.DiscoverNamed(t.Context(), s.URL, "https://api.example/api")
	wantFetchError(t, err, causeHTTP)
	_, err = c.DiscoverNamed(t.Context(), "https://127.0.0.1", "https://api.example/api")
	wantFetchError(t, err, causeAddress)
	wantRequests(t, s, "GET /metadata", "GET /list", "GET /none")
}

func TestDiscoverNamed(t *testing.T) {
	s := newPlainSite(t)
	s.issue("a")
	c := newBench(t, s).Client
	md, err := c.DiscoverNamed(t.Context(), s.URL, s.URL+"/.well-known/oauth-protected-resource")
	if err != nil || md.Issuer != s.URL {
		t.Errorf("got %+v, %v", md, err)
	}
}
