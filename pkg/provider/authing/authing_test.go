package authing_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/provider/authing"
)

const validatePath = "/api/v2/oidc/validate_token"

func newClient(t *testing.T) *provider.Client {
	t.Helper()
	client, err := provider.New(provider.Config{Now: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func TestValidateToken(t *testing.T) {
	const claims = `{"sub":"5f64afd1ad501364e3b43c1e","iat":1601456894,"exp":1601460494,"iss":"https://oidc1.authing.cn/oidc","aud":"5f17a529f64fb009b794a2ff"}`
	for _, c := range []struct {
		name, body    string
		status        int
		active        bool
		code, message string
		refused       string
		cause         string
	}{
		{name: "claims", body: claims, active: true},
		{name: "claims, whatever the status", body: claims, status: 201, active: true},
		{name: "not valid", body: `{"code":400,"message":"id_token 不合法"}`, code: "400", message: "id_token 不合法"},
		{name: "not valid, by status too", body: `{"code":400,"message":"id_token 不合法"}`, status: 400, code: "400", message: "id_token 不合法"},
		{name: "not us", body: `{"code":401,"message":"login first"}`, refused: "401"},
		{name: "their trouble", body: `{"code":500,"message":"oops"}`, refused: "500"},
		{name: "neither", body: `{"ok":true}`, cause: "bad_reply"},
		{name: "neither, by status too", body: `{"ok":true}`, status: 404, cause: "status"},
		{name: "claims without exp", body: `{"iss":"a"}`, cause: "bad_reply"},
		{name: "claims with a code", body: `{"code":200,"iss":"a","exp":1}`, cause: "bad_reply"},
		{name: "a code that is text", body: `{"code":"400","message":"no"}`, cause: "bad_reply"},
		{name: "an array", body: `[]`, cause: "not_json"},
		{name: "a page", body: `<html>`, status: 502, cause: "status"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked++; r.Method != "GET" || r.URL.Path != validatePath || r.URL.RawQuery != "access_token=a.b.c" {
					t.Errorf("asked %s %s", r.Method, r.URL)
				}
				w.Header().Set("Content-Type", "application/json")
				if c.status != 0 {
					w.WriteHeader(c.status)
				}
				_, _ = io.WriteString(w, c.body)
			}))
			defer s.Close()
			got, err := authing.ValidateToken(t.Context(), newClient(t), s.URL, "access_token", "a.b.c")
			var failed *provider.FetchError
			var refused *provider.RefusedError
			switch {
			case c.cause != "":
				if !errors.As(err, &failed) || failed.Cause != c.cause || failed.URL != s.URL+validatePath+"?…" {
					t.Errorf("got %v", err)
				}
			case c.refused != "":
				if !errors.As(err, &refused) || refused.Code != c.refused {
					t.Errorf("got %v", err)
				}
			case err != nil:
				t.Error(err)
			case got.Active != c.active || got.Code != c.code || got.Message != c.message || got.Document.String() != c.body:
				t.Errorf("got %+v", got)
			}
			if asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
	if _, err := authing.ValidateToken(t.Context(), newClient(t), "https://a.example", "refresh_token", "x"); err == nil {
		t.Error("a refresh token was sent")
	}
}
