package provider

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	secretToken  = "eyJhbGciOiJub25lIn0.s3cret-token.x"
	clientSecret = "p%ss w:rd/+"
)

func introspect(t testing.TB, s *site, q IntrospectionRequest) (*Introspection, error) {
	t.Helper()
	q.Token = secretToken
	if q.AuthMethod == "" {
		q.AuthMethod, q.ClientID, q.Secret = authPost, "me", clientSecret
	}
	return newBench(t, s).Introspect(t.Context(), s.URL+"/introspect?x=y", q)
}

func TestIntrospectionRequests(t *testing.T) {
	form := func(pairs ...string) url.Values {
		v := url.Values{"token": {secretToken}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for _, c := range []struct {
		request IntrospectionRequest
		header  string
		form    url.Values
	}{
		{IntrospectionRequest{AuthMethod: authBasic, ClientID: "m:e", Secret: clientSecret},
			"Basic " + base64.StdEncoding.EncodeToString([]byte("m%3Ae:p%25ss+w%3Ard%2F%2B")), form()},
		{IntrospectionRequest{TypeHint: "access_token", AuthMethod: authPost, ClientID: "me", Secret: clientSecret},
			"", form("client_id", "me", "client_secret", clientSecret, "token_type_hint", "access_token")},
		{IntrospectionRequest{AuthMethod: authNone, ClientID: "me"}, "", form("client_id", "me")},
		{IntrospectionRequest{AuthMethod: authNone}, "", form()},
		{IntrospectionRequest{AuthMethod: authBearer, Bearer: "b.c.d"}, "Bearer b.c.d", form()},
	} {
		s := newTLSSite(t)
		s.route("/introspect", func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			if r.Method != "POST" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" ||
				r.Header.Get("Authorization") != c.header || r.PostForm.Encode() != c.form.Encode() || r.URL.RawQuery != "x=y" {
				t.Errorf("%s: got %v with %v", c.request.AuthMethod, r.PostForm, r.Header)
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"active":true,"exp":12345678901234567890}`)
		})
		got, err := introspect(t, s, c.request)
		if err != nil || !got.Active || got.Document.String() != `{"active":true,"exp":12345678901234567890}` || got.URL != s.URL+"/introspect?…" {
			t.Errorf("%s: got %+v, %v", c.request.AuthMethod, got, err)
		}
	}
	if _, err := introspect(t, newTLSSite(t), IntrospectionRequest{AuthMethod: "magic"}); err == nil {
		t.Error("an unknown way to authenticate works")
	}
}

func TestIntrospectionAnswers(t *testing.T) {
	for _, c := range []struct {
		name, contentType, body string
		status                  int
		active                  bool
		extra                   []string
		kind                    string
		text                    string
	}{
		{name: "active", body: `{"active":true,"sub":"a"}`, active: true},
		{name: "inactive", body: `{"active":false}`},
		{name: "inactive with more", body: `{"active":false,"sub":"a","exp":1}`, extra: []string{"sub", "exp"}},
		{name: "a string", body: `{"active":"true"}`, kind: causeReply, text: "of type string"},
		{name: "a number", body: `{"active":1}`, kind: causeReply, text: "of type number"},
		{name: "null", body: `{"active":null}`, kind: causeReply, text: "of type null"},
		{name: "absent", body: `{"Active":true}`, kind: causeReply, text: "of type absent"},
		{name: "twice", body: `{"active":false,"active":true}`, kind: causeNotJSON, text: "not a JSON object"},
		{name: "an array", body: `[true]`, kind: causeNotJSON, text: "not a JSON object"},
		{name: "a page", contentType: "text/html", body: "<html>login", kind: causeHTML, text: "login page"},
		{name: "a JWT", contentType: "application/token-introspection+jwt", body: "a.b.c", kind: causeContentType, text: "not JSON"},
		{name: "nothing there", status: 404, body: "no", kind: causeStatus, text: "404 Not Found"},
		{name: "busy", status: 503, body: "no", kind: causeStatus, text: "503"},
		{name: "created", status: 201, body: `{"active":true}`, kind: causeStatus, text: "201"},
		{name: "huge", body: `{"active":true}` + strings.Repeat(" ", maxReply), kind: causeTooLarge, text: "1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTLSSite(t)
			s.route("/introspect", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if c.contentType != "" {
					w.Header().Set("Content-Type", c.contentType)
				}
				if c.status != 0 {
					w.WriteHeader(c.status)
				}
				_, _ = io.WriteString(w, c.body)
			})
			got, err := introspect(t, s, IntrospectionRequest{})
			wantRequests(t, s, "POST /introspect") // once, whatever happens
			if c.kind != "" {
				wantText(t, wantFetchError(t, err, c.kind).Text, c.text)
				return
			}
			if err != nil || got.Active != c.active || !slices.Equal(besideActive(got), c.extra) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// besideActive returns the other members of a response that says "not active".
func besideActive(got *Introspection) []string {
	var names []string
	for _, m := range got.Document.Members() {
		if !got.Active && m.Name != "active" {
			names = append(names, m.Name)
		}
	}
	return names
}

func TestIntrospectionRefused(t *testing.T) {
	for _, c := range []struct {
		status                               int
		contentType, body, code, description string
	}{
		{401, "application/json", `{"error":"invalid_client","error_description":"unknown client"}`, "invalid_client", "unknown client"},
		{400, "application/json", `{"error":"invalid_request"}`, "invalid_request", ""},
		{403, "application/json", `{"error":7}`, "", ""},
		{401, "text/plain", `no`, "", "no"}, // Zitadel
		{401, "text/html", `<html>`, "", ""},
		{400, "application/json", `{"active":true}`, "", ""},
	} {
		s := newTLSSite(t)
		s.route("/introspect", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.contentType)
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		got, err := introspect(t, s, IntrospectionRequest{})
		var refused *RefusedError
		if got != nil || !errors.As(err, &refused) {
			t.Fatalf("%d %s: got %v, %v", c.status, c.body, got, err)
		}
		if refused.Status != c.status || refused.Code != c.code || refused.Description != c.description {
			t.Errorf("got %+v", refused)
		}
		wantText(t, err.Error(), s.URL, fmt.Sprint(c.status), c.code, c.description)
	}
}

// TestATokenGoesNowhereElse has servers that try to get a token sent on, or
// shown.
func TestATokenGoesNowhereElse(t *testing.T) {
	other := newTLSSite(t)
	echo := func(r *http.Request) string {
		_ = r.ParseForm()
		return r.PostForm.Get("token") + r.URL.Query().Get("id_token") + " " + r.PostForm.Get("client_secret") + " " + r.Header.Get("Authorization")
	}
	for name, handler := range map[string]http.HandlerFunc{
		"307": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/x", http.StatusTemporaryRedirect)
		},
		"308": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/x", http.StatusPermanentRedirect)
		},
		"302 within": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"echo in the location": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/"+url.PathEscape(strings.Repeat("x", 150)+echo(r)), http.StatusFound)
		},
		"echo in the error": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(401)
			_, _ = fmt.Fprintf(w, `{"error":%q,"error_description":%q,"code":%q}`, echo(r), strings.Repeat("x", 180)+echo(r), echo(r))
		},
		"echo in the message": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"code":401,"message":%q}`, strings.Repeat("x", 180)+echo(r))
		},
		"echo in the type": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/"+strings.Repeat("x", 180)+echo(r))
		},
		"echo in a name": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{%q:1,%q:2}`, echo(r), echo(r))
		},
		"echo in the protocol": func(w http.ResponseWriter, r *http.Request) {
			text := echo(r)
			conn, _, _ := w.(http.Hijacker).Hijack()
			_, _ = io.WriteString(conn, text+"\r\n\r\n")
			_ = conn.Close()
		},
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newTLSSite(t)
			s.route("/introspect", handler)
			s.route("/validate", handler)
			b := newBench(t, s, func(cfg *Config) { cfg.RootCAs.AddCert(other.Certificate()) })
			_, err1 := b.Introspect(t.Context(), s.URL+"/introspect", IntrospectionRequest{
				Token: secretToken, AuthMethod: authPost, ClientID: "me", Secret: clientSecret})
			_, err2 := b.Introspect(t.Context(), s.URL+"/introspect", IntrospectionRequest{
				Token: secretToken, AuthMethod: authBasic, ClientID: "me", Secret: clientSecret})
			answer, err3 := b.GetOnce(t.Context(), s.URL+"/validate?token="+secretToken, secretToken)
			if err3 == nil {
				err3 = errors.New("no answer: " + answer.Object.String())
			}
			said := fmt.Sprintf("%+v", b.events)
			for err := range slices.Values([]error{err1, err2, err3}) {
				if err == nil {
					t.Fatal("no error")
				}
				for ; err != nil; err = errors.Unwrap(err) {
					said += "\n" + err.Error() + fmt.Sprintf("%+v", err)
				}
			}
			basic := base64.StdEncoding.EncodeToString([]byte("me:" + url.QueryEscape(clientSecret)))
			for _, secret := range []string{secretToken, "s3cret", clientSecret, "p%ss", url.QueryEscape(clientSecret), basic, basic[:20]} {
				if strings.Contains(said, secret) {
					t.Errorf("%q is shown:\n%s", secret, said)
				}
			}
			wantRequests(t, s, "POST /introspect", "POST /introspect", "GET /validate")
			wantRequests(t, other)
		})
	}
}

func TestWhereATokenMayBeSent(t *testing.T) {
	s := newPlainSite(t)
	q := IntrospectionRequest{Token: secretToken, AuthMethod: authNone}
	b := newBench(t, nil)
	_, err := b.Introspect(t.Context(), "http://issuer.example/introspect", q)
	wantFetchError(t, err, causeHTTP)
	q.NamedBy = &Metadata{URL: "https://issuer.example" + configuration, Issuer: "https://issuer.example", Asked: "https://issuer.example"}
	_, err = b.Introspect(t.Context(), s.URL+"/introspect", q)
	wantFetchError(t, err, causeHTTP)
	_, err = b.Introspect(t.Context(), strings.Replace(s.URL, "http:", "https:", 1), q)
	wantFetchError(t, err, causeAddress)
	q.NamedBy = nil
	offline := newBench(t, nil, func(cfg *Config) { cfg.Offline = true })
	_, err = offline.Introspect(t.Context(), s.URL, q)
	wantText(t, wantFetchError(t, err, causeOffline).Text, "only the server can say whether a token is active")
	_, err = offline.Introspect(t.Context(), "http://issuer.example/introspect", q)
	wantFetchError(t, err, causeHTTP)
	_, err = offline.GetOnce(t.Context(), s.URL+"/validate?token="+secretToken, secretToken)
	wantFetchError(t, err, causeOffline)
	wantRequests(t, s)
}

// TestRefusalsWithAnotherStatus: an "error" is one, whatever the status.
func TestRefusalsWithAnotherStatus(t *testing.T) {
	s := newTLSSite(t)
	b := newBench(t, s)
	ask := func(body string) (*Introspection, error) {
		s.serve("/introspect", body)
		return b.Introspect(t.Context(), s.URL+"/introspect", IntrospectionRequest{Token: secretToken})
	}
	_, err := ask(`{"error":"unsupported_token_type","error_description":"no JWTs"}`)
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Status != 200 || refused.Code != "unsupported_token_type" || refused.Description != "no JWTs" {
		t.Errorf("got %v", err)
	}
	if _, err = ask(`{"error":"invalid_client"}`); !errors.As(err, &refused) || refused.Code != "invalid_client" {
		t.Errorf("got %v", err)
	}
	if got, err := ask(`{"active":false,"error":"x"}`); err != nil || got.Active {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = ask(`{"error":1}`)
	wantFetchError(t, err, causeReply)
}

func TestIntrospectionTimesOut(t *testing.T) {
	s := newTLSSite(t)
	s.route("/introspect", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	b := newBench(t, s, func(cfg *Config) { cfg.Timeout = 50 * time.Millisecond })
	_, err := b.Introspect(t.Context(), s.URL+"/introspect", IntrospectionRequest{Token: secretToken, AuthMethod: authNone})
	wantFetchError(t, err, causeTimeout)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
