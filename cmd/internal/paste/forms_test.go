package paste

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestOfATokenResponse(t *testing.T) {
	a, b := signedShort, signedLong
	runCases(t, []pasteCase{
		{"one token", `{"access_token":"` + a + `","token_type":"Bearer","expires_in":3600}`, []string{"access_token=" + a}},
		{"two tokens", `{"access_token":"` + a + `","id_token":"` + b + `"}`, []string{"access_token=" + a, "id_token=" + b}},
		{"the same twice", `{"access_token":"` + a + `","id_token":"` + a + `"}`, []string{"access_token=" + a}},
		{"opaque and JWT", `{"access_token":"7f3a9b","id_token":"` + b + `"}`, []string{"access_token=7f3a9b", "id_token=" + b}},
		{"placeholder", `{"access_token":"[redacted]","id_token":"` + b + `"}`, []string{"id_token=" + b}},
		{"null", `{"access_token":null,"id_token":"` + b + `"}`, []string{"id_token=" + b}},
		{"broken token", `{"id_token":"` + b + `="}`, []string{"id_token=" + b + "="}},
		{"scheme inside", `{"access_token":"Bearer ` + a + `"}`, []string{"access_token=" + a}},
		{"nested", `{"data":{"tokens":[{"id_token":"` + b + `"}]}}`, []string{"id_token=" + b}},
		{"array", `["` + a + `"]`, []string{"=" + a}},
		{"other member", `{"jwt":"` + a + `","state":"x.y.z"}`, []string{"jwt=" + a}},
		{"name that can't be picked", `{"a b":"` + a + `"}`, []string{"=" + a}},
		{"token as a name", `{"` + b + `":{"jwt":"` + a + `"}}`, []string{"=" + b, "jwt=" + a}},
		{"name that is a number", `{"2":"` + a + `"}`, []string{"=" + a}},
		{"header in a log", `{"headers":{"authorization":"Bearer 7f3a9b"}}`, []string{"Authorization=7f3a9b"}},
		{"text in a log", `{"msg":"got ` + a + `, ok"}`, []string{"msg=" + a}},
		{"JSON in JSON", `{"body":"{\"id_token\":\"` + a + `\"}"}`, []string{"id_token=" + a}},
		{"escapes", `{"id_token":"\u0065` + a[1:] + `","access_token":"a\/b"}`, []string{"id_token=" + a, "access_token=a/b"}},
		{"quoted for a shell", `'{"id_token":"` + a + `"}'`, []string{"id_token=" + a}},
		{"Salesforce", `{"access_token":"00D!x","signature":"c2ln","id_token":"` + a + `"}`, []string{"access_token=00D!x", "id_token=" + a}},
		{"refresh token", `{"access_token":"` + a + `","refresh_token":"r1"}`, []string{"access_token=" + a, "refresh_token=r1"}},
		{"duplicate member", `{"id_token":"` + a + `","id_token":"` + b + `"}`, []string{"id_token=" + a, "id_token=" + b}},
		{"cut off", `{"access_token":"a\/b","id_token" : "` + a + `","to`, []string{"access_token=a/b", "id_token=" + a}},
		{"one per line", `{"id_token":"` + a + `"}` + "\n" + `{"id_token":"` + b + `"}`, []string{"id_token=" + a, "id_token=" + b}},
		{"token type only", `{"token_type":"Bearer"}`, []string{`={"token_type":"Bearer"}`}},
	})
}

func TestOfURLsAndCookies(t *testing.T) {
	a, b := signedShort, signedLong
	runCases(t, []pasteCase{
		{"fragment", "https://rp.example/cb#id_token=" + a + "&state=x", []string{"id_token=" + a}},
		{"query", "https://rp.example/cb?access_token=" + a, []string{"access_token=" + a}},
		{"both", "https://rp.example/cb#access_token=" + a + "&id_token=" + b, []string{"access_token=" + a, "id_token=" + b}},
		{"other values encoded", "https://rp.example/cb?state=a%20b#id_token=" + a, []string{"id_token=" + a}},
		{"dots encoded", "https://rp.example/cb#id_token=" + strings.ReplaceAll(a, ".", "%2E"), []string{"id_token=" + a}},
		{"URL in a URL", "https://op.example/?next=https%3A%2F%2Frp.example%2F%23id_token%3D" + a, []string{"id_token=" + a}},
		{"not an encoding", "a=b=%zz=" + a, []string{"zz=" + a}},
		{"form", "grant_type=refresh_token&refresh_token=r1&token=" + a, []string{"refresh_token=r1", "token=" + a}},
		{"opaque fragment", "https://rp.example/cb#access_token=7f3a9b&token_type=bearer", []string{"access_token=7f3a9b"}},
		{"prose about parameters", "the access_token = none, id_token: missing; " + a, []string{"=" + a}},
		{"Cookie", "Cookie: a=1; b=" + a + "; c=2", []string{"b=" + a}},
		{"Set-Cookie", "Set-Cookie: __Host-id=" + a + "; Path=/; HttpOnly", []string{"__Host-id=" + a}},
		{"cookie with quotes encoded", "Cookie: s=%22" + a + "%22", []string{"s=" + a}},
		{"cookie with scheme", "Cookie: Authorization=Bearer%20" + a, []string{"Authorization=" + a}},
		{"cookie with JSON", "Cookie: s=%7B%22access_token%22%3A%22" + a + "%22%7D", []string{"access_token=" + a}},
		{"unnamed, then named", a + "\n\nid_token=" + a, []string{"id_token=" + a}},
	})
}

func TestOfATranscript(t *testing.T) {
	text := strings.ReplaceAll(`* Connected to api.example (192.0.2.1) port 443
> POST /token HTTP/2
> Host: api.example
> authorization: Bearer `+signedShort+`
> cookie: theme=dark; sid=`+encrypted+`
>
< HTTP/2 200
< www-authenticate: Bearer realm="x", error="invalid_token"
< set-cookie: id=`+signedLong+`; Path=/
< content-type: application/json
<
{
  "access_token": "7f3a9b",
  "id_token": "`+signedLong+`",
  "refresh_token": "r1"
}
* Connection #0 to host api.example left intact
`, "\n", "\r\n")
	found := Find(text)
	want := []string{"Authorization=" + signedShort, "sid=" + encrypted, "id=" + signedLong, "access_token=7f3a9b", "refresh_token=r1"}
	if got := named(found); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if !slices.Equal(found[2].OtherNames, []string{"id_token"}) {
		t.Errorf("other names: %q", found[2].OtherNames)
	}
}

func TestPick(t *testing.T) {
	two := Find("sid=" + signedShort + "&id_token=" + signedShort + "&access_token=" + signedLong)
	same := Find("id_token=" + signedShort + "&id_token=" + signedLong)
	response := Find(`{"refresh_token":"` + signedShort + `","access_token":"` + signedLong + `"}`)
	for _, c := range []struct {
		found   []Token
		pick    string
		want    string
		message string
	}{
		{two, "", "", "there are 2 different tokens in the input: 1 (sid, id_token), 2 (access_token)"},
		{two, "sid", signedShort, ""},
		{two, "id_token", signedShort, ""},
		{two, "access_token", signedLong, ""},
		{two, "1", signedShort, ""},
		{two, "2", signedLong, ""},
		{two, "0", "", "there is no token 0; the input holds: 1 (sid, id_token), 2 (access_token)"},
		{two, "3", "", "there is no token 3; the input holds: 1 (sid, id_token), 2 (access_token)"},
		{two, strings.Repeat("9", 30), "", "there is no token 999999999999…; the input holds: 1 (sid, id_token), 2 (access_token)"},
		{two, "-1", "", `no token is named "-1"; the input holds: 1 (sid, id_token), 2 (access_token)`},
		{two, "ID_TOKEN", "", `no token is named "ID_TOKEN"; the input holds: 1 (sid, id_token), 2 (access_token)`},
		{same, "id_token", "", `2 different tokens are named "id_token"; the input holds: 1 (id_token), 2 (id_token)`},
		{same, "2", signedLong, ""},
		{response, "", signedLong, ""},
		{response, "refresh_token", signedShort, ""},
		{response, "1", signedShort, ""},
		{Find("refresh_token=r1"), "", "r1", ""},
		{Find("refresh_token=r1&refresh_token=r2"), "", "", "there are 2 different tokens in the input: 1 (refresh_token), 2 (refresh_token)"},
		{Find(signedShort), "", signedShort, ""},
		{Find(signedShort), "id_token", "", `no token is named "id_token"; the input holds: 1`},
		{Find(strings.Repeat(signedShort+" ", 3) + signedLong), "9", "", "there is no token 9; the input holds: 1, 2"},
		{Find(" "), "", "", "no token found in the input"},
	} {
		t.Run(fmt.Sprint(len(c.found), " ", c.pick), func(t *testing.T) {
			got, err := Pick(c.found, c.pick)
			if c.message == "" && (err != nil || got.Text != c.want) {
				t.Errorf("got %+v, %v", got, err)
			}
			if c.message != "" && (err == nil || err.Error() != c.message || got.Text != "") {
				t.Errorf("got %+v, %v; want %s", got, err, c.message)
			}
		})
	}
}

func TestChoiceErrorIsBounded(t *testing.T) {
	var text strings.Builder
	for i := range 500 {
		fmt.Fprintf(&text, "n%d=%s&", i, makeJWT("HS256", fmt.Sprint(i)))
	}
	_, err := Pick(Find(text.String()), "")
	if err == nil || !strings.HasSuffix(err.Error(), "10 (n9), and 490 more") || strings.Contains(err.Error(), "eyJ") {
		t.Error(err)
	}
}
