package cmd

import (
	"slices"
	"strconv"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// keySetView is a key set for people, as a table.
type keySetView struct {
	set    *jwks.Set
	source string
	now    time.Time
}

func (v keySetView) writeText(t *output.Text) {
	usable := len(v.set.Usable())
	t.Line(v.source)
	t.Line(strconv.Itoa(usable) + " of " + strconv.Itoa(len(v.set.Keys)) + " keys can verify signatures")
	if len(v.set.Keys) == 0 {
		return
	}
	t.Blank()
	rows := make([][]string, len(v.set.Keys))
	for i, k := range v.set.Keys {
		rows[i] = []string{kidOf(k), k.Kind(), orDash(k.Algorithm), orDash(k.Use), orDash(k.Thumbprint)}
	}
	header := []string{"kid", "key", "alg", "use", "thumbprint"}
	if slices.ContainsFunc(v.set.Keys, func(k *jwks.Key) bool { return k.Certificate != nil }) {
		header = append(header, "certificate until")
		for i, k := range v.set.Keys {
			rows[i] = append(rows[i], v.expiry(k))
		}
	}
	t.Table(header, rows)
	var notes []output.Row
	for _, k := range v.set.Keys {
		if k.Fault != nil {
			notes = append(notes, output.Row{Mark: output.MarkFailed, Label: k.Name(), Value: k.Fault.Text})
		}
		if k.CertificateMismatch {
			notes = append(notes, output.Row{Mark: output.MarkFailed, Label: k.Name(), Value: "the certificate in x5c is for another key"})
		}
		for _, warning := range k.Warnings {
			notes = append(notes, output.Row{Mark: output.MarkWarning, Label: k.Name(), Value: warning})
		}
	}
	if len(notes) > 0 {
		t.Heading("not usable, or odd")
		t.Rows(notes...)
	}
}

func kidOf(k *jwks.Key) string {
	if !k.HasKeyID {
		return "(no kid)"
	}
	return k.KeyID
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (v keySetView) expiry(k *jwks.Key) string {
	if k.Certificate == nil {
		return "-"
	}
	return output.FormatTime(k.Certificate.NotAfter, v.now)
}
