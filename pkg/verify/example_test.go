package verify_test

import (
	"fmt"
	"os"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A token is judged by keys and a policy at a time. The report says why it is
// refused; claims can be had from an accepted one only.
func ExampleVerify() {
	text, err := os.ReadFile("../../testdata/authing/id-token.jwt")
	if err != nil {
		panic(err)
	}
	data, err := os.ReadFile("../../testdata/authing/jwks.json")
	if err != nil {
		panic(err)
	}
	keys, err := jwks.Parse(data)
	if err != nil {
		panic(err)
	}
	tok := token.Parse(string(text[:len(text)-1]))
	policy := verify.Policy{
		Issuer:    "https://oidc1.authing.cn/oidc",
		Audiences: []string{"5f17a529f64fb009b794a2ff"},
		Kind:      verify.KindID,
	}

	then := time.Date(2020, 9, 30, 7, 30, 0, 0, time.UTC)
	report := verify.Verify(tok, &verify.PublicKeys{Set: keys}, policy, then)
	fmt.Println(report.Accepted, report.Claims().Get("email"))

	later := then.AddDate(1, 0, 0)
	report = verify.Verify(tok, &verify.PublicKeys{Set: keys}, policy, later)
	fmt.Println(report.Err())
	fmt.Println(report.Claims().Exists())
	// Output:
	// true "test1@123.com"
	// token rejected (expired): expired at 2020-09-30 08:12:38 UTC
	// false
}

// The time since the user signed in is measured by auth_time alone.
func ExampleMeasureAuthAge() {
	tok := token.Parse("eyJhbGciOiJub25lIn0.eyJhdXRoX3RpbWUiOjE3NjcyMjU2MDB9.") // not a token to trust
	age := verify.MeasureAuthAge(tok.UnverifiedClaims(), time.Date(2026, 1, 1, 0, 10, 0, 0, time.UTC))
	fmt.Println(age.Seconds, age.Within(15*time.Minute), age.Within(5*time.Minute))
	// Output: 600 true false
}
