package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Digest is a keyed hash: the first 16 bytes of an HMAC-SHA256 under the
// ledger's own random secret. Without the ledger it says nothing about what
// was hashed, and digests of two ledgers cannot be compared. The zero Digest
// means that there is nothing to compare.
type Digest [16]byte

// IsZero reports whether there is nothing to compare.
func (d Digest) IsZero() bool { return d == Digest{} }

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Slot is the place that a submission books, in the API's own ids.
type Slot struct {
	CustomerId, ViewingId, TimeSlotId string
}

// Identity is who a submission books. The caller normalises (case, spaces,
// Unicode, phone to E.164, personal number to twelve digits), so that equal
// texts mean equal people. Empty texts are no evidence.
type Identity struct {
	Contact string   // the contact's id
	Number  string   // the personal number
	Traits  []string // each alone is enough, for example name and e-mail in one text
}

// Keys are an [Identity] as the ledger keeps it: keyed hashes, scoped to target
// and slot, so that the same person in another slot has other keys.
type Keys struct {
	Contact, Number Digest // zero = the submission carries none
	Traits          []Digest
}

// Same reports whether two submissions book the same person, as the server
// itself decides it: an equal contact id settles it, else two different ones
// do; then the same with the personal number; then any common trait will do.
//
// It is the one statement of the rule. Everything that looks up submissions by
// a hash asks Same before it believes the hit.
func (k Keys) Same(o Keys) bool {
	for _, pair := range [...][2]Digest{{k.Contact, o.Contact}, {k.Number, o.Number}} {
		if !pair[0].IsZero() && !pair[1].IsZero() {
			return pair[0] == pair[1]
		}
	}
	for _, t := range k.Traits {
		for _, u := range o.Traits {
			if t == u && !t.IsZero() {
				return true
			}
		}
	}
	return false
}

// A hasher makes digests under one secret. Every part is preceded by its
// length, so that no two lists of parts hash the same text.
type hasher struct{ secret []byte }

func (h hasher) digest(parts ...string) Digest {
	mac := hmac.New(sha256.New, h.secret)
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		mac.Write(n[:])
		mac.Write([]byte(p))
	}
	var d Digest
	mac.Sum(nil)
	copy(d[:], mac.Sum(nil))
	return d
}
