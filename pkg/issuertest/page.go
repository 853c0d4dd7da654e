package issuertest

import (
	"cmp"
	_ "embed" // what all pages have in common
	"fmt"
	"html"
	"net/http"
	"strings"
)

//go:embed page.html
var pageFrame string

// markup is HTML in which every text is escaped. (With html/template, which could
// call any method by its name, the linker keeps every method of every type: two
// megabytes that each start of claimcheck pays for.)
type markup string

// markupf fills a format of HTML: what is not markup is escaped.
func markupf(format string, values ...any) markup {
	for i, v := range values {
		if _, escaped := v.(markup); !escaped {
			values[i] = html.EscapeString(fmt.Sprint(v))
		}
	}
	return markup(fmt.Sprintf(format, values...))
}

// page writes one of the pages that people see. They have no script, and no other
// site may frame them.
func (i *Issuer) page(w http.ResponseWriter, status int, content markup) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	parts := strings.NewReplacer("{{main}}", string(content), "{{issuer}}", html.EscapeString(i.URL))
	_, _ = parts.WriteString(w, pageFrame) // the browser may have gone
}

func messagePage(title, text string) markup { return markupf("<h1>%s</h1>\n<p>%s</p>", title, text) }

// loginForm asks who logs in, for a request that is kept under a name.
func (i *Issuer) loginForm(request *authRequest, name string) markup {
	var scope markup
	if len(request.scope) > 0 {
		scope = markupf(" The application asks for <strong>%s</strong>.", strings.Join(request.scope, " "))
	}
	return markupf(`<h1>Log in to %s</h1>
<p>Choose a test user.%s</p>
<form method="post" action="%s">
%s%s
</form>`, request.client.ID, scope, pathLogin, hidden("request", name), i.userButtons())
}

// deviceForm asks for the code that a device shows, and who logs in there.
func (i *Issuer) deviceForm(code, browser string) markup {
	return markupf(`<h1>Log in on a device</h1>
<form method="post" action="%s">
%s<label>The code that the device shows
<input type="text" name="user_code" value="%s" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="9" required></label>
%s
<button class="plain" name="user" value="">Refuse</button>
</form>`, pathDevice, hidden("browser", browser), code, i.userButtons())
}

// logoutForm asks a user who is logged in whether to log out. What the request said
// goes with the answer.
func (i *Issuer) logoutForm(user *User, browser string, r *http.Request) markup {
	fields := hidden("browser", browser)
	for _, name := range []string{"post_logout_redirect_uri", "state", "client_id"} {
		if value := r.FormValue(name); value != "" {
			fields += hidden(name, value)
		}
	}
	return markupf(`<h1>Log out?</h1>
<p>You are logged in as <strong>%s</strong>.</p>
<form method="post" action="%s">
%s<button class="plain">Log out</button>
</form>`, user.FullName, i.shape.paths.endSession, fields)
}

func hidden(name, value string) markup {
	return markupf("<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", name, value)
}

func (i *Issuer) userButtons() markup {
	var buttons markup
	for _, u := range i.minter.Users {
		buttons += markupf("\n<button name=\"user\" value=\"%s\"><strong>%s</strong><small>%s</small></button>",
			u.Name, u.FullName, cmp.Or(u.Email, u.Name))
	}
	return buttons
}
