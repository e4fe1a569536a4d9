package table

// lookForMojibake is not built yet.
func (c *csvReader) lookForMojibake(info *Info) {}
