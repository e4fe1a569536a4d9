package desk

import (
	"slices"
	"strings"

	"vitec-import/mapping"
	"vitec-import/mapping/propose"
	"vitec-import/reports/words"
)

// labels are what an office calls the fields. Those that have none here are called
// by their paths.
var labels = map[string]words.Text{
	propose.FullName: words.Textf("First and last name"), "updatePerson.firstName": words.Textf("First name"), "updatePerson.lastName": words.Textf("Last name"),
	"updatePerson.email.emailAddress": words.Textf("E-mail address"), "updatePerson.email.emailAddress2": words.Textf("Second e-mail address"),
	"updatePerson.cellPhone": words.Textf("Mobile phone"), "updatePerson.telePhone": words.Textf("Home phone"), "updatePerson.workPhone": words.Textf("Work phone"),
	"updatePerson.otherPhone": words.Textf("Other phone"), "updatePerson.socialSecurityNumber": words.Textf("Personal number"),
	"updatePerson.isForeignSocialSecurityNumber": words.Textf("The personal number is foreign"),
	"updatePerson.address.streetAddress":         words.Textf("Street address"), "updatePerson.address.zipCode": words.Textf("Postal code"),
	"updatePerson.address.city": words.Textf("Town"), "updatePerson.address.countryCode": words.Textf("Country"),
	"viewingId": words.Textf("Viewing"), "timeSlotId": words.Textf("Time slot"), "customerId": words.Textf("Office"),
	"participated": words.Textf("Took part in the viewing"), "contactMessage": words.Textf("Message from the person"), "leadSourceId": words.Textf("Lead source"),
	"updatePerson.note": words.Textf("Note on the person"), "updatePerson.wishAdvertising": words.Textf("Wishes advertising"),
	"updatePerson.gdprApprovalDate": words.Textf("Informed of the processing of personal data, date"), "updatePerson.obtainThrough": words.Textf("How the person was informed"),
	"updatePerson.approval": words.Textf("Consent from before the GDPR"), "updatePerson.approvalDate": words.Textf("Date of the consent from before the GDPR"),
	"updatePerson.contactId": words.Textf("Contact id in Vitec"), "updatePerson.categoryIds": words.Textf("Contact categories (ids)"),
	"updatePerson.userId": words.Textf("Responsible broker (id)"), "updatePerson.leadScore": words.Textf("Score of the lead"),
	"smsConfirmation": words.Textf("Send a confirmation by SMS"), "mailConfirmation": words.Textf("Send a confirmation by e-mail"),
	"smsReminder": words.Textf("Send a reminder by SMS"), "reminderTime": words.Textf("Minutes before the viewing for the reminder"),
}

func labelOf(path string) words.Text {
	if l, ok := labels[path]; ok {
		return l
	}
	return words.Textf("%s", strings.TrimPrefix(path, "updatePerson."))
}

// fieldGroup is a group of the drop-down of fields.
type fieldGroup struct {
	Label  string
	Fields []string
}

// neverFromColumn are fields that are the same in every row, or whose value says
// how the desk asks.
var neverFromColumn = []string{"updatePerson.customerId", "returnBookingId", "options.isDeadlineValidationEnabled", "options.enableBookingLimitValidation"}

// fieldGroups are the fields that a column can fill, those that lists usually
// have first.
func fieldGroups(l words.Language) []fieldGroup {
	groups := []fieldGroup{
		{l.Say("The person"), []string{propose.FullName, "updatePerson.firstName", "updatePerson.lastName", "updatePerson.email.emailAddress", "updatePerson.cellPhone", "updatePerson.telePhone", "updatePerson.workPhone", "updatePerson.socialSecurityNumber"}},
		{l.Say("The viewing"), []string{"viewingId", "timeSlotId", "customerId", "participated", "contactMessage"}},
		{l.Say("Address"), []string{"updatePerson.address.streetAddress", "updatePerson.address.zipCode", "updatePerson.address.city", "updatePerson.address.countryCode"}},
		{l.Say("Information and consent"), []string{"updatePerson.gdprApprovalDate", "updatePerson.obtainThrough", "updatePerson.wishAdvertising", "updatePerson.approval", "updatePerson.approvalDate"}},
	}
	rest := fieldGroup{Label: l.Say("More")}
	for _, path := range mapping.Paths() {
		in := func(g fieldGroup) bool { return slices.Contains(g.Fields, path) }
		if !slices.ContainsFunc(groups, in) && !slices.Contains(neverFromColumn, path) {
			rest.Fields = append(rest.Fields, path)
		}
	}
	return append(groups, rest)
}
