package resource

// WellKnown returns the addresses at which the metadata of a resource can lie.
var WellKnown = wellKnown
