package bench

// Parts are all parts of the report, in its order.
func Parts() []Part {
	return []Part{pagesPart(), threadPart(), edgePart(), sqliteWritesPart(), postgresWritesPart(), startPart(), findingPart(), memoryPart(), assetsPart()}
}
