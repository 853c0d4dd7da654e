package cmd

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// facts are who issued the token, about whom and for whom. Marks stand only
// before what was verified.
func (r report) facts() []output.Row {
	claims := r.anyClaims()
	if r.Accepted {
		rows := factRows(claims, r.EvaluatedAt, "iss", "sub", "aud", "client", "scope", "iat", "exp")
		if r.Key != nil {
			rows = append(rows, output.Row{Label: "signed by", Value: r.signedBy()})
		}
		return rows
	}
	var rows []output.Row
	if r.SignatureVerified && r.Key != nil {
		rows = append(rows, output.Row{Mark: output.MarkPassed, Label: "signature", Value: keyInWords(r.Key)})
	}
	for _, fact := range []struct {
		name  string
		check string
	}{{"iss", "issuer"}, {"aud", "audience"}, {"sub", "subject"}, {"exp", "expiry"}} {
		c, _ := r.Check(fact.check)
		if c.Status == verify.Failed || c.Status == verify.Warning {
			continue // shown above
		}
		for _, row := range factRows(claims, r.EvaluatedAt, fact.name) {
			if c.Status == verify.Passed && r.SignatureVerified && fact.name != "sub" {
				row.Mark = output.MarkPassed
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// factRows shows well-known claims, those that are there. What has expired is
// red.
func factRows(claims strictjson.Value, now time.Time, names ...string) []output.Row {
	labels := map[string]string{"iss": "issuer", "sub": "subject", "username": "username", "aud": "audience", "iat": "issued", "exp": "expires"}
	text := func(name string) string {
		value, _ := claims.Get(name).Text()
		return value
	}
	var rows []output.Row
	for _, name := range names {
		row := output.Row{Label: labels[name]}
		switch name {
		case "client":
			row.Label, row.Value = name, cmp.Or(text("client_id"), text("azp"), text("cid"), text("appid"))
		case "scope":
			row.Label, row.Value = name, cmp.Or(strings.Join(claims.Get("scope").Texts(), " "), strings.Join(claims.Get("scp").Texts(), " "))
		case "iat", "exp":
			if at, ok := verify.NumericDate(claims.Get(name)); ok {
				row.Value = output.FormatTime(at, now)
				if name == "exp" && !now.Before(at) {
					row.Style = output.Bad
				}
			}
		default:
			row.Value = strings.Join(claims.Get(name).Texts(), ", ")
		}
		if row.Value != "" {
			row.Value = shortened(row.Value)
			rows = append(rows, row)
		}
	}
	return rows
}

// firstAudience is the audience of a token, or the first of several.
func firstAudience(claims strictjson.Value) string { return cmp.Or(claims.Get("aud").Texts()...) }

// signedBy names the key and where it came from.
func (r report) signedBy() string {
	text := keyInWords(r.Key)
	source := r.Key.Source
	if r.keySet != nil {
		source = r.keySet.URL
	}
	if source != "" {
		if rest, found := strings.CutPrefix(source, r.advice.Issuer); found && r.advice.Issuer != "" && strings.HasPrefix(rest, "/") {
			source = "…" + rest
		}
		text += ", from " + source
	}
	if r.keySet != nil && r.keySet.FromCache {
		text += ", cached " + output.FormatSeconds(r.Key.AgeSeconds) + " ago"
	}
	return text
}

func keyInWords(k *verify.KeyInfo) string {
	if k.Type == "oct" {
		return k.Algorithm + ", by the secret"
	}
	text := k.Algorithm + ", key"
	if k.KeyID != nil {
		text += fmt.Sprintf(" %q", *k.KeyID)
	}
	return text + " (" + cmp.Or(k.Curve, fmt.Sprintf("%s %d", k.Type, k.Bits)) + ")"
}

// keyFacts are what is known of the key, by its names in JSON.
func (r report) keyFacts() []output.Fact {
	var facts []output.Fact
	for _, m := range strictjson.From(r.Key).Members() {
		value, isText := m.Value.Text()
		if !isText {
			value = m.Value.String()
		}
		facts = append(facts, output.Fact{Name: m.Name, Value: value})
	}
	return facts
}
