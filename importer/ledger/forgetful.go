//go:build !vitec_forgetful

package ledger

// forgetful builds keep nothing of a run's rows. They are for one benchmark, of
// a run without its ledger, and never for use: no program that is built without
// that tag can forget.
const forgetful = false
