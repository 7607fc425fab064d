package main

func warnAll(caller, minutes []int) int {
	// TODO: return the number of minutes until everybody has been warned.
	return -1
}
