package resource

// WellKnown returns the addresses at which the metadata of a resource can lie.
var WellKnown = wellKnown

// Check returns a chain with the links that follow from what was fetched.
func Check(fetched *Chain, mcp bool) *Chain {
	c := *fetched
	c.mcp = mcp
	c.check()
	return &c
}
