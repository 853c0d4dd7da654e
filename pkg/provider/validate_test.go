package provider

import (
	"errors"
	"io"
	"net/http"
	"testing"
)

func TestValidateToken(t *testing.T) {
	const claims = `{"sub":"5f64afd1ad501364e3b43c1e","iat":1601456894,"exp":1601460494,"iss":"https://oidc1.authing.cn/oidc","aud":"5f17a529f64fb009b794a2ff"}`
	for _, c := range []struct {
		name, body    string
		status        int
		active        bool
		code, message string
		refused       string
		kind          Kind
	}{
		{name: "claims", body: claims, active: true},
		{name: "claims, whatever the status", body: claims, status: 201, active: true},
		{name: "not valid", body: `{"code":400,"message":"id_token 不合法"}`, code: "400", message: "id_token 不合法"},
		{name: "not valid, by status too", body: `{"code":400,"message":"id_token 不合法"}`, status: 400, code: "400", message: "id_token 不合法"},
		{name: "not us", body: `{"code":401,"message":"login first"}`, refused: "401"},
		{name: "their trouble", body: `{"code":500,"message":"oops"}`, refused: "500"},
		{name: "neither", body: `{"ok":true}`, kind: KindReply},
		{name: "neither, by status too", body: `{"ok":true}`, status: 404, kind: KindStatus},
		{name: "claims without exp", body: `{"iss":"a"}`, kind: KindReply},
		{name: "claims with a code", body: `{"code":200,"iss":"a","exp":1}`, kind: KindReply},
		{name: "a code that is text", body: `{"code":"400","message":"no"}`, kind: KindReply},
		{name: "an array", body: `[]`, kind: KindNotJSON},
		{name: "a page", body: `<html>`, status: 502, kind: KindStatus},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTLSSite(t)
			s.route(validatePath, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != "GET" || r.URL.RawQuery != "access_token=a.b.c" {
					t.Errorf("asked %s %s", r.Method, r.URL)
				}
				if c.status != 0 {
					w.WriteHeader(c.status)
				}
				_, _ = io.WriteString(w, c.body)
			})
			got, err := newBench(t, s).ValidateToken(t.Context(), s.URL, "access_token", "a.b.c")
			var refused *RefusedError
			switch {
			case c.kind != "":
				wantFetchError(t, err, c.kind)
			case c.refused != "":
				if !errors.As(err, &refused) || refused.Code != c.refused {
					t.Errorf("got %v", err)
				}
			case err != nil:
				t.Error(err)
			case got.Active != c.active || got.Code != c.code || got.Message != c.message || got.Document.String() != c.body:
				t.Errorf("got %+v", got)
			}
			wantRequests(t, s, "GET "+validatePath)
		})
	}
	if _, err := newBench(t, nil).ValidateToken(t.Context(), "https://a.example", "refresh_token", "x"); err == nil {
		t.Error("a refresh token was sent")
	}
}
