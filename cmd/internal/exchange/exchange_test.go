package exchange_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/cmd/internal/exchange"
)

func TestParse(t *testing.T) {
	type fields = http.Header
	bearer := []string{"Bearer abc"}
	tests := []struct {
		name, text string
		want       exchange.Exchange
	}{
		{"curl -i", "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\nContent-Length: 2\r\n\r\nno\r\n",
			exchange.Exchange{Status: 401, Response: fields{"Www-Authenticate": {`Bearer error="invalid_token"`}, "Content-Length": {"2"}}, Body: "no"}},
		{"curl -i with a command line above", "$ curl -i https://api.example/a -H 'authorization: Bearer abc'\nHTTP/2 401\nwww-authenticate: Bearer\n\n{}",
			exchange.Exchange{Method: "GET", URL: "https://api.example/a", Request: fields{"Authorization": bearer}, Status: 401, Response: fields{"Www-Authenticate": {"Bearer"}}, Body: "{}"}},
		{"curl -i behind 100", "HTTP/1.1 100 Continue\n\nHTTP/1.1 401 Unauthorized\nA: b\n\nno",
			exchange.Exchange{Status: 401, Response: fields{"A": {"b"}}, Body: "no"}},
		{"curl -v", "*   Trying 127.0.0.1:8080...\n* Connected to localhost\n> GET /a HTTP/1.1\n> Host: localhost:8080\n> authorization: Bearer abc\n>\n* Request completely sent off\n< HTTP/1.1 401 Unauthorized\n< WWW-Authenticate: Bearer\n< \n{ [2 bytes data]\n{\"a\":1}* Connection #0 to host localhost left intact\n",
			exchange.Exchange{Method: "GET", URL: "http://localhost:8080/a", Request: fields{"Host": {"localhost:8080"}, "Authorization": bearer}, Status: 401, Response: fields{"Www-Authenticate": {"Bearer"}}, Body: `{"a":1}`}},
		{"curl -v with an HTML body", "> GET /a HTTP/1.1\n> Host: api.example\n>\n< HTTP/1.1 401 Unauthorized\n<\n<html>\n> quoted\n",
			exchange.Exchange{Method: "GET", URL: "https://api.example/a", Request: fields{"Host": {"api.example"}}, Status: 401, Body: "<html>\n> quoted"}},
		{"curl -v with a progress meter", "  % Total    % Received % Xferd  Average Speed\n                                 Dload  Upload\n  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\n> GET /a HTTP/2\n> Host: api.example\n> \n< HTTP/2 403 \n< \nno",
			exchange.Exchange{Method: "GET", URL: "https://api.example/a", Request: fields{"Host": {"api.example"}}, Status: 403, Body: "no"}},
		{"a raw request and its answer", "POST /a HTTP/1.1\nHost: api.example\nauthorization: Bearer abc\n\nHTTP/1.1 401 Unauthorized\nA: b\n\nno",
			exchange.Exchange{Method: "POST", URL: "https://api.example/a", Request: fields{"Host": {"api.example"}, "Authorization": bearer}, Status: 401, Response: fields{"A": {"b"}}, Body: "no"}},
		{"wget -S", "--2026-11-26 10:00:00--  https://api.example/a\n  HTTP/1.1 401 Unauthorized\n  WWW-Authenticate: Bearer\n  Server: nginx\n",
			exchange.Exchange{Status: 401, Response: fields{"Www-Authenticate": {"Bearer"}, "Server": {"nginx"}}}},
		{"copy as cURL", "curl 'https://api.example/a?b=c' \\\n  -H 'accept: */*' \\\n  -H 'authorization: Bearer abc' \\\n  --data-raw $'it\\'s' \\\n  --compressed\n{\"message\":\"jwt expired\"}",
			exchange.Exchange{Method: "POST", URL: "https://api.example/a?b=c", Request: fields{"Accept": {"*/*"}, "Authorization": bearer}, Body: `{"message":"jwt expired"}`}},
		{"copy as cURL of cmd.exe", "curl ^\"https://api.example/a^\" ^\n  -H ^\"authorization: Bearer abc^\"\nno",
			exchange.Exchange{Method: "GET", URL: "https://api.example/a", Request: fields{"Authorization": bearer}, Body: "no"}},
		{"a command with a pipe", "curl -sX PUT -Hauthorization:Bearer\\ abc --url https://api.example/a | jq .\nno",
			exchange.Exchange{Method: "PUT", URL: "https://api.example/a", Request: fields{"Authorization": bearer}, Body: "no"}},
		{"one header field", `WWW-Authenticate: Bearer realm="x"`, exchange.Exchange{Response: fields{"Www-Authenticate": {`Bearer realm="x"`}}}},
		{"both header fields", "authorization: Bearer abc\nwww-authenticate: Bearer", exchange.Exchange{Request: fields{"Authorization": bearer}, Response: fields{"Www-Authenticate": {"Bearer"}}}},
		{"a body", "{\"message\":\n\"Unauthorized\"}\n", exchange.Exchange{Body: "{\"message\":\n\"Unauthorized\"}"}},
		{"a body of words", "Error: jwt expired", exchange.Exchange{Body: "Error: jwt expired"}},
		{"a HAR entry", `{"request":{"method":"GET","url":"https://api.example/a","headers":[{"name":"authorization","value":"Bearer abc"}]},"response":{"status":401,"headers":[],"content":{"text":"no"}}}`,
			exchange.Exchange{Method: "GET", URL: "https://api.example/a", Request: fields{"Authorization": bearer}, Status: 401, Body: "no"}},
		{"a HAR file", `{"log":{"entries":[{"request":{"url":"https://a.example"},"response":{"status":200}},{"request":{"url":"https://b.example"},"response":{"status":401}},{"request":{"url":"https://c.example"},"response":{"status":200}}]}}`,
			exchange.Exchange{URL: "https://b.example", Status: 401, Others: 2}},
		{"two answers of curl -iL", "HTTP/1.1 302 Found\nLocation: /b\n\nHTTP/1.1 401 Unauthorized\nA: b\n\n",
			exchange.Exchange{Status: 401, Response: fields{"A": {"b"}}, Others: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := exchange.Parse(test.text)
			if err != nil {
				t.Fatal(err)
			}
			for _, fields := range []*http.Header{&test.want.Request, &test.want.Response} {
				if *fields == nil {
					*fields = http.Header{}
				}
			}
			if !reflect.DeepEqual(&test.want, got) {
				t.Errorf("got      %+v\nexpected %+v", *got, test.want)
			}
		})
	}
}

func TestParseNothing(t *testing.T) {
	for _, text := range []string{"", " \r\n\t", "\ufeff", `{"log":{"entries":[]}}`} {
		if e, err := exchange.Parse(text); err == nil {
			t.Errorf("%q is read as %+v", text, e)
		}
	}
}

func TestDate(t *testing.T) {
	e, err := exchange.Parse("HTTP/1.1 401 Unauthorized\nDate: Thu, 26 Nov 2026 10:00:00 GMT\n\n")
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := e.Date(); !ok || at.Unix() != 1795687200 {
		t.Errorf("got %v, %v", at, ok)
	}
	if e, _ = exchange.Parse("HTTP/1.1 401 Unauthorized\nDate: yesterday\n\n"); e != nil {
		if at, ok := e.Date(); ok {
			t.Errorf("%v is no date", at)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 401 x\nA: b\n\nc", "> GET / HTTP/1.1\n> Host: a\n>\n< HTTP/1.1 401\n<\nb", "curl 'a' \\\n -H \"b: c\" $'d\\'", `{"log":{"entries":[{}]}}`, "curl ^\"a^\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := exchange.Parse(text)
		if (e == nil) == (err == nil) {
			t.Fatalf("got %v and %v", e, err)
		}
		if e != nil && len(e.Body) > len(text)+1 && !strings.HasPrefix(strings.TrimSpace(text), "{") {
			t.Fatalf("the body is longer than the text: %d, %d", len(e.Body), len(text))
		}
	})
}
