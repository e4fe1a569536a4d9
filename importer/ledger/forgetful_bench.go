//go:build vitec_forgetful

package ledger

const forgetful = true
