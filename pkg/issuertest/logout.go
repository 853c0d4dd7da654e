package issuertest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// serveEndSession logs the browser's user out (OpenID Connect RP-Initiated Logout
// section 2) and tells the applications (Back-Channel Logout section 2.5). Without
// a hint that speaks of the user, a page asks first.
func (i *Issuer) serveEndSession(w http.ResponseWriter, r *http.Request) {
	target, problem := i.logoutTarget(r)
	if problem != "" {
		i.message(w, http.StatusBadRequest, "This request cannot be answered", problem)
		return
	}
	s, cookie := i.session(r)
	confirmed := r.Method == http.MethodPost && i.sameBrowser(r, r.PostFormValue("browser"))
	if s != nil && !confirmed && !i.speaksOf(r.FormValue("id_token_hint"), s.user) {
		i.page(w, http.StatusOK, "logout", map[string]any{
			"User": s.user.FullName, "Browser": i.browser(w, r), "Action": i.shape.paths.EndSession,
			"Target": r.FormValue("post_logout_redirect_uri"), "State": r.FormValue("state"), "Client": r.FormValue("client_id"),
		})
		return
	}
	if s != nil {
		i.store.sessions.take(cookie, i.now())
		i.tellClients(r.Context(), s)
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// logoutTarget is where the browser goes afterwards.
func (i *Issuer) logoutTarget(r *http.Request) (string, string) {
	target := r.FormValue("post_logout_redirect_uri")
	if target == "" {
		return pathLogout, ""
	}
	id := r.FormValue("client_id")
	if id == "" {
		id = i.hintedClient(r.FormValue("id_token_hint"))
	}
	client := i.client(id)
	if client == nil || !client.mayReturnTo(target) {
		return "", "The post_logout_redirect_uri is neither registered for the client nor an http address on loopback; name the client by id_token_hint or client_id."
	}
	u, err := url.Parse(target)
	if err != nil {
		return "", "The post_logout_redirect_uri is no URL."
	}
	if state := r.FormValue("state"); state != "" {
		query := u.Query()
		query.Set("state", state)
		u.RawQuery = query.Encode()
	}
	return u.String(), ""
}

func (i *Issuer) serveSignedOut(w http.ResponseWriter, _ *http.Request) {
	i.message(w, http.StatusOK, "You are logged out", "You can close this page.")
}

// hinted returns the claims of an ID token of this issuer that was good when it was
// issued: a hint may have expired (RP-Initiated Logout section 2).
func (i *Issuer) hinted(hint string) (strictjson.Value, bool) {
	issued, ok := verify.NumericDate(token.Parse(hint).UnverifiedClaims().Get("iat"))
	if !ok {
		return strictjson.Value{}, false
	}
	return i.signedHere(hint, issued)
}

// hintedClient is the client that an ID token was issued to.
func (i *Issuer) hintedClient(hint string) string {
	document, ok := i.hinted(hint)
	if !ok {
		return ""
	}
	if list := document.Get("aud").Texts(); len(list) == 1 {
		return list[0]
	}
	azp, _ := document.Get("azp").Text()
	return azp
}

// speaksOf reports whether an ID token of this issuer is about a user.
func (i *Issuer) speaksOf(hint string, user *User) bool {
	document, ok := i.hinted(hint)
	if !ok {
		return false
	}
	subject, _ := document.Get("sub").Text()
	return subject == user.Subject
}

// tellClients sends a logout token to each application that got tokens in the
// session.
func (i *Issuer) tellClients(ctx context.Context, s *session) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for key := range s.clients.Range {
		id := key.(string)
		c := i.client(id)
		if c == nil || c.LogoutURI == "" {
			continue
		}
		raw, err := i.minterFor(c).Mint(Token{Kind: verify.KindLogout, Subject: s.user.Name, ClientID: id, Session: s.id})
		if err != nil {
			continue
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.LogoutURI, strings.NewReader(url.Values{"logout_token": {raw}}.Encode()))
		if err != nil {
			continue
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		status := 0
		if answer, err := client.Do(request); err == nil {
			status = answer.StatusCode
			_ = answer.Body.Close()
		}
		if i.trace != nil {
			i.trace("logout token to "+id, c.LogoutURI, status)
		}
	}
}
