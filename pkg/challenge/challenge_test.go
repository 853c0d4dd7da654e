package challenge_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/challenge"
)

func params(pairs ...string) []challenge.Param {
	var list []challenge.Param
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, challenge.Param{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func TestParse(t *testing.T) {
	type list = []challenge.Challenge
	tests := []struct {
		name   string
		values []string
		want   list
		fault  string // part of the error; empty for none
	}{
		{"nothing", nil, nil, ""},
		{"an empty value", []string{""}, nil, ""},
		{"a scheme alone", []string{"Bearer"}, list{{Scheme: "Bearer"}}, ""},
		{"a scheme with blanks", []string{"Bearer  "}, list{{Scheme: "Bearer"}}, ""},
		{"RFC 6750 section 3", []string{`Bearer realm="example", error="invalid_token", error_description="The access token expired"`},
			list{{Scheme: "Bearer", Params: params("realm", "example", "error", "invalid_token", "error_description", "The access token expired")}}, ""},
		{"RFC 9110 section 11.6.1", []string{`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`},
			list{{Scheme: "Basic", Params: params("realm", "simple")}, {Scheme: "Newauth", Params: params("realm", "apps", "type", "1", "title", `Login to "apps"`)}}, ""},
		{"RFC 9449 section 7.1", []string{`DPoP algs="ES256 PS256"`}, list{{Scheme: "DPoP", Params: params("algs", "ES256 PS256")}}, ""},
		{"RFC 9470 section 3", []string{`Bearer error="insufficient_user_authentication", max_age="5", acr_values=myACR`},
			list{{Scheme: "Bearer", Params: params("error", "insufficient_user_authentication", "max_age", "5", "acr_values", "myACR")}}, ""},
		{"several fields", []string{"Negotiate", "Bearer"}, list{{Scheme: "Negotiate"}, {Scheme: "Bearer"}}, ""},
		{"several schemes without parameters", []string{"Negotiate, Bearer"}, list{{Scheme: "Negotiate"}, {Scheme: "Bearer"}}, ""},
		{"a token68", []string{"Negotiate YIIab+/c=="}, list{{Scheme: "Negotiate", Token68: "YIIab+/c=="}}, ""},
		{"a token68 that looks like a parameter", []string{"Negotiate abc="}, list{{Scheme: "Negotiate", Token68: "abc="}}, ""},
		{"a token68 and another scheme", []string{`Negotiate abc==, Basic realm="x"`}, list{{Scheme: "Negotiate", Token68: "abc=="}, {Scheme: "Basic", Params: params("realm", "x")}}, ""},
		{"empty elements", []string{`,, Bearer realm="x" ,, error="y",`}, list{{Scheme: "Bearer", Params: params("realm", "x", "error", "y")}}, ""},
		{"blanks around the equals sign", []string{`Bearer realm = "x",error	=	y`}, list{{Scheme: "Bearer", Params: params("realm", "x", "error", "y")}}, ""},
		{"a comma in quotes", []string{`Digest qop="auth,auth-int"`}, list{{Scheme: "Digest", Params: params("qop", "auth,auth-int")}}, ""},
		{"an empty quoted string", []string{`Bearer realm=""`}, list{{Scheme: "Bearer", Params: params("realm", "")}}, ""},

		{"a forgotten comma", []string{`Bearer realm="x" error="y"`}, list{{Scheme: "Bearer", Params: params("realm", "x", "error", "y")}}, "expected a comma at byte 18"},
		{"a forgotten comma before a scheme", []string{`Bearer realm="x" Basic realm="y"`},
			list{{Scheme: "Bearer", Params: params("realm", "x")}, {Scheme: "Basic", Params: params("realm", "y")}}, "expected a comma"},
		{"a forgotten comma behind a value without quotes", []string{`Bearer realm=x error="y"`},
			list{{Scheme: "Bearer", Params: params("realm", "x", "error", "y")}}, "expected a comma at byte 16"},
		{"an equals sign without a name", []string{`Bearer realm=x =y, error="z"`},
			list{{Scheme: "Bearer", Params: params("realm", "x =y", "error", "z")}}, "the value needs quotes"},
		{"an escaped quote in what is passed over", []string{`Bearer realm="x""a\",b", error="y"`},
			list{{Scheme: "Bearer", Params: params("realm", "x", "error", "y")}}, "expected a comma"},
		{"a backslash outside quotes in what is passed over", []string{`Bearer realm="x"\, error="y"`},
			list{{Scheme: "Bearer", Params: params("realm", "x", "error", "y")}}, "expected a comma"},
		{"forgotten quotes", []string{`Bearer error=invalid_token, error_description=The token expired, realm=x`},
			list{{Scheme: "Bearer", Params: params("error", "invalid_token", "error_description", "The token expired", "realm", "x")}}, "the value needs quotes"},
		{"an unquoted URL", []string{`Bearer resource_metadata=https://api.example/.well-known/oauth-protected-resource`},
			list{{Scheme: "Bearer", Params: params("resource_metadata", "https://api.example/.well-known/oauth-protected-resource")}}, "the value needs quotes"},
		{"no closing quote", []string{`Bearer realm="x, error="y"`}, list{{Scheme: "Bearer", Params: params("realm", "x, error=")}}, "expected a comma"},
		{"no closing quote at the end", []string{`Bearer realm="x`}, list{{Scheme: "Bearer", Params: params("realm", "x")}}, "the closing quote is missing"},
		{"no value", []string{`Bearer realm=, error="y"`}, list{{Scheme: "Bearer", Token68: "realm=", Params: params("error", "y")}}, "after a token68"},
		{"no value at the end", []string{`Bearer realm=x, error=`}, list{{Scheme: "Bearer", Params: params("realm", "x", "error", "")}}, "the parameter has no value"},
		{"twice", []string{`Bearer error="a", error="b"`}, list{{Scheme: "Bearer", Params: params("error", "a", "error", "b")}}, "appears twice"},
		{"no scheme", []string{`error="invalid_token"`}, list{{Params: params("error", "invalid_token")}}, "without a scheme"},
		{"words", []string{`Bearer the token expired`}, list{{Scheme: "Bearer"}}, "expected a parameter"},
		{"no space", []string{`Bearer"x"`}, list{{Scheme: "Bearer"}}, "expected a space"},
		{"nothing that fits", []string{`"x"`}, nil, "expected a scheme"},
		{"a control character", []string{"Bearer realm=\"a\x01b\""}, list{{Scheme: "Bearer", Params: params("realm", "a\x01b")}}, "control character"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := challenge.Parse(test.values...)
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, expected %+v", got, test.want)
			}
			switch {
			case test.fault == "" && err != nil:
				t.Errorf("unexpected error %v", err)
			case test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)):
				t.Errorf("got error %v, expected %q in it", err, test.fault)
			}
		})
	}
}

func TestParseBounds(t *testing.T) {
	longest := "Bearer " + strings.Repeat("a", challenge.MaxLength-len("Bearer "))
	if list, err := challenge.Parse(longest); err != nil || len(list) != 1 {
		t.Errorf("the longest value: %d challenges, %v", len(list), err)
	}
	// What stands in another field is read all the same.
	list, err := challenge.Parse(longest+"a", "DPoP")
	if !errors.Is(err, challenge.ErrTooLong) || len(list) != 1 || list[0].Scheme != "DPoP" {
		t.Errorf("a value that is too long, beside another: %+v, %v", list, err)
	}
}

func TestChallenge(t *testing.T) {
	list, err := challenge.Parse(`bEARER Error="invalid_token"`)
	if err != nil {
		t.Fatal(err)
	}
	c, ok := challenge.Find(list, "Bearer")
	if !ok || c.Param("error") != "invalid_token" {
		t.Errorf("schemes and names are compared with their case: %+v", list)
	}
	if c.Param("scope") != "" {
		t.Error("a parameter is found that is not there")
	}
}

func TestEncode(t *testing.T) {
	good := []struct {
		c    challenge.Challenge
		want string
	}{
		{challenge.Challenge{Scheme: "Bearer"}, "Bearer"},
		{challenge.Challenge{Scheme: "Negotiate", Token68: "abc="}, "Negotiate abc="},
		{challenge.Challenge{Scheme: "AZaz09!#$%&'*+-.^_`|~"}, "AZaz09!#$%&'*+-.^_`|~"}, // all that a token may hold
		{challenge.Challenge{Scheme: "x", Token68: "AZaz09-._~+/=="}, "x AZaz09-._~+/=="},
		{challenge.Challenge{Scheme: "x", Params: params("a", "\t ~é")}, "x a=\"\t ~é\""},
		{challenge.Challenge{Scheme: "Bearer", Params: params("realm", `a "b" \ c`, "error", "invalid_token")}, `Bearer realm="a \"b\" \\ c", error="invalid_token"`},
	}
	for _, test := range good {
		if got, err := test.c.Encode(); err != nil || got != test.want {
			t.Errorf("got %q, %v, expected %q", got, err, test.want)
		}
	}
	bad := []challenge.Challenge{
		{}, {Scheme: "a b"}, {Scheme: "Bearer", Token68: "a b"}, {Scheme: "Bearer", Token68: "a", Params: params("b", "c")},
		{Scheme: "a@"}, {Scheme: "a["}, {Scheme: "a{"}, {Scheme: "a/"}, {Scheme: "a:"}, {Scheme: "a", Token68: "="},
		{Scheme: "Bearer", Params: params("a", "\x1f")}, {Scheme: "Bearer", Params: params("a", "\x7f")}, {Scheme: "Bearer", Params: params("a b", "c")}, {Scheme: "Bearer", Params: params("", "c")},
		{Scheme: "Bearer", Params: params("error", "a\r\nSet-Cookie: b")},
	}
	for _, c := range bad {
		if got, err := c.Encode(); err == nil {
			t.Errorf("%+v is written as %q", c, got)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name   string
		status int
		token  bool
		value  string
		want   string // parts of the problems, separated by "|"
	}{
		{"good", 401, true, `Bearer error="invalid_token", error_description="expired"`, ""},
		{"good without a token", 401, false, `Bearer realm="x"`, ""},
		{"a bare scheme without a token", 401, false, `Bearer`, ""},
		{"a bare scheme with a token", 401, true, `Bearer`, "no parameters"},
		{"no challenge", 401, true, "", "401 without WWW-Authenticate"},
		{"no challenge with 403", 403, true, "", ""},
		{"another scheme", 401, true, `Basic realm="x"`, "only Basic"},
		{"an error without a token", 401, false, `Bearer error="invalid_token"`, "had no token"},
		{"the wrong status", 401, true, `Bearer error="insufficient_scope"`, "belongs to status 403, not 401"},
		{"an unknown code", 401, true, `Bearer error="expired"`, "not a registered code"},
		{"the first code of the table", 400, true, `Bearer error="invalid_request"`, ""},
		{"the first code, the wrong status", 401, true, `Bearer error="invalid_request"`, "belongs to status 400, not 401"},
		{"all that a description may hold", 401, true, `Bearer error="invalid_token", error_description=" !#[]~"`, ""},
		{"a backslash in the description", 401, true, `Bearer error="invalid_token", error_description="a\\b"`, "invalid character"},
		{"a scope beyond ASCII", 401, true, `Bearer scope="é"`, "scope has an invalid character"},
		{"step up", 401, true, `Bearer error="insufficient_user_authentication", max_age="5"`, ""},
		{"DPoP", 401, true, `DPoP error="use_dpop_nonce"`, ""},
		{"a token68", 401, true, `Bearer abc`, "token68"},
		{"quotes in the description", 401, true, `Bearer error="invalid_token", error_description="say \"hi\""`, "invalid character"},
		{"a character beyond ASCII", 401, true, `Bearer error="invalid_token", error_description="é"`, "invalid character"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			list, err := challenge.Parse(test.value)
			if err != nil {
				t.Fatal(err)
			}
			problems := challenge.Check(test.status, test.token, list)
			if test.want == "" {
				if len(problems) != 0 {
					t.Errorf("unexpected problems %+v", problems)
				}
				return
			}
			if len(problems) != 1 || !strings.Contains(problems[0].Text, test.want) || problems[0].Spec == "" {
				t.Errorf("got %+v, expected one problem with %q", problems, test.want)
			}
		})
	}
}

func ExampleParse() {
	list, err := challenge.Parse(`Bearer error="invalid_token", resource_metadata="https://api.example/.well-known/oauth-protected-resource"`)
	if err != nil {
		fmt.Println(err)
		return
	}
	if c, ok := challenge.Find(list, "Bearer"); ok {
		fmt.Println(c.Param("error"))
		fmt.Println(c.Param("resource_metadata"))
	}
	// Output:
	// invalid_token
	// https://api.example/.well-known/oauth-protected-resource
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"Bearer", `Bearer realm="x", error=y`, `Basic realm="simple", Newauth type=1, title="a \"b\""`, "Negotiate abc==", `Bearer realm="x" error="y"`,
		`Bearer error_description=The token expired`, `=,"`, `a b="\`, "Bearer a=", "Bearer a = b c", `A b="c"D`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		list, err := challenge.Parse(value)
		if err != nil || len(list) == 0 {
			return
		}
		values := make([]string, len(list))
		for i, c := range list {
			if values[i], err = c.Encode(); err != nil {
				t.Fatalf("%q was read without an error, but cannot be written: %v", value, err)
			}
		}
		again, err := challenge.Parse(strings.Join(values, ", "))
		if err != nil || !reflect.DeepEqual(again, list) {
			t.Fatalf("%q was read as %+v, written as %q and read as %+v, %v", value, list, values, again, err)
		}
	})
}
