package issuertest

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The cookies of the issuer.
const (
	cookieSession = "claimcheck_session"
	cookieBrowser = "claimcheck_browser" // ties a form to the browser that got it
)

// An authRequest is an authentication request (OpenID Connect Core section
// 3.1.2.1) that waits for a login.
type authRequest struct {
	codeGrant // without its session
	state     string
	prompt    []string
	maxAge    time.Duration // negative for none
	browser   string        // that the login page was given to
}

// A codeGrant is what a code stands for.
type codeGrant struct {
	grant
	redirectURI, challenge string
	used                   bool
}

func (i *Issuer) serveAuthorization(w http.ResponseWriter, r *http.Request) {
	client, redirectURI, problem := i.redirect(r)
	if problem != "" { // nobody is sent to an address that is not known
		i.message(w, http.StatusBadRequest, "This request cannot be answered", problem)
		return
	}
	request := &authRequest{
		codeGrant: codeGrant{grant: newGrant(r, client), redirectURI: redirectURI, challenge: r.FormValue("code_challenge")},
		state:     r.FormValue("state"), prompt: strings.Fields(r.FormValue("prompt")), maxAge: -1,
	}
	if refused := request.check(r); refused != nil {
		i.sendBack(w, r, request, url.Values{"error": {refused.code}, "error_description": {refused.description}})
		return
	}
	s := i.usableSession(r, request)
	switch {
	case s != nil:
		i.sendCode(w, r, request, s)
	case slices.Contains(request.prompt, "none"):
		i.sendBack(w, r, request, url.Values{"error": {"login_required"}, "error_description": {"nobody has logged in, or not recently enough"}})
	default:
		i.loginPage(w, r, request)
	}
}

// redirect finds the client and where to send its users back to.
func (i *Issuer) redirect(r *http.Request) (*Client, string, string) {
	client := i.client(r.FormValue("client_id"))
	if client == nil {
		return nil, "", "No client is registered as " + strconv.Quote(r.FormValue("client_id")) + "."
	}
	uri := r.FormValue("redirect_uri")
	if !client.mayReturnTo(uri) {
		return nil, "", "The redirect_uri " + strconv.Quote(uri) + " is neither registered for this client nor an http address on loopback."
	}
	return client, uri, ""
}

func (i *Issuer) client(id string) *Client {
	for n := range i.clients {
		if i.clients[n].ID == id {
			return &i.clients[n]
		}
	}
	return nil
}

// mayReturnTo reports whether users may be sent to an address: one that is
// registered, byte for byte, or one on loopback (RFC 8252 section 7.3).
func (c *Client) mayReturnTo(uri string) bool {
	if slices.Contains(c.RedirectURIs, uri) {
		return true
	}
	u, err := url.Parse(uri)
	return err == nil && isLoopback(u) && u.Fragment == "" && u.User == nil
}

// check reads what may be refused.
func (a *authRequest) check(r *http.Request) *oauthError {
	method := r.FormValue("code_challenge_method")
	switch {
	case r.FormValue("request") != "" || r.FormValue("request_uri") != "":
		return refuse("request_not_supported", "request objects are not supported")
	case r.FormValue("response_type") != "code":
		return refuse("unsupported_response_type", "response_type must be code")
	case r.FormValue("response_mode") != "" && r.FormValue("response_mode") != "query":
		return refuse("invalid_request", "response_mode must be query")
	case a.challenge != "" && method != "S256":
		return refuse("invalid_request", "code_challenge_method must be S256")
	case a.challenge == "" && a.client.public():
		return refuse("invalid_request", "a public client must use PKCE: code_challenge is missing")
	case slices.Contains(a.prompt, "none") && len(a.prompt) > 1:
		return refuse("invalid_request", "prompt=none cannot be combined with other values")
	}
	if text := r.FormValue("max_age"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 31)
		if err != nil {
			return refuse("invalid_request", "max_age is not a number of seconds")
		}
		a.maxAge = time.Duration(seconds) * time.Second
	}
	return nil
}

// usableSession is the browser's login, if it does for a request.
func (i *Issuer) usableSession(r *http.Request, request *authRequest) *session {
	s, _ := i.session(r)
	switch {
	case s == nil || slices.Contains(request.prompt, "login"):
		return nil
	case request.maxAge >= 0 && i.now().Sub(s.authTime) > request.maxAge:
		return nil
	case r.FormValue("id_token_hint") != "" && !i.speaksOf(r.FormValue("id_token_hint"), s.user):
		return nil
	}
	return s
}

// session returns the browser's login, or nil, and its name in the store.
func (i *Issuer) session(r *http.Request) (*session, string) {
	cookie, err := r.Cookie(cookieSession)
	if err != nil {
		return nil, ""
	}
	s, _ := i.store.sessions.get(cookie.Value, i.now())
	return s, cookie.Value
}

// loginPage shows who can log in.
func (i *Issuer) loginPage(w http.ResponseWriter, r *http.Request, request *authRequest) {
	request.browser = i.browser(w, r)
	name := i.store.logins.add(request, i.now().Add(loginLife))
	i.page(w, http.StatusOK, "login", map[string]any{
		"Client": request.client.ID, "Scope": strings.Join(request.scope, " "), "Users": i.minter.Users, "Request": name, "Action": pathLogin,
	})
}

// browser gives the browser a cookie that ties its forms to it, so that another
// site cannot send them.
func (i *Issuer) browser(w http.ResponseWriter, r *http.Request) string {
	if cookie, err := r.Cookie(cookieBrowser); err == nil && cookie.Value != "" {
		return cookie.Value
	}
	value := rand.Text()
	i.setCookie(w, cookieBrowser, value)
	return value
}

func (i *Issuer) sameBrowser(r *http.Request, value string) bool {
	cookie, err := r.Cookie(cookieBrowser)
	return err == nil && value != "" && subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(value)) == 1
}

func (i *Issuer) setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{ // #nosec G124 -- Secure with TLS; without, it never leaves this machine
		Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: i.identity != nil,
	})
}

// serveLogin logs in the user who was clicked.
func (i *Issuer) serveLogin(w http.ResponseWriter, r *http.Request) {
	request, ok := i.store.logins.get(r.FormValue("request"), i.now())
	if !ok || !i.sameBrowser(r, request.browser) {
		i.message(w, http.StatusBadRequest, "This page is too old", "Go back to the application and log in again.")
		return
	}
	user := i.userNamed(r.FormValue("user"))
	if user == nil {
		i.message(w, http.StatusBadRequest, "There is no such user", "Go back and choose a user.")
		return
	}
	i.store.logins.take(r.FormValue("request"), i.now())
	i.sendCode(w, r, request, i.logIn(w, user))
}

// logIn begins a session, always under a new name.
func (i *Issuer) logIn(w http.ResponseWriter, user *User) *session {
	s := newSession(user, i.now())
	i.setCookie(w, cookieSession, i.store.sessions.add(s, i.now().Add(sessionLife)))
	return s
}

func (i *Issuer) userNamed(name string) *User {
	for n := range i.minter.Users {
		if i.minter.Users[n].Name == name {
			return &i.minter.Users[n]
		}
	}
	return nil
}

func (i *Issuer) sendCode(w http.ResponseWriter, r *http.Request, request *authRequest, s *session) {
	s.clients.Store(request.client.ID, true)
	code := request.codeGrant
	code.session = s
	i.sendBack(w, r, request, url.Values{"code": {i.store.codes.add(&code, i.now().Add(codeLife))}})
}

// sendBack sends the browser back to the application, with state and iss (RFC
// 9207).
func (i *Issuer) sendBack(w http.ResponseWriter, r *http.Request, request *authRequest, answer url.Values) {
	if request.state != "" {
		answer.Set("state", request.state)
	}
	answer.Set("iss", i.URL)
	target, err := url.Parse(request.redirectURI)
	if err != nil {
		http.Error(w, "redirect_uri", http.StatusBadRequest) // it has been parsed before
		return
	}
	query := target.Query()
	for name, values := range answer {
		query[name] = values
	}
	target.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}

// provesKey reports whether a code verifier fits the challenge (RFC 7636 section
// 4.6).
func provesKey(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == "" // a verifier without a challenge is a downgrade
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(challenge), []byte(base64.RawURLEncoding.EncodeToString(sum[:]))) == 1
}
