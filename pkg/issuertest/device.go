package issuertest

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// pollInterval is how long a device has to wait between two questions (RFC 8628
// section 3.2).
const pollInterval = time.Second

// A deviceGrantState is a device that waits for a user (RFC 8628).
type deviceGrantState struct {
	grant
	userCode string

	mu       sync.Mutex
	answered bool
	denied   bool
	asked    time.Time // of the last poll; the zero time before the first
}

// beginDevice answers a device authorization request (RFC 8628 section 3.1).
func (i *Issuer) beginDevice(r *http.Request, client *Client) (strictjson.Value, *oauthError) {
	d := &deviceGrantState{grant: newGrant(r, client), userCode: newUserCode()}
	expires := i.now().Add(loginLife)
	code := i.store.devices.add(d, expires)
	i.store.userCode.put(d.userCode, d, expires)
	return object(
		"device_code", code, "user_code", d.userCode, "verification_uri", i.origin+pathDevice,
		"verification_uri_complete", i.origin+pathDevice+"?user_code="+d.userCode,
		"expires_in", int64(loginLife.Seconds()), "interval", int64(pollInterval.Seconds()),
	), nil
}

// newUserCode is what a user types: eight letters without vowels (RFC 8628 section
// 6.1).
func newUserCode() string {
	code := ""
	for len(code) < 8 {
		code += strings.Map(func(r rune) rune {
			if strings.ContainsRune("AEIOUY234567", r) {
				return -1
			}
			return r
		}, rand.Text())
	}
	return code[:4] + "-" + code[4:8]
}

// serveDevicePage asks the user for the code, and who they are.
func (i *Issuer) serveDevicePage(w http.ResponseWriter, r *http.Request) {
	i.page(w, http.StatusOK, "device", map[string]any{
		"Code": r.FormValue("user_code"), "Users": i.minter.Users, "Browser": i.browser(w, r), "Action": pathDevice,
	})
}

func (i *Issuer) serveDeviceAnswer(w http.ResponseWriter, r *http.Request) {
	code := strings.ToUpper(strings.TrimSpace(r.FormValue("user_code")))
	d, ok := i.store.userCode.get(code, i.now())
	user := i.userNamed(r.FormValue("user"))
	denied := r.FormValue("user") == ""
	if !ok || !i.sameBrowser(r, r.FormValue("browser")) || user == nil && !denied {
		i.message(w, http.StatusBadRequest, "No device waits for this code", "Compare the code with the one that the device shows, and try again.")
		return
	}
	i.store.userCode.take(code, i.now())
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answered, d.denied = true, denied
	if denied {
		i.message(w, http.StatusOK, "Refused", "The device gets no token.")
		return
	}
	d.session = i.logIn(w, user)
	d.session.clients.Store(d.client.ID, true)
	i.message(w, http.StatusOK, "The device is logged in", "You can close this page.")
}

// grantDevice answers a device that asks whether its user has come (RFC 8628
// section 3.5).
func (i *Issuer) grantDevice(r *http.Request, client *Client) (*grant, *oauthError) {
	code := r.PostFormValue("device_code")
	d, ok := i.store.devices.get(code, i.now())
	if !ok || d.client != client {
		return nil, refuse("expired_token", "the device code is unknown, has expired, or is another client's")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := i.now()
	early := now.Sub(d.asked) < pollInterval/2 // the clocks of devices are inexact
	d.asked = now
	switch {
	case d.denied:
		i.store.devices.take(code, now)
		return nil, refuse("access_denied", "the user refused")
	case !d.answered && early:
		return nil, refuse("slow_down", "ask at most once a second")
	case !d.answered:
		return nil, refuse("authorization_pending", "the user has not answered yet")
	}
	i.store.devices.take(code, now)
	return &d.grant, nil
}
