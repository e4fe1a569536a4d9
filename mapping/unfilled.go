package mapping

import "fmt"

// unfilled stands in a mapping where a person has to write an id. No id can be
// this, so that a mapping is refused as long as it has one.
const unfilled = "?"

// whereIds says where a person finds the ids of the address.
var whereIds = map[string]string{
	"customerId": "it is the office's id in Vitec, such as M11385",
	"viewingId":  "it is the viewing's id in Vitec, VIS and 32 characters (0–9, A–F)",
	"timeSlotId": "it is the id of the viewing's time slot in Vitec",
}

// unfilled takes an id that is still to be filled in: a mistake, or for a trial
// an id of its own.
func (c *compiler) unfilled(s scalar, f *field) any {
	if !c.trial {
		c.fail(s.pos, "unfilled", "the %v is still to be filled in", f.path).hint("%v; to try the rest before: --sandbox", say(whereIds[f.path]))
		return nil
	}
	if c.made++; c.made == 1 {
		c.warnings = append(c.warnings, s.pos.at("unfilled", "ids that are still to be filled in are made up for the trial"))
	}
	return fmt.Sprintf("TRIAL-%d", c.made)
}
