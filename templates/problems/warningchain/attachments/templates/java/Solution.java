public class Solution {
    public long warnAll(int[] caller, int[] minutes) {
        // TODO: return the number of minutes until everybody has been warned.
        return -1;
    }
}
