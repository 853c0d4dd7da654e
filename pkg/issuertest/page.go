package issuertest

import (
	_ "embed" // the pages
	"net/http"
)

//go:embed page.html
var pageText string

// page writes one of the pages that people see. They have no script, and no other
// site may frame them.
func (i *Issuer) page(w http.ResponseWriter, status int, name string, data map[string]any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	data["Page"], data["Issuer"] = name, i.URL
	_ = i.pages.Execute(w, data) // the browser may have gone
}

// message writes a page that consists of a message.
func (i *Issuer) message(w http.ResponseWriter, status int, title, text string) {
	i.page(w, status, "message", map[string]any{"Title": title, "Text": text})
}
