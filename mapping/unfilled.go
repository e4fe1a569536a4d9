package mapping

import (
	"fmt"

	"vitec-import/vitec"
)

// unfilled stands in a mapping where a person has to write an id. No id can be
// this, so that a mapping is refused as long as it has one.
const unfilled = "?"

var whereIDs = map[string]vitec.Text{
	"customerId": say("it is the office's id in Vitec, such as M11385"),
	"viewingId":  say("it is the viewing's id in Vitec, VIS and 32 characters (0–9, A–F)"),
	"timeSlotId": say("it is the id of the viewing's time slot in Vitec"),
}

// WhereID says where a person finds an id of the address, by its path.
func WhereID(path string) vitec.Text { return whereIDs[path] }

// unfilled takes an id that is still to be filled in: a mistake, or for a trial
// an id of its own.
func (c *compiler) unfilled(s scalar, f *field) any {
	if !c.trial {
		c.fail(s.pos, "unfilled", "the %v is still to be filled in", f.path).hint("%v; to try the rest before: --sandbox", whereIDs[f.path])
		return nil
	}
	if c.made++; c.made == 1 {
		c.warnings = append(c.warnings, s.pos.at("unfilled", "ids that are still to be filled in are made up for the trial"))
	}
	return fmt.Sprintf("TRIAL-%d", c.made)
}
