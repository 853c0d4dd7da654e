package issuertest

// A User can log in to the issuer.
type User struct {
	Name     string   `yaml:"name"`      // what the login page shows and the password grant takes
	Password string   `yaml:"password"`  // for the password grant; empty for "secret"
	Subject  string   `yaml:"sub"`       // empty for the name
	FullName string   `yaml:"full_name"` // claim name
	Email    string   `yaml:"email"`     // claim email
	Roles    []string `yaml:"roles"`     // claim roles of access tokens
}

// defaultUsers returns the users of an issuer for which none are given.
func defaultUsers() []User {
	return []User{
		{Name: "ada", Subject: "user-ada", FullName: "Ada Lovelace", Email: "ada@example.com", Roles: []string{"admin", "editor"}},
		{Name: "alan", Subject: "user-alan", FullName: "Alan Turing", Email: "alan@example.com", Roles: []string{"reader"}},
	}
}

// A Client is an application that is registered with the issuer.
type Client struct {
	ID     string `yaml:"id"`
	Secret string `yaml:"secret"` // empty for a public client, which must use PKCE
	// RedirectURIs are where users may be sent back to, beside any http address
	// on loopback (RFC 8252 section 7.3).
	RedirectURIs []string `yaml:"redirect_uris"`
	// LogoutURI is where logout tokens are sent, on loopback; empty for nowhere
	// (OpenID Connect Back-Channel Logout section 2.2).
	LogoutURI string `yaml:"logout_uri"`
}

func (c *Client) public() bool { return c.Secret == "" }
