package sandbox

import "vitec-import/vitec"

// Contact is a person that the office knows.
type Contact struct {
	CustomerId string             `json:"customerId" yaml:"customerId"`
	ContactId  string             `json:"contactId" yaml:"contactId"`
	Person     vitec.UpdatePerson `json:"person" yaml:"person"`
}
