package probe

// MaxRequests is the largest number of requests of a run.
const MaxRequests = maxRequests
