package mapping

import (
	"slices"

	"vitec-import/vitec"
)

// verdict is what the cells of a column say to a field that its heading
// suggests.
type verdict uint8

const (
	silent  verdict = iota // nothing: there are none, or they could be anything
	agrees                 // they look like it
	against                // they do not
)

// evidence is a verdict with its reason, for a person.
type evidence struct {
	verdict verdict
	why     vitec.Text
}

// Shares of the cells that were looked at.
const (
	most = 0.8
	half = 0.5
	few  = 0.3
)

// evidence says whether the column's cells look like what the field holds.
func (c *column) evidence(field string) evidence {
	if c.looked == 0 {
		return evidence{silent, say("its cells are all empty")}
	}
	// shaped is the rule of fields whose values have a shape of their own.
	shaped := func(n int, need float64, what string) evidence {
		why := say("%v of %v cells look like %v", n, c.looked, say(what))
		switch {
		case c.share(n) >= need:
			return evidence{agrees, why}
		case c.share(n) < min(need, few) || need == most:
			return evidence{against, why}
		}
		return evidence{silent, why}
	}
	unlike := func(what string) evidence { return evidence{against, say("its cells look like %v", say(what))} }
	switch field {
	case "updatePerson.email.emailAddress", "updatePerson.email.emailAddress2":
		return shaped(c.emails, half, "e-mail addresses")
	case anyPhone, "updatePerson.cellPhone", "updatePerson.telePhone", "updatePerson.workPhone", "updatePerson.otherPhone":
		return shaped(c.phoneLike, half, "phone numbers")
	case "updatePerson.socialSecurityNumber":
		return shaped(c.personalLike, half, "personal numbers")
	case "updatePerson.address.zipCode":
		return shaped(c.digits+c.zips-min(c.digits, c.zips), few, "postal codes")
	case fullAddress:
		return shaped(c.addresses, half, "whole addresses")
	case zipAndCity:
		return shaped(c.zipCities, half, "a postal code and a city")
	case "updatePerson.address.countryCode":
		return shaped(c.countries, most, "countries")
	case "participated", "updatePerson.wishAdvertising", "updatePerson.isForeignSocialSecurityNumber":
		return shaped(c.booleans, most, "a yes or a no")
	case "updatePerson.gdprApprovalDate":
		_, _, clear, ok := c.date()
		switch {
		case !ok:
			return evidence{against, say("its cells are not dates written in one way")}
		case !clear:
			return evidence{against, say("its dates can be read in two ways: say which with layout")}
		}
		return evidence{agrees, none}
	case "updatePerson.obtainThrough":
		if table := c.obtained(); table == nil {
			return evidence{against, say("its words are not the API's")}
		}
		return evidence{agrees, none}
	case "updatePerson.coordinate.longitud", "updatePerson.coordinate.latitud":
		return shaped(c.decimals, most, "coordinates")
	case "updatePerson.contactId":
		return shaped(c.contactIds, most, "ids of contacts")
	case "updatePerson.userId":
		return shaped(c.userIds, most, "ids of users")
	case "customerId":
		return shaped(c.officeIds, most, "ids of customers")
	case "updatePerson.leadScore":
		return shaped(c.digits, most, "numbers")
	}
	switch {
	case c.share(c.emails) >= few:
		return unlike("e-mail addresses")
	case c.looked > 2 && c.share(c.booleans) >= most:
		return unlike("a yes or a no")
	}
	switch field {
	case "updatePerson.firstName", "updatePerson.lastName", fullName:
		switch {
		case c.share(c.oneName+c.names) < few:
			return evidence{against, say("its cells are not names")}
		case c.share(c.oneName+c.names) >= half:
			return evidence{agrees, none}
		}
	case "updatePerson.address.streetAddress":
		switch {
		case c.share(c.digits) >= half:
			return unlike("numbers")
		case c.share(c.streets) >= half:
			return evidence{agrees, none}
		}
	case "updatePerson.address.city":
		switch {
		case c.share(c.oneName+c.names) < half:
			return evidence{against, say("its cells are not names of places")}
		}
		return evidence{agrees, none}
	case "updatePerson.note", "contactMessage":
		switch {
		case c.share(c.digits) >= most:
			return unlike("numbers")
		case c.share(c.texts) >= half:
			return evidence{agrees, none}
		}
	case "viewingId", "timeSlotId":
		switch {
		case c.many && c.share(c.viewingIds) < most:
			return evidence{against, say("it holds more than %v different values", maxValues)}
		case c.share(c.clocks) >= half && field == "timeSlotId":
			return evidence{agrees, none}
		case c.share(c.viewingIds) >= half:
			return evidence{agrees, none}
		}
	}
	return evidence{silent, none}
}

// ofOne is the fields that hardly two people have in common.
var ofOne = map[string]bool{
	"updatePerson.email.emailAddress": true, "updatePerson.email.emailAddress2": true,
	anyPhone: true, "updatePerson.cellPhone": true, "updatePerson.telePhone": true, "updatePerson.workPhone": true, "updatePerson.otherPhone": true,
	"updatePerson.contactId": true, fullName: true,
	"updatePerson.address.streetAddress": true, fullAddress: true, // else it is where the viewings are
}

// someoneElses reports whether the column holds the same few values in all
// rows while another tells the people apart: then they are not the
// participants' own but the brokers', say.
func (s *Survey) someoneElses(c *column) bool {
	const rows, times = 8, 4
	if c.many || c.filled < rows || len(c.values)*times > c.filled {
		return false
	}
	return slices.ContainsFunc(s.columns, func(o column) bool {
		personal := max(o.share(o.emails), o.share(o.phoneLike), o.share(o.names)) >= most
		return personal && o.filled >= rows && (o.many || len(o.values)*2 > o.filled)
	})
}

// obtainWords is how lists say in which way a person was informed, in the
// API's words.
var obtainWords = map[string]string{
	"interest": "Interest", "intresse": "Interest", "intresseanmalan": "Interest", "intresseanmald": "Interest",
	"phone": "Phone", "telefon": "Phone", "tel": "Phone", "telefonsamtal": "Phone", "samtal": "Phone", "ringde": "Phone",
	"visit": "Visit", "besok": "Visit", "visning": "Visit", "mote": "Visit", "viewing": "Visit", "pavisning": "Visit",
	"agreement": "Agreement", "avtal": "Agreement", "uppdragsavtal": "Agreement",
	"other": "Other", "annat": "Other", "ovrigt": "Other", "annan": "Other",
	"email": "Email", "epost": "Email", "mail": "Email", "mejl": "Email",
	"notasked": "NotAsked", "ejtillfragad": "NotAsked", "intetillfragad": "NotAsked",
}

// obtained returns the API's word for each of the column's, or nil if one of
// them is unknown or there are none.
func (c *column) obtained() map[string]string {
	if len(c.values) == 0 {
		return nil
	}
	table := map[string]string{}
	for _, text := range c.values {
		word := obtainWords[compact(text)]
		if word == "" {
			return nil
		}
		table[text] = word
	}
	return table
}
