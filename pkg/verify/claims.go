package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// checkIssuer compares iss byte for byte (RFC 7519 section 4.1.1; OpenID
// Connect Core section 3.1.3.7, step 2).
func (v *verification) checkIssuer() {
	value := v.claims.Get("iss")
	iss, isText := value.Text()
	c := Check{ID: CheckIssuer, Status: Failed, Reason: ReasonWrongIssuer, Actual: value}
	if !v.policy.AnyIssuer {
		c.Expected = strictjson.String(v.policy.Issuer)
	}
	switch {
	case value.Exists() && !isText:
		c.Message = "iss is of type " + value.Kind().String() + ", not a string"
	case v.policy.AnyIssuer && !value.Exists():
		c.Status, c.Message = NotChecked, "any issuer is allowed, and the token names none"
	case v.policy.AnyIssuer:
		c.Status, c.Message = NotChecked, fmt.Sprintf("any issuer is allowed; the token says %q", iss)
	case !value.Exists():
		c.Message = "iss is missing"
		c.Diagnosis = &Diagnosis{Kind: ClaimMissing, Wanted: "iss"}
	case IsTemplate(v.policy.Issuer):
		v.checkTenant(c, iss)
		return
	case iss == v.policy.Issuer:
		c.Status, c.Message = Passed, iss
	default:
		c.Message = fmt.Sprintf("the token is from %q, not from %q", iss, v.policy.Issuer)
		c.Diagnosis = Compare(v.policy.Issuer, iss)
	}
	v.report.add(c)
}

// checkAudience demands that aud names one of the wanted audiences (RFC 7519
// section 4.1.3).
func (v *verification) checkAudience() {
	value := v.claims.Get("aud")
	list, valid := audiences(value)
	c := Check{ID: CheckAudience, Status: Failed, Reason: ReasonWrongAudience, Actual: value}
	if !v.policy.AnyAudience {
		c.Expected = strictjson.Strings(v.policy.Audiences)
	}
	matches := func(a string) bool { return slices.Contains(v.policy.Audiences, a) }
	switch {
	case value.Exists() && !valid:
		c.Message = "aud is neither a string nor an array of strings"
	case v.policy.AnyAudience && !value.Exists():
		c.Status, c.Message = NotChecked, "any audience is allowed, and the token names none"
	case v.policy.AnyAudience:
		c.Status, c.Message = NotChecked, "any audience is allowed; the token is for "+quoteOrNobody(list)
	case !value.Exists():
		c.Message = "aud is missing"
		c.Diagnosis = v.diagnoseNoAudience()
	case slices.ContainsFunc(list, matches):
		c = v.judgeOtherAudiences(c, list)
	default:
		c.Message = fmt.Sprintf("the token is for %s, not for %s", quoteOrNobody(list), quoteOr(v.policy.Audiences))
		c.Diagnosis = v.diagnoseAudience(list)
	}
	v.report.add(c)
}

// judgeOtherAudiences: an ID token must not be for parties that are not trusted
// (OpenID Connect Core section 3.1.3.7, step 3), unless azp says that it was
// issued to the wanted client.
func (v *verification) judgeOtherAudiences(c Check, list []string) Check {
	c.Status, c.Message = Passed, "the token is for "+quoteAll(list)
	if v.policy.Kind != KindID {
		return c
	}
	others := slices.DeleteFunc(slices.Clone(list), func(a string) bool { return slices.Contains(v.policy.Audiences, a) })
	if len(others) == 0 {
		return c
	}
	c.Message = fmt.Sprintf("the ID token is also for %s", quoteAll(others))
	azp, _ := v.claims.Get("azp").Text()
	if azp != "" && (azp == v.policy.ClientID || slices.Contains(v.policy.Audiences, azp)) {
		c.Status = Warning
		return c
	}
	c.Status = Failed
	return c
}

// audiences reads aud, a string or an array of strings.
func audiences(value strictjson.Value) ([]string, bool) {
	if s, ok := value.Text(); ok {
		return []string{s}, true
	}
	return value.TextList()
}

func quoteOrNobody(list []string) string {
	if len(list) == 0 {
		return "nobody"
	}
	return quoteAll(list)
}

func quoteOr(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(quoted, " or ")
}

// diagnoseAudience recognises what is behind an audience that is not wanted:
// an access token that names its client elsewhere, as Authgear's do, an ID token
// in place of an access token, or a difference that is easily overlooked.
func (v *verification) diagnoseAudience(list []string) *Diagnosis {
	for _, wanted := range v.policy.Audiences {
		for _, found := range list {
			if d := Compare(wanted, found); d.Kind == DifferentCase || d.Kind == DifferentSlash {
				return d
			}
		}
	}
	iss, _ := v.claims.Get("iss").Text()
	client := v.clientOf()
	isID := v.report.Kind == KindID && v.policy.Kind != KindID && !v.policy.AuthAge && v.forClient(list)
	switch {
	case slices.Contains(list, iss) && slices.Contains(v.policy.Audiences, client):
		return &Diagnosis{Kind: AudienceIsIssuer, Wanted: client, Found: iss}
	case slices.Contains(v.policy.Audiences, client):
		return &Diagnosis{Kind: ClientAsAudience, Wanted: client, Names: list}
	case isForGraph(v.report.seen()):
		return &Diagnosis{Kind: AudienceIsElsewhere}
	case isID && len(list) > 0:
		return &Diagnosis{Kind: AudienceIsClient, Found: list[0], Names: list}
	}
	return &Diagnosis{Kind: DifferentValue, Names: list}
}

// forClient tells whether what looks like an ID token is for a client: it has what
// only ID tokens have, or is for the client that it names.
func (v *verification) forClient(list []string) bool {
	if len(accessMarkers(v.claims)) > 0 {
		return false
	}
	return len(idMarkers(v.claims)) > 0 || len(stated(v.claims, "nonce", "auth_time", "sid")) > 0 || slices.Contains(list, v.clientOf())
}

// diagnoseNoAudience recognises tokens that name a client in place of an
// audience, as Cognito's do.
func (v *verification) diagnoseNoAudience() *Diagnosis {
	if client := v.clientOf(); client != "" && v.claims.Get("token_use").Exists() {
		return &Diagnosis{Kind: ClientInsteadOfAudience, Found: client}
	}
	return &Diagnosis{Kind: ClaimMissing, Wanted: "aud"}
}

// clientOf returns the client that the token names, or an empty string.
func (v *verification) clientOf() string {
	for _, name := range []string{"client_id", "azp", "cid", "appid"} {
		if client, _ := v.claims.Get(name).Text(); client != "" {
			return client
		}
	}
	return ""
}

// checkSubject: where present, sub is a string that is not empty (RFC 7519
// section 4.1.2; OpenID Connect Core section 2 limits it to 255 ASCII
// characters).
func (v *verification) checkSubject() {
	value := v.claims.Get("sub")
	sub, isText := value.Text()
	isID := v.policy.Kind == KindID
	c := Check{ID: CheckSubject, Status: Failed, Reason: ReasonClaimRefused, Actual: value}
	switch {
	case !value.Exists() && isID:
		c.Message = "sub is missing"
		c.Diagnosis = &Diagnosis{Kind: ClaimMissing, Wanted: "sub"}
	case !value.Exists():
		v.missing(CheckSubject, "sub", v.report.Kind == KindID || v.report.Kind == KindAccess)
		return
	case !isText:
		c.Message = "sub is of type " + value.Kind().String() + ", not a string"
	case sub == "":
		c.Message = "sub is empty"
	case len(sub) > 255 || !isASCII(sub):
		c.Message = "sub is longer than 255 characters or not ASCII"
		if !isID {
			c.Status = Warning
		}
	default:
		c.Status, c.Message = Passed, sub
	}
	v.report.add(c)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// checkParty judges azp, the client that the token was issued to (OpenID
// Connect Core section 3.1.3.7, steps 4 and 5).
func (v *verification) checkParty() {
	value := v.claims.Get("azp")
	azp, isText := value.Text()
	list, _ := audiences(v.claims.Get("aud"))
	c := Check{ID: CheckParty, Status: Failed, Reason: ReasonClaimRefused, Actual: value}
	switch {
	case value.Exists() && !isText:
		c.Message = "azp is of type " + value.Kind().String() + ", not a string"
	case !value.Exists() && len(list) > 1 && (v.policy.Kind == KindID || v.report.Kind == KindID):
		c.Status, c.Message = Warning, "the token is for several audiences, but azp does not say which one asked for it"
	case !value.Exists():
		c.Status, c.Message = NotChecked, "the token has no azp"
	case v.policy.ClientID != "" && azp == v.policy.ClientID:
		c.Status, c.Message = Passed, "issued to "+azp
	case v.policy.ClientID != "":
		c.Expected = strictjson.String(v.policy.ClientID)
		c.Message = fmt.Sprintf("issued to client %q, not to %q", azp, v.policy.ClientID)
	case v.policy.Kind == KindID && !v.policy.AnyAudience && !slices.Contains(v.policy.Audiences, azp):
		c.Expected = strictjson.Strings(v.policy.Audiences)
		c.Message = fmt.Sprintf("issued to client %q, not to %s", azp, quoteOr(v.policy.Audiences))
		c.Diagnosis = &Diagnosis{Kind: OtherParty, Found: azp}
	case v.policy.Kind == KindID && !v.policy.AnyAudience:
		c.Status, c.Message = Passed, "issued to "+azp
	default:
		c.Status, c.Message = NotChecked, fmt.Sprintf("issued to client %q", azp)
		c.Diagnosis = &Diagnosis{Kind: OtherParty, Found: azp}
	}
	v.report.add(c)
}

// tenantPlaceholder stands in the issuer of Entra ID's metadata for all tenants.
const tenantPlaceholder = "{tenantid}"

// IsTemplate tells whether an issuer stands for those of many tenants, as that of
// Entra ID's common metadata does: it holds {tenantid}.
func IsTemplate(issuer string) bool { return strings.Contains(issuer, tenantPlaceholder) }

// namesTenants tells whether a requirement says which tenants are meant.
func (p *Policy) namesTenants() bool {
	for _, r := range p.Require {
		if r.Claim == "tid" && (r.Text != nil || r.JSON.Exists()) {
			return true
		}
	}
	return false
}

// checkTenant matches an issuer that was demanded as a template: tid is a GUID,
// iss is the template with that GUID in it and so, where the key says whose
// tokens it signs, is the key's issuer.
func (v *verification) checkTenant(c Check, iss string) {
	tid, _ := v.claims.Get("tid").Text()
	want := strings.ReplaceAll(v.policy.Issuer, tenantPlaceholder, tid)
	switch {
	case !v.claims.Get("tid").Exists():
		c.Message = "tid is missing, so no tenant can be told"
	case !isGUID(tid):
		c.Message = fmt.Sprintf("tid is %s, not the GUID of a tenant", v.claims.Get("tid"))
	case iss != want:
		c.Message = fmt.Sprintf("the token is from %q, not from %q", iss, want)
		c.Diagnosis = Compare(want, iss)
	case v.key != nil && v.key.Issuer != "" && strings.ReplaceAll(v.key.Issuer, tenantPlaceholder, tid) != iss:
		c.Message = fmt.Sprintf("the key signs tokens of %q, not of %q", v.key.Issuer, iss)
	default:
		c.Status, c.Message = Passed, iss
	}
	v.report.add(c)
}

// isGUID tells whether s is a GUID in its usual form: 8-4-4-4-12 hex digits.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (s[i] == '-') || !hyphen && !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[i])) {
			return false
		}
	}
	return true
}

// checkNames looks for claims that a careless reader would take for known ones
// (RFC 7519 section 10.1.1), and at claims copied into the header (section 5.3).
func (v *verification) checkNames() {
	known := []string{
		"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "azp", "auth_time", "at_hash", "c_hash", "s_hash",
		"acr", "amr", "sid", "client_id", "scope", "events", "cnf",
	}
	var alike []string
	for _, m := range v.claims.Members() {
		i := slices.IndexFunc(known, func(name string) bool { return name != m.Name && strings.EqualFold(name, m.Name) })
		if i >= 0 {
			alike = append(alike, fmt.Sprintf("%q is not %s", m.Name, known[i]))
		}
	}
	if len(alike) > 0 {
		v.warn(CheckClaimNames, ReasonClaimRefused, join(alike))
	} else {
		v.pass(CheckClaimNames, "no look-alikes")
	}
	v.checkHeaderClaims()
}

func (v *verification) checkHeaderClaims() {
	copied := present(v.token.Header(), "iss", "sub", "aud")
	for _, name := range copied {
		inHeader, claim := v.token.Header().Get(name), v.claims.Get(name)
		if !strictjson.Equal(inHeader, claim) {
			v.report.add(Check{
				ID: CheckHeaderClaims, Status: Failed, Reason: ReasonClaimRefused, Expected: claim, Actual: inHeader,
				Message: fmt.Sprintf("%s in the header differs from the claim", name),
			})
			return
		}
	}
	if len(copied) == 0 {
		v.skip(CheckHeaderClaims, "no claims in the header")
		return
	}
	v.pass(CheckHeaderClaims, join(copied)+" in the header equal the claims")
}

// checkBinding shows what restricts a token beyond its claims. None of it is
// enforced here: that takes a proof, which a token alone does not bring.
func (v *verification) checkBinding() {
	cnf := v.claims.Get("cnf")
	switch {
	case !cnf.Exists():
		v.skip(CheckConfirmation, "the token is not bound to a key of its sender")
	default:
		v.report.add(Check{
			ID: CheckConfirmation, Status: NotChecked, Actual: cnf,
			Message: "the token is bound to a key of its sender, and that binding is NOT CHECKED here: used as a bearer token it must be refused",
		})
	}
	if hasMember(v.claims, "_sd", "_sd_alg") {
		v.skip(CheckDisclosure, "the token has selectively disclosable claims; disclosures are NOT CHECKED here")
	} else {
		v.skip(CheckDisclosure, "nothing is selectively disclosed")
	}
}

// hasMember looks for member names at any depth.
func hasMember(v strictjson.Value, names ...string) bool {
	if len(present(v, names...)) > 0 {
		return true
	}
	for _, m := range v.Members() {
		if hasMember(m.Value, names...) {
			return true
		}
	}
	for _, item := range v.Items() {
		if hasMember(item, names...) {
			return true
		}
	}
	return false
}

// checkPrintable warns of text that does not show what it is: control, bidi and
// invisible characters (CWE-150). Whatever is printed is escaped anyway.
func (v *verification) checkPrintable() {
	for _, part := range []struct {
		name  string
		value strictjson.Value
	}{{"header", v.token.Header()}, {"claims", v.claims}} {
		if where, found := findUnprintable(part.value); found {
			v.warn(CheckPrintable, ReasonClaimRefused,
				fmt.Sprintf("the %s hold characters that cannot be seen, at %q; they are shown escaped", part.name, where))
			return
		}
	}
	v.pass(CheckPrintable, "only characters that can be seen")
}

// findUnprintable returns the path of the first text with such a character. The
// path is put together on the way back, so that it costs nothing where all is well.
func findUnprintable(v strictjson.Value) (path string, found bool) {
	if text, ok := v.Text(); ok {
		return "", unprintable(text)
	}
	for _, m := range v.Members() {
		if unprintable(m.Name) {
			return "/" + m.Name, true
		}
		if rest, found := findUnprintable(m.Value); found {
			return "/" + m.Name + rest, true
		}
	}
	for i, item := range v.Items() {
		if rest, found := findUnprintable(item); found {
			return fmt.Sprintf("/%d%s", i, rest), true
		}
	}
	return "", false
}

// unprintable tells whether a text has a character that cannot be seen. A
// selector that says how the symbol before it is drawn, as in emoji, is none.
func unprintable(s string) bool {
	previous := rune(0)
	for _, r := range s {
		presents := (r == 0xFE0E || r == 0xFE0F) && unicode.IsSymbol(previous)
		if invisible(r) && !presents {
			return true
		}
		previous = r
	}
	return false
}

// invisible tells whether r leaves no ink and is no space: Unicode counts some
// fillers among the letters, and blanks among the symbols.
func invisible(r rune) bool {
	switch r {
	case 0x2800, // BRAILLE PATTERN BLANK
		0x13441, 0x13442, // EGYPTIAN HIEROGLYPH FULL BLANK, HALF BLANK
		0x16FE4, // KHITAN SMALL SCRIPT FILLER
		0x1D159: // MUSICAL SYMBOL NULL NOTEHEAD
		return true
	}
	return !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) ||
		r > unicode.MaxLatin1 && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Lookup finds a claim: by its name as it stands, else by a path of names
// joined by dots, or by a JSON pointer, which begins with a slash (RFC 6901).
// The result is absent where there is none.
func Lookup(claims strictjson.Value, path string) strictjson.Value {
	if strings.HasPrefix(path, "/") {
		return lookupPointer(claims, path[1:])
	}
	if v := claims.Get(path); v.Exists() {
		return v
	}
	names := strings.Split(path, ".")
	if len(names) == 1 {
		return strictjson.Value{}
	}
	return descend(claims, names)
}

func descend(v strictjson.Value, names []string) strictjson.Value {
	for _, name := range names {
		v = v.Get(name)
	}
	return v
}

func lookupPointer(v strictjson.Value, pointer string) strictjson.Value {
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for token := range strings.SplitSeq(pointer, "/") {
		if v.Kind() == strictjson.KindArray {
			v = item(v, token)
			continue
		}
		v = v.Get(unescape.Replace(token))
	}
	return v
}

// item returns an item of an array by its index, written without leading zeros
// (RFC 6901 section 4).
func item(v strictjson.Value, index string) strictjson.Value {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(v.Items()) || strconv.Itoa(i) != index {
		return strictjson.Value{}
	}
	return v.Items()[i]
}

// holds tells whether a claim has a value: it is that string, a number or a
// boolean with that text, or an array with such a member. Null is no value.
func holds(v strictjson.Value, text string) bool {
	if v.Kind() == strictjson.KindArray {
		for _, item := range v.Items() {
			if item.Kind() != strictjson.KindArray && holds(item, text) {
				return true
			}
		}
		return false
	}
	if s, ok := v.Text(); ok {
		return s == text
	}
	switch v.Kind() {
	case strictjson.KindNumber, strictjson.KindBool:
		return v.String() == text
	default:
		return false
	}
}
